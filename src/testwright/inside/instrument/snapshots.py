"""Decides which values may be kept for the search, and copies them without ever running the target's code."""

from __future__ import annotations

import datetime
import decimal
import enum
from itertools import islice
from typing import Any, Final

__all__ = ["CONTAINERS", "MAPPINGS", "OPAQUE", "Opaque", "elements", "is_type", "keys", "snapshot", "type_or_opaque"]


class Opaque:
    """Stands for an operand that is not a plain value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "OPAQUE"


OPAQUE: Final = Opaque()

_ATOMS = frozenset(
    {
        bool,
        bytes,
        complex,
        float,
        int,
        range,
        str,
        type(None),
        datetime.date,
        datetime.datetime,
        datetime.time,
        datetime.timedelta,
        decimal.Decimal,
    }
)
_SEQUENCES = frozenset({list, tuple})
_SETS = frozenset({set, frozenset})
CONTAINERS = frozenset({dict, frozenset, list, set, tuple})
# Exactly these types, whose iteration is C code; a subclass may run the target's.
MAPPINGS = frozenset({dict, type({}.keys())})
_ENUMS: Final = enum.EnumMeta
_TUPLE_ITEMS, _TUPLE_LENGTH = tuple.__iter__, tuple.__len__
"""As `tuple` has them: a subclass may have its own."""
_MOST = 64
_DEEPEST = 2


def snapshot(value: object, depth: int = 0) -> Any:
    """The value itself when it is an atom or an enum member, a copy when it is a small plain container, else OPAQUE.

    A class is only looked up in a set when its own class is `type`: a metaclass may define `__hash__`.
    """
    kind = type(value)
    metaclass = type(kind)
    if metaclass is not type:
        return value if metaclass is _ENUMS else OPAQUE
    if kind in _ATOMS:
        return value
    if kind in CONTAINERS and depth < _DEEPEST and len(value) <= _MOST:  # type: ignore[arg-type]
        return _copied(value, kind, depth + 1)
    if kind.__base__ is tuple and depth < _DEEPEST:  # a named tuple, or a token
        return _items_of_tuple(value, depth + 1)
    return OPAQUE


def _items_of_tuple(value: Any, depth: int) -> Any:
    return tuple([snapshot(i, depth) for i in _TUPLE_ITEMS(value)]) if _TUPLE_LENGTH(value) <= _MOST else OPAQUE


def _copied(value: Any, kind: type, depth: int) -> Any:
    if kind in _SEQUENCES:
        return kind([snapshot(item, depth) for item in value])
    if kind in _SETS:
        return kind([item for item in value if type(item) in _ATOMS and type(type(item)) is type])
    return {key: snapshot(item, depth) for key, item in value.items() if _is_atom(key)}


def _is_atom(value: object) -> bool:
    kind = type(value)
    return type(kind) is type and kind in _ATOMS


def keys(mapping: Any) -> tuple[Any, ...]:
    """The first plain keys of an exact dict or its key view."""
    return tuple([key for key in islice(mapping, _MOST) if _is_atom(key)])


def elements(container: object) -> Any:
    """What `x in container` looks through: text as it is, the plain keys or first elements of the rest, else OPAQUE."""
    kind = type(container)
    if type(kind) is not type:
        return OPAQUE
    if kind in MAPPINGS:
        return keys(container)
    if kind in _SETS:
        return tuple([item for item in islice(container, _MOST) if _is_atom(item)])  # type: ignore[call-overload]
    if kind in _SEQUENCES:
        return tuple([snapshot(item, 1) for item in islice(container, _MOST)])  # type: ignore[call-overload]
    return container if kind in _ATOMS else OPAQUE


def is_type(value: object) -> bool:
    """`isinstance(value, type)` would ask the value for its `__class__`."""
    return issubclass(type(value), type)


def type_or_opaque(value: object) -> Any:
    return value if is_type(value) else OPAQUE
