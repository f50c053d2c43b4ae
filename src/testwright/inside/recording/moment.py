"""Copies values as plain values within limits: the walk, its budget, and what is met a second time."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from .plain_tree import Plain

__all__ = ["DEFAULT_LIMITS", "WIDEST", "Limits", "Moment", "Write", "cut_short", "fingerprint"]

Write = Callable[["Moment", Any, int], Plain]
"""Writes a value that is known to be of one class, at a depth."""

SHORT = 256
"""Texts up to here do not count: the number of values bounds them."""
WIDEST = 2000
"""Bits of an integer; others are cut, as some interpreters refuse to write more than 640 digits."""
_ENOUGH_OF_A_TEXT = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one value is copied."""

    nodes: int = 400
    depth: int = 6
    items: int = 64
    """Of one container."""
    text: int = 8192
    """Characters (or bytes) of one text."""
    all_text: int = 65536
    """Characters of all longer texts together."""
    hashed: int = 1_000_000
    """Characters (or bytes) of a text that is cut which its hash is made of."""


DEFAULT_LIMITS = Limits()


class Moment:
    """Values copied at one moment: an object that is met twice is written once.

    `writers` has the writer of each class that is known by heart, by the class's id: a class is never hashed, as its
    metaclass may have a say in that. `find_writer` finds the one of any other.
    """

    __slots__ = ("_again", "_numbers", "_text_room", "known", "limits", "room")

    writers: ClassVar[dict[int, Write]]

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.known: dict[int, tuple[list[Any], Any]] = {}
        """What is written of the object with that id, and the object, so that no other one gets its id."""
        self._numbers: dict[int, int] = {}
        self._again: list[tuple[list[Any], int]] = []
        self.room = limits.nodes
        self._text_room = limits.all_text

    def refill(self) -> None:
        """Gives the next value a budget of its own."""
        self.room = self.limits.nodes
        self._text_room = self.limits.all_text

    def write(self, value: Any, depth: int) -> Plain:
        kind = type(value)
        writer = self.writers.get(id(kind))
        if writer is None:
            writer = self.find_writer(kind)
        return writer(self, value, depth)

    @staticmethod
    def find_writer(kind: type) -> Write:
        raise NotImplementedError

    # -- identity ------------------------------------------------------------------------------------------------------

    def begin(self, value: Any, plain: list[Any]) -> list[Any]:
        """From now on `value` is written: by `plain`, which is changed in place only."""
        self.known[id(value)] = (plain, value)
        return plain

    def met(self, value: Any) -> Plain | None:
        """How the object is referred to, if it has been met."""
        known = self.known.get(id(value))
        if known is None:
            return None
        number = self._numbers.get(id(value))
        if number is None:
            number = self.number(value)
            self._again.append((known[0], number))
        return ["again", number]

    def number(self, value: Any) -> int:
        found = self._numbers[id(value)] = len(self._numbers) + 1
        return found

    def finish(self) -> None:
        """Gives the containers that were met again their number; not before, as one may be met while it is written."""
        for plain, number in self._again:
            plain[:] = ["is", number, plain[:]]
        self._again.clear()

    # -- parts ---------------------------------------------------------------------------------------------------------

    def take(self, wanted: int, depth: int) -> int:
        """How many of its parts a container at this depth may write."""
        limits = self.limits
        if depth >= limits.depth:
            return 0
        if wanted > limits.items:
            wanted = limits.items
        room = self.room
        if wanted > room:
            wanted = room
        self.room = room - wanted
        return wanted

    def add_items(self, plain: list[Any], items: Iterable[Any], depth: int) -> None:
        """The common scalars are written on the spot: what `write` would do, without a call for each."""
        append, writers = plain.append, self.writers
        for item in items:
            kind = type(item)
            if kind is str:
                append(item if len(item) <= SHORT and item.isascii() else self.text(item))
            elif kind is int:
                append(item if item.bit_length() < WIDEST else wide(item))
            elif item is None or kind is bool or (kind is float and item - item == 0.0):
                append(item)
            else:
                writer = writers.get(id(kind))
                append(self.find_writer(kind)(self, item, depth) if writer is None else writer(self, item, depth))

    def add_pairs(self, plain: list[Any], pairs: Iterable[tuple[Any, Any]], depth: int) -> None:
        """As above; keys are nearly always short texts."""
        append, writers = plain.append, self.writers
        for key, item in pairs:
            if not (type(key) is str and len(key) <= SHORT and key.isascii()):
                key = self.write(key, depth)
            kind = type(item)
            if kind is str:
                item = item if len(item) <= SHORT and item.isascii() else self.text(item)
            elif kind is int:
                item = item if item.bit_length() < WIDEST else wide(item)
            elif item is not None and kind is not bool and (kind is not float or item - item != 0.0):
                writer = writers.get(id(kind))
                item = self.find_writer(kind)(self, item, depth) if writer is None else writer(self, item, depth)
            append([key, item])

    def add_attributes(self, plain: list[Any], attributes: list[tuple[str, Any]], depth: int) -> None:
        """Pairs of a name and a value, cut where there are too many."""
        granted = self.take(len(attributes), depth)
        for name, value in attributes[:granted]:
            plain.append([name if len(name) <= SHORT else name[:SHORT], self.write(value, depth + 1)])
        cut_short(plain, "object", len(attributes), granted)

    # -- texts ---------------------------------------------------------------------------------------------------------

    def text(self, value: str, length: int = -1) -> Plain:
        """An exact str, or the beginning (of at least what is hashed) of one with `length` characters."""
        length = len(value) if length < 0 else length
        if length <= SHORT:
            return _encodable(value)
        room = self._room_for(length)
        if length <= room:
            return _encodable(value)
        hashed = fingerprint(value[: self.limits.hashed].encode("utf-8", "surrogatepass"))
        return ["cut", "str", length, hashed, _encodable(value[:room])]

    def octets(self, value: bytes, length: int) -> Plain:
        """Of exact bytes: the beginning (of at least what is hashed) of something with that many."""
        room = self._room_for(length) if length > SHORT else length
        begun = ["bytes", base64.b64encode(value[:room]).decode("ascii")]
        return begun if length <= room else ["cut", "bytes", length, fingerprint(value[: self.limits.hashed]), begun]

    def _room_for(self, length: int) -> int:
        room = min(length, self.limits.text, max(self._text_room, _ENOUGH_OF_A_TEXT))
        self._text_room -= room
        return room


def cut_short(plain: list[Any], kind: str, length: int, written: int) -> list[Any]:
    """In place, where not all is written."""
    if written < length:
        plain[:] = ["cut", kind, length, "", plain[:]]
    return plain


def wide(value: int) -> Plain:
    """An integer that JSON would not carry everywhere, told by its number of bits."""
    return ["cut", "int", value.bit_length(), "", 0]


def fingerprint(octets: bytes) -> str:
    return hashlib.sha256(octets, usedforsecurity=False).hexdigest()[:16]


def _encodable(value: str) -> Plain:
    """Half a pair of surrogates cannot be written as UTF-8, but its bytes can."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            octets = base64.b64encode(value.encode("utf-8", "surrogatepass")).decode("ascii")
            return ["std", "builtins.str", ["bytes", octets], "utf-8", "surrogatepass"]
    return value
