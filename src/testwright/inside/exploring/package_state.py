"""Puts back what calls changed in the globals of the package, so that what is found would be found by a first call too."""

from __future__ import annotations

import enum
import sys
import weakref
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator
from operator import is_
from types import FunctionType, ModuleType
from typing import Any

from ..patching import path_in

__all__ = ["PackageState"]

PLAIN = (str, int, float, bool, bytes, type(None), tuple, frozenset)
FLAGS = {str, int, float, bool, bytes, type(None)}
MAPPINGS = (dict, OrderedDict, defaultdict, Counter, weakref.WeakKeyDictionary, weakref.WeakValueDictionary)
CONTAINERS = (*MAPPINGS, list, deque, set, weakref.WeakSet)
LARGEST = 64
"""Tables above it are looked up, hardly ever changed, and would take their time."""
MOST_MODULES = 20
BOUND_LATE = (ModuleType, FunctionType, type)
"""What a first use may bind for good, as a lazy import does."""


class PackageState:
    """What the modules of one package, and the classes of the module under test, hold from now on."""

    def __init__(self, module: ModuleType, classes: Iterable[type] = ()) -> None:
        top = module.__name__.partition(".")[0]
        modules = [m for n, m in list(sys.modules.items()) if n.partition(".")[0] == top and m is not module]
        usual = [m for m in modules if issubclass(type(m), ModuleType)]
        near = _modules_used(module)
        usual.sort(key=lambda m: m.__name__ not in near)
        spaces = [vars(m) for m in (module, *usual[:MOST_MODULES])]
        self._names: list[tuple[dict[str, Any], dict[str, Any]]] = [(space, dict(space)) for space in spaces]
        self._attributes = [(kind, name, held) for kind in classes for name, held in _plain_attributes(kind)]
        self.repairs = 0
        """How often something had to be put back."""
        held = [*(v for space in spaces for v in list(space.values())), *_class_containers(classes)]
        self._containers = [(c, _contents(c)) for c in _once(v for v in held if _is_container(v))]

    def restored(self) -> bool:
        """Puts everything back; whether there was anything to put back but counts."""
        changed = [self._bind_again(number) for number in range(len(self._names))]
        changed += [_fill_again(container, contents) for container, contents in self._containers]
        changed += [_set_again(kind, name, held) for kind, name, held in self._attributes]
        self.repairs += any(changed)
        return any(changed)

    def flags_changed(self) -> list[tuple[str, Any]]:
        """Where a plain value is no longer what it was, as a path that can be patched, and what it was."""
        found = [
            (path_in(space["__name__"], name), before)
            for space, names in self._names
            for name, before in names.items()
            if _is_flag(before, space.get(name, before))
        ]
        return found + [
            (path_in(kind.__module__, f"{kind.__qualname__}.{name}"), before)
            for kind, name, before in self._attributes
            if _is_flag(before, vars(kind).get(name, before))
        ]

    def _bind_again(self, number: int) -> bool:
        space, names = self._names[number]
        if len(space) == len(names) and all(map(is_, space.values(), names.values())):
            return False
        changed = False
        for name, now in list(space.items()):
            before = names.get(name, names)
            if now is before or name.startswith("__") or _is_late(before, now):
                continue
            if before is names:
                if type(now) in PLAIN:  # anything else is most often what code makes on its first use, and goes by
                    changed = True
                    del space[name]
                continue
            changed |= not _is_count(before, now)
            space[name] = before
        for name in names.keys() - space.keys():
            space[name], changed = names[name], True
        self._names[number] = space, dict(space)
        return changed


def _modules_used(module: ModuleType) -> set[str]:
    """The names of modules that it imports, or imports something of."""
    held = list(vars(module).values())
    names = {v.__name__ for v in held if type(v) is ModuleType}
    return names | {str(v.__module__) for v in held if type(v) in (type, FunctionType)}


def _is_late(before: Any, now: Any) -> bool:
    """Bound for good by a first use: an import, or what stands for the whole process from then on."""
    return issubclass(type(now), BOUND_LATE) or (before is None and type(now) not in (*PLAIN, *CONTAINERS))


def _plain_attributes(kind: type) -> Iterator[tuple[str, Any]]:
    if not issubclass(type(kind), enum.EnumMeta):
        yield from ((n, v) for n, v in list(vars(kind).items()) if type(v) in PLAIN and not n.startswith("__"))


def _class_containers(classes: Iterable[type]) -> list[Any]:
    kinds = [kind for kind in classes if not issubclass(type(kind), enum.EnumMeta)]
    return [v for kind in kinds for n, v in list(vars(kind).items()) if not n.startswith("__")]


def _is_container(value: Any) -> bool:
    return type(value) in CONTAINERS and len(value) <= LARGEST


def _once(values: Iterable[Any]) -> list[Any]:
    return list({id(value): value for value in values}.values())


def _contents(container: Any) -> tuple[Any, ...]:
    """Flat: keys, then values."""
    if type(container) in MAPPINGS:
        return (*container.keys(), *container.values())
    return tuple(container)


def _fill_again(container: Any, contents: tuple[Any, ...]) -> bool:
    now = _contents(container)
    if len(now) == len(contents) and all(map(is_, now, contents)):
        return False
    container.clear()
    if type(container) in MAPPINGS:
        half = len(contents) // 2
        for key, value in zip(contents[:half], contents[half:], strict=True):
            container[key] = value
    elif type(container) in (list, deque):
        container.extend(contents)
    else:
        container.update(contents)
    return True


def _set_again(kind: type, name: str, held: Any) -> bool:
    now = vars(kind).get(name)
    if now is held or _is_late(held, now):
        return False
    type.__setattr__(kind, name, held)
    return not _is_count(held, now)


def _is_flag(before: Any, now: Any) -> bool:
    return now is not before and {type(before), type(now)} <= FLAGS and before != now and not _is_count(before, now)


def _is_count(before: Any, now: Any) -> bool:
    """Nobody's doing depends on how often something was done, mostly."""
    return type(before) is int and type(now) is int
