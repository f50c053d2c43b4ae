"""Decides how a test makes a recorded value again: the recipe of a plain value, where there is one."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from collections.abc import Sequence as SequenceOf
from typing import Any, TypeAlias

from testwright.inside.recipes import Call, Const, Dictionary, Name, Operation, Recipe, Sequence
from testwright.inside.recording.values import Plain, is_partial

__all__ = ["FieldsOf", "recipe_of", "state_of"]

FieldsOf: TypeAlias = Callable[[str, str], SequenceOf[tuple[str, str]] | None]
"""Of a class, by module and qualified name: each attribute and the argument that sets it; None where that is not known."""

_SEQUENCES = frozenset(("list", "tuple", "set", "frozenset"))
_MADE_FROM_ITS_BASE = frozenset(("list", "dict", "set", "frozenset"))


def recipe_of(
    plain: Plain, fields_of: FieldsOf | None = None, made: Mapping[str, Recipe] | None = None
) -> Recipe | None:
    """None for what was cut or could not be looked into, has no name to be reached by, or is in two places at once.

    `made` says of some objects, by their `state_of`, what makes them.
    """
    try:
        return _Reader(fields_of, made or {}).read(plain)
    except _NoWayError:
        return None


def state_of(plain: Plain) -> str:
    """The same for objects of one class that hold the same; "" for what is no object, or was not copied whole."""
    if type(plain) is not list or plain[0] != "object" or is_partial(plain):
        return ""
    return json.dumps([plain[1], sorted(plain[3:])])


class _NoWayError(Exception):
    """No recipe makes this value."""


class _Reader:
    def __init__(self, fields_of: FieldsOf | None, made: Mapping[str, Recipe]) -> None:
        self._fields_of, self._made = fields_of, made

    def read(self, plain: Plain) -> Recipe:
        if type(plain) is not list:
            return Const(plain)
        tag = plain[0]
        if tag in _SEQUENCES:
            return Sequence(tag, tuple(self.read(item) for item in plain[1:]))
        reader = _READERS.get(tag)
        if reader is None:  # cut, opaque; and `is` and `again`: a change of one would not be seen in the other
            raise _NoWayError
        return reader(self, plain)

    def mapping(self, plain: list[Any]) -> Recipe:
        return Dictionary(tuple((self.read(key), self.read(value)) for key, value in plain[1:]))

    def octets(self, plain: list[Any]) -> Recipe:
        try:
            return Const(base64.b64decode(plain[1], validate=True))
        except binascii.Error as error:
            raise _NoWayError from error

    def odd_float(self, plain: list[Any]) -> Recipe:
        return Const(float(plain[1]))

    def complex(self, plain: list[Any]) -> Recipe:
        parts = [self.read(part) for part in plain[1:]]
        real, imaginary = (part.value if isinstance(part, Const) else 0 for part in parts)
        return Const(complex(real, imaginary))

    def standard(self, plain: list[Any]) -> Recipe:
        module, _, name = plain[1].rpartition(".")
        named = [each for each in plain[2:] if _is_named(each)]
        given = [each for each in plain[2:] if not _is_named(each)]
        kwargs = tuple((str(key), self.read(value)) for _, key, value in named)
        if not all(key.isidentifier() for key, _ in kwargs):
            raise _NoWayError
        return Call(Name(module, name), tuple(self.read(each) for each in given), kwargs)

    def member(self, plain: list[Any]) -> Recipe:
        """Several flags are joined by `|`."""
        first, *rest = (_name(f"{plain[1]}.{part}") for part in plain[2].split("|"))
        whole: Recipe = first
        for part in rest:
            whole = Operation("|", whole, part)
        return whole

    def thing(self, plain: list[Any]) -> Recipe:
        """As it is known to be made, else by its constructor, if that sets all that the object has."""
        known = self._made.get(state_of(plain)) if self._made else None
        if known is not None:
            return known
        name = _name(plain[1])
        fields = self._fields_of(name.module, name.qualname) if self._fields_of is not None else None
        held: dict[str, Plain] = dict(plain[3:])
        if fields is None or {attribute for attribute, _ in fields} != set(held):
            raise _NoWayError
        return Call(name, (), tuple((argument, self.read(held[attribute])) for attribute, argument in fields))

    def derived(self, plain: list[Any]) -> Recipe:
        """A named tuple by its fields; of others those that are made of what they derive from."""
        name, base = _name(plain[1]), plain[3]
        if len(plain) > 4 or (type(base) is list and base[0] not in (*_MADE_FROM_ITS_BASE, "tuple", "bytes")):
            raise _NoWayError
        if type(base) is not list or base[0] != "tuple":
            return Call(name, (self.read(base),))
        fields = self._fields_of(name.module, name.qualname) if self._fields_of is not None else None
        if fields is None or len(fields) != len(base) - 1:
            raise _NoWayError
        return Call(name, tuple(self.read(item) for item in base[1:]))


def _is_named(plain: Plain) -> bool:
    return type(plain) is list and plain[0] == "="


def _name(text: str) -> Name:
    module, _, qualname = text.partition(":")
    if "<" in text or "?" in text or module == "__main__":
        raise _NoWayError
    return Name(module, qualname)


_READERS: dict[str, Callable[[_Reader, list[Any]], Recipe]] = {
    "dict": _Reader.mapping,
    "bytes": _Reader.octets,
    "float": _Reader.odd_float,
    "complex": _Reader.complex,
    "std": _Reader.standard,
    "enum": _Reader.member,
    "name": lambda reader, plain: _name(plain[1]),
    "object": _Reader.thing,
    "items": _Reader.derived,
    "secret": lambda reader, plain: reader.read(plain[1]),
}
