"""Puts functions of ours in the place of a library's, and the library's back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

__all__ = ["put", "replace"]


def replace(owner: Any, name: str, make: Callable[[Any], Any]) -> Callable[[], None]:
    """`make` is given the function that is there. Who has put one over ours meanwhile keeps it."""
    there = vars(owner)[name]
    ours = functools.wraps(there)(make(there))
    setattr(owner, name, ours)

    def undo() -> None:
        if vars(owner).get(name) is ours:
            setattr(owner, name, there)

    return undo


def put(owner: type, name: str, make: Callable[[Any], Any]) -> Callable[[], None]:
    """As above, of a method that the class may only have from another one, which keeps it."""
    if name in vars(owner):
        return replace(owner, name, make)
    ours = functools.wraps(getattr(owner, name))(make(getattr(owner, name)))
    setattr(owner, name, ours)

    def undo() -> None:
        if vars(owner).get(name) is ours:
            delattr(owner, name)

    return undo
