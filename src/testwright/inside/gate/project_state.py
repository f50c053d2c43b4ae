"""Holds what the modules of the project have in their names, so that what a test leaves changed there can be told."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import ModuleType
from typing import Any

__all__ = ["ProjectState"]

_CONTAINERS = (list, dict, set, frozenset, bytearray)


class ProjectState:
    """The globals and class attributes of the modules that are loaded from `sources` (real paths) now.

    Compared by identity, and plain containers by the identity of what they hold: no code of strangers is asked.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self._sources = sources if isinstance(sources, frozenset) else frozenset(sources)
        self._before = dict(self._names())

    def changed(self) -> list[str]:
        """ "module.name" or "module.Class.name" of each that is another now; what is new has had no state before."""
        now = dict(self._names())
        return sorted(name for name, held in self._before.items() if not _same(held, now.get(name)))

    def _names(self) -> Iterator[tuple[str, tuple[Any, ...]]]:
        for module_name, module in list(sys.modules.items()):
            if isinstance(module, ModuleType) and self._is_ours(module):
                for name, value in list(vars(module).items()):
                    if name.startswith("__"):
                        continue
                    yield f"{module_name}.{name}", _held(value)
                    if type(value) is type and value.__module__ == module_name:
                        yield from ((f"{module_name}.{name}.{n}", _held(v)) for n, v in _attributes(value))

    def _is_ours(self, module: ModuleType) -> bool:
        file = vars(module).get("__file__")
        return isinstance(file, str) and _real_path(file) in self._sources


@lru_cache(maxsize=10_000)
def _real_path(path: str) -> str:
    return os.path.realpath(path)


def _attributes(owner: type) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in list(vars(owner).items()) if not name.startswith("__")]


def _held(value: Any) -> tuple[Any, ...]:
    """The object, and what a plain container holds: kept alive, so that no other object gets its identity."""
    if type(value) is dict:
        return (value, *value.keys(), *value.values())
    if type(value) in _CONTAINERS:
        return (value, len(value), *(value if type(value) is list else ()))
    return (value,)


def _same(before: tuple[Any, ...], now: tuple[Any, ...] | None) -> bool:
    if now is None or len(before) != len(now):
        return False
    return all(
        one is other or (type(one) is type(other) is int and one == other)
        for one, other in zip(before, now, strict=True)
    )
