"""Keeps the lines and columns of a code object's instructions when others are put between them (CPython 3.11).

The format is described in CPython's Objects/locations.md: an entry begins with a byte of 128 or more, and only that.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate

from .insertion import Insertion

__all__ = ["with_insertions"]

_ENTRY = re.compile(rb"[\x80-\xff][\x00-\x7f]*")
_UNITS = bytes((each & 7) + 1 for each in range(256))
_REST = bytes(range(128))
_ONE_LINE_FORM, _NO_COLUMNS, _LONG = 10, 13, 14
_MOST_UNITS = 8
_NOWHERE = b"\xf8"


def with_insertions(table: bytes, insertions: Iterable[Insertion], ending: int) -> bytes:
    """What is inserted has the place of the instruction that it belongs to, or none; `ending` units follow that have none."""
    entries = _ENTRY.findall(table)
    ends = [*accumulate(table.translate(_UNITS, _REST))]
    cuts: dict[int, list[tuple[int, Insertion]]] = {}
    for each in insertions:
        boundary = each.key >> 1
        number = bisect_right(ends, boundary) if each.key & 1 else bisect_left(ends, boundary)
        start = ends[number - 1] if number else 0
        cuts.setdefault(number, []).append((boundary - start, each))
    for number, of_entry in cuts.items():
        entries[number] = _cut(entries[number], of_entry)
    entries.append(_spread(_NOWHERE, ending))
    return b"".join(entries)


def _cut(entry: bytes, cuts: list[tuple[int, Insertion]]) -> bytes:
    units, at = (entry[0] & 7) + 1, 0
    written = b""
    for offset, insertion in cuts:
        if offset > at:
            written += _spread(entry, offset - at)
            entry, at = _same_place(entry), offset
        inserted = len(insertion.text) >> 1
        if insertion.is_nowhere:
            written += _spread(_NOWHERE, inserted)
        else:
            written += _spread(entry, inserted)
            entry = _same_place(entry)
    return written + _spread(entry, units - at)


def _spread(entry: bytes, units: int) -> bytes:
    """So many units of the place of the entry."""
    written = b""
    while units > 0:
        now = min(units, _MOST_UNITS)
        written += bytes((entry[0] & ~7 | now - 1,)) + entry[1:]
        entry, units = _same_place(entry), units - now
    return written


def _same_place(entry: bytes) -> bytes:
    """Of an entry that follows this one."""
    form = entry[0] >> 3 & 15
    if form < _ONE_LINE_FORM or form > _LONG:
        return entry
    if form < _NO_COLUMNS:
        return bytes((entry[0] & ~0x78 | _ONE_LINE_FORM << 3,)) + entry[1:]
    if form == _NO_COLUMNS:
        return entry[:1] + b"\0"
    after_line = next(at for at in range(1, len(entry)) if not entry[at] & 64) + 1
    return entry[:1] + b"\0" + entry[after_line:]
