"""Tells what of a run a test could see, as something to compare: the value, the exception, changed arguments."""

from __future__ import annotations

import re
import sys
from collections.abc import Hashable, Iterator
from typing import Any
from unittest.mock import NonCallableMock

from ..exploring.executor import Run
from ..recipes import Surroundings

__all__ = ["plainly_another", "visible"]

DEEPEST = 6
MOST_PARTS = 400
LONGEST_TEXT = 2000
LONGEST_WORDS = 300
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
_ATOMS = (type(None), bool, int, float, complex, str, bytes, type(...))
_TOLD = {kind.__name__ for kind in _ATOMS}
_INEXACT = {"float", "complex"}
_NUMBERS = {"bool", "int"}
_STANDARD = sys.stdlib_module_names


def visible(run: Run, around: Surroundings) -> Hashable:
    """Equal for two runs when no assertion is likely to tell them apart; nothing of the module is called for it."""
    if run.status == "slow":
        return ("slow",)
    telling = _Telling()
    if run.error is not None:
        kind = type(run.error)
        return ("raised", kind.__module__, kind.__qualname__, _words(run.error), run.step)
    bound = tuple((name, telling.of(value)) for name, value in around.variables.items())
    return ("returned", telling.of(run.value), bound)


def plainly_another(one: Any, other: Any) -> bool:
    """Of two values as they are told: they consist of plain values alone, and are not equal; if in doubt, False."""
    if one == other:
        return False
    kinds = one[0], other[0]
    if kinds == ("builtins", "builtins"):
        return one[1] == other[1] and _holds_another(one, other)
    if len(one) != 2 or len(other) != 2 or "…" in (one[1], other[1]):
        return False
    return not set(kinds) & _INEXACT and (kinds[0] == kinds[1] or not set(kinds) <= _NUMBERS) and set(kinds) <= _TOLD


def _holds_another(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Of two builtins of one kind; what is no container, a function say, need not tell of contents."""
    if one[1] in ("list", "tuple"):
        return len(one[2]) != len(other[2]) or any(map(plainly_another, one[2], other[2]))
    return one[1] in ("dict", "set", "frozenset") and len(one[2]) != len(other[2])


def _words(error: BaseException) -> str:
    """What it was made with: its own `__str__` may be code of the module."""
    arguments = error.args if type(error.args) is tuple else ()
    return _ADDRESS.sub("0x", "|".join(_plainly(a) for a in arguments)[:LONGEST_WORDS])


def _plainly(value: Any) -> str:
    return repr(value) if type(value) in _ATOMS else type(value).__qualname__


class _Telling:
    """Walks one value; objects are told by their class and attributes, and what was told before by its number."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}
        self._kept: list[Any] = []
        self._parts = 0

    def of(self, value: Any, depth: int = 0) -> Hashable:
        kind = type(value)
        self._parts += 1
        if kind in _ATOMS:
            return (kind.__name__, repr(value)[:LONGEST_TEXT])  # 1, 1.0 and True are equal, as are 0.0 and -0.0
        if self._parts > MOST_PARTS or depth > DEEPEST:
            return (kind.__qualname__, "…")
        if id(value) in self._seen:
            return ("again", self._seen[id(value)])
        self._seen[id(value)] = len(self._seen)
        self._kept.append(value)  # else another object may get its id
        return (kind.__module__, kind.__qualname__, *self._inside(value, kind, depth + 1))

    def _inside(self, value: Any, kind: type, depth: int) -> Iterator[Hashable]:
        if issubclass(kind, NonCallableMock):
            yield _ADDRESS.sub("0x", repr(value.mock_calls)[:LONGEST_TEXT])
            return
        if issubclass(kind, type):
            yield value.__qualname__
            return
        contents = _contents(value, kind)
        if contents is not None:
            told = [self.of(part, depth) for part in contents]
            yield tuple(sorted(told, key=repr)) if issubclass(kind, (set, frozenset)) else tuple(told)
        attributes = _attributes(value)
        if attributes is not None:
            for name, held in attributes:
                yield name
                yield self.of(held, depth)
        elif contents is None and kind.__module__.partition(".")[0] in _STANDARD:
            yield _ADDRESS.sub("0x", repr(value)[:LONGEST_TEXT])


def _contents(value: Any, kind: type) -> list[Any] | None:
    """Of a built-in container, or a subclass of one, as it is stored."""
    for builtin in (list, tuple, set, frozenset):
        if issubclass(kind, builtin):
            return list(builtin.__iter__(value))
    if issubclass(kind, dict):
        return [part for pair in dict.items(value) for part in pair]
    for atom in (str, bytes, int, float):
        if issubclass(kind, atom):
            return [atom(value) if kind.__module__.partition(".")[0] in _STANDARD else atom.__repr__(value)]
    return None


def _attributes(value: Any) -> list[tuple[str, Any]] | None:
    """Past whatever the class does when it is asked for one; None when it has no place for any."""
    try:
        held = object.__getattribute__(value, "__dict__")
    except AttributeError:
        held = None
    found = list(held.items()) if type(held) is dict else []
    slots = [n for k in type(value).__mro__ for n in _slots_of(k)]
    for name in slots:
        try:
            found.append((name, object.__getattribute__(value, name)))
        except AttributeError:
            continue
    return sorted(((str(n), v) for n, v in found), key=lambda pair: pair[0]) if held is not None or slots else None


def _slots_of(kind: type) -> list[str]:
    slots = vars(kind).get("__slots__", ())
    names = [slots] if isinstance(slots, str) else [n for n in slots if isinstance(n, str)]
    return [n for n in names if n not in ("__dict__", "__weakref__") and not n.startswith("__")]
