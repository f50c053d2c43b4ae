"""Finds the name by which a module holds an object that is what it is by identity alone: `MISSING = object()`."""

from __future__ import annotations

import sys
from typing import Any

from .class_reading import class_name, names_of_module, text_of

__all__ = ["name_of_sentinel"]

_MOST_SEARCHES = 40
"""Of all modules, in one process: each takes some milliseconds."""
_plain: dict[int, tuple[object, str]] = {}
"""Those of the class `object` itself that some module holds."""
_searched = [0, 0]
"""How often, and how many modules there were then."""


def name_of_sentinel(value: Any) -> str:
    """`module:NAME`, "" where there is none."""
    if type(value) is object:
        return _of_any_module(value)
    module = class_name(type(value)).partition(":")[0]
    return next((f"{module}:{text_of(name)}" for name, held in _held(module) if held is value), "")


def _of_any_module(value: object) -> str:
    if id(value) not in _plain and _searched[0] < _MOST_SEARCHES and _searched[1] != len(sys.modules):
        _searched[:] = [_searched[0] + 1, len(sys.modules)]
        for module in list(sys.modules):
            for name, held in _held(text_of(module)):
                if type(held) is object:
                    _plain.setdefault(id(held), (held, f"{text_of(module)}:{text_of(name)}"))
    known, place = _plain.get(id(value), (None, ""))
    return place if known is value else ""


def _held(module: str) -> list[tuple[str, Any]]:
    return list(dict.items(names_of_module(module)))
