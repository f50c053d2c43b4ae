"""Decides which calls of a function are alike: one of each shape is recorded, as the others rarely show more."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, TypeAlias

__all__ = ["Shape", "argument_names", "shape_of"]

Shape: TypeAlias = tuple[Any, ...]

_CO_VARARGS, _CO_VARKEYWORDS = 0x04, 0x08


def argument_names(code: CodeType) -> tuple[tuple[str, ...], str, str]:
    """(positional and keyword-only ones, that of `*rest` or "", that of `**keywords` or "")."""
    count = code.co_argcount + code.co_kwonlyargcount
    left = list(code.co_varnames[count:])
    rest = left.pop(0) if code.co_flags & _CO_VARARGS else ""
    keywords = left.pop(0) if code.co_flags & _CO_VARKEYWORDS else ""
    return code.co_varnames[:count], rest, keywords


def shape_of(frame: FrameType, names: tuple[str, ...]) -> Shape:
    """The types of the arguments; of plain ones also sign, emptiness, and the types of the first item.

    By their identities: to hash a class, or to compare it, is for its metaclass to do.
    """
    held = frame.f_locals
    return tuple([_kind(held.get(name)) for name in names])


def _kind(value: Any) -> Any:
    kind = id(type(value))
    look = _LOOKS.get(kind)
    return kind if look is None else (kind, look(value))


def _first(value: Any) -> Any:
    """No method of an item is called."""
    return next((id(type(item)) for item in value), None)


def _sign(value: Any) -> int:
    return int(value > 0) - int(value < 0)


def _items(value: Any) -> Any:
    return next(((key if type(key) is str else id(type(key)), id(type(item))) for key, item in value.items()), None)


_LOOKS: dict[int, Callable[[Any], Any]] = {
    id(bool): bool,
    id(int): _sign,
    id(float): _sign,
    id(str): bool,
    id(bytes): bool,
    id(list): _first,
    id(tuple): lambda value: tuple([id(type(item)) for item in value[:4]]),
    id(set): _first,
    id(frozenset): _first,
    id(dict): _items,
}
