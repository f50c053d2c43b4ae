"""Reads and writes which exceptions of a code object's instructions go where (CPython 3.11).

The format is described in CPython's Objects/exception_handling_notes.txt. Places are counted in units of two bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Guarded", "read_table", "unguarded", "written_table"]


class Guarded(NamedTuple):
    """From `start` up to `end`, exceptions go to `handler`."""

    start: int
    end: int
    handler: int
    depth: int
    """What is left on the stack, times two; one more where the place of the exception goes onto it too."""


def read_table(table: bytes) -> list[Guarded]:
    numbers: list[int] = []
    number = 0
    for byte in table:
        number = number << 6 | byte & 63
        if not byte & 64:
            numbers.append(number)
            number = 0
    fours = zip(*[iter(numbers)] * 4, strict=True)
    return [Guarded(start, start + size, handler, depth) for start, size, handler, depth in fours]


def unguarded(entries: Iterable[Guarded], start: int, end: int) -> list[tuple[int, int]]:
    """The parts of what lies from `start` up to `end` that no entry is for; the entries are sorted."""
    found = []
    for entry in entries:
        if entry.start > start:
            found.append((start, entry.start))
        start = max(start, entry.end)
    return [*found, (start, end)] if end > start else found


def written_table(entries: Iterable[Guarded]) -> bytes:
    return b"".join(
        [
            _first(start) + _number(end - start) + _number(handler) + _number(depth)
            for start, end, handler, depth in entries
        ]
    )


@lru_cache(4096)
def _number(value: int) -> bytes:
    written = [value & 63]
    while value := value >> 6:
        written.append(value & 63 | 64)
    return bytes(reversed(written))


@lru_cache(4096)
def _first(value: int) -> bytes:
    """An entry begins with this mark, so that it can be looked for from the middle."""
    number = _number(value)
    return bytes((number[0] | 128,)) + number[1:]
