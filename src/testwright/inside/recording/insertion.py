"""Says where new instructions go in a code object's, and keeps the jumps around them what they were (CPython 3.11).

Places are counted in units of two bytes, as the interpreter does.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from .opcodes import BACKWARD, EXTENDED_ARG, JUMPS

__all__ = ["Insertion", "Moved", "after", "before"]

_JUMP = re.compile(b"%b*[%b]" % (re.escape(bytes((EXTENDED_ARG,))), re.escape(bytes(JUMPS))))


class Insertion(NamedTuple):
    """New instructions: sorted by their keys, they are in the order in which they will lie."""

    key: int
    text: bytes
    is_nowhere: bool = False
    """No line stands for them; others are of the line of the instruction that they belong to."""


def before(unit: int) -> int:
    """The key of what belongs to the instruction that begins there: a jump to that comes to what is inserted."""
    return 2 * unit + 1


def after(unit: int) -> int:
    """The key of what belongs to the instruction that ends there: a jump to the next one does not come to it."""
    return 2 * unit


class _Jump(NamedTuple):
    first: int
    """Where it begins; `at` is behind the prefixes that a large argument has."""
    at: int
    argument: int
    target: int


class Moved:
    """A code object's instructions with the insertions between them."""

    def __init__(self, text: bytes, ops: bytes, insertions: Sequence[Insertion]) -> None:
        """`ops` is each second byte of `text`."""
        self.insertions = insertions
        self._settle(insertions)
        raw = bytearray(text)
        wide = self._fit(_jumps(text, ops), raw)
        out, done = bytearray(), 0
        for key, inserted, _ in self.insertions:
            boundary = key & ~1
            out += raw[done:boundary]
            out += wide.get(key, inserted)
            done = boundary
        out += raw[done:]
        self.text = bytes(out)

    def place(self, unit: int) -> int:
        """Where the instruction that began there is now, with what was inserted before it."""
        return unit + self._shift[bisect_left(self._keys, 2 * unit + 1)]

    def _settle(self, insertions: Sequence[Insertion]) -> None:
        self._keys = [each.key for each in insertions]
        self._shift = [0, *accumulate(len(each.text) >> 1 for each in insertions)]

    def _fit(self, jumps: list[_Jump], raw: bytearray) -> dict[int, bytes]:
        """Changes the arguments of jumps that go farther now; gives the prefixes that some of them need, by their keys."""
        more: dict[int, int] = {}
        while (grown := self._grown(jumps, more)) is None:
            wide = [Insertion(key, bytes(2 * count)) for key, count in more.items()]
            self.insertions = sorted([*(each for each in self.insertions if each.key not in more), *wide])
            self._settle(self.insertions)
        prefixes = {}
        for jump, argument in grown:
            count = more.get(before(jump.first), 0)
            digits = argument.to_bytes(jump.at - jump.first + 1 + count, "big")
            raw[2 * jump.first + 1 : 2 * jump.at + 2 : 2] = digits[count:]
            if count:
                prefixes[before(jump.first)] = b"".join(bytes((EXTENDED_ARG, digit)) for digit in digits[:count])
        return prefixes

    def _grown(self, jumps: list[_Jump], more: dict[int, int]) -> list[tuple[_Jump, int]] | None:
        """None where one has not enough room for its argument, which has been given more then."""
        keys, shift = self._keys, self._shift
        found, fits = [], True
        for jump in jumps:
            start, end = bisect_left(keys, 2 * jump.at + 2), bisect_left(keys, 2 * jump.target + 1)
            if start == end:
                continue
            argument, key = jump.argument + abs(shift[end] - shift[start]), before(jump.first)
            if argument >> 8 * (jump.at - jump.first + 1 + more.get(key, 0)):
                more[key] = more.get(key, 0) + 1
                fits = False
            found.append((jump, argument))
        return found if fits else None


def _jumps(text: bytes, ops: bytes) -> list[_Jump]:
    found = []
    for match in _JUMP.finditer(ops):
        first, end = match.span()
        argument = text[2 * end - 1] if end - first == 1 else int.from_bytes(text[2 * first + 1 : 2 * end : 2], "big")
        target = end - argument if ops[end - 1] in BACKWARD else end + argument
        found.append(_Jump(first, end - 1, argument, target))
    return found
