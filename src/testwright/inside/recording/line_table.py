"""Takes the line numbers from instructions that no line of the source stands for, so that no tracer sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

__all__ = ["NOWHERE", "without_lines"]

NOWHERE = 1 << 20
"""The line that such instructions are compiled with: no file is that long."""
_SHORT_FORMS, _ONE_LINE_FORM, _NO_COLUMNS, _LONG, _NONE = 10, 10, 13, 14, 15
_MOST_UNITS = 8


@dataclass(frozen=True, slots=True)
class _Entry:
    """`units` instructions (two bytes each) of the line that lies `delta` after the one before; `rest` are its columns."""

    form: int
    units: int
    delta: int
    rest: bytes


def without_lines(code: CodeType) -> CodeType:
    """The same code, and the code in it, in which what was compiled as of line NOWHERE is of no line.

    The format of CPython 3.11 and newer, described in its Objects/locations.md.
    """
    constants = tuple(without_lines(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_linetable=_rewritten(code), co_consts=constants)


def _rewritten(code: CodeType) -> bytes:
    written = bytearray()
    line = shown = code.co_firstlineno
    for entry in _entries(code.co_linetable):
        line += entry.delta
        if entry.form == _NONE or line >= NOWHERE:
            written.append(0x80 | _NONE << 3 | entry.units - 1)
            continue
        written += _written(entry, line - shown)
        shown = line
    return bytes(written)


def _written(entry: _Entry, delta: int) -> bytes:
    """In the form that it has, where that can hold `delta`; else without its columns."""
    if entry.form < _SHORT_FORMS and not delta:
        return bytes([0x80 | entry.form << 3 | entry.units - 1]) + entry.rest
    if entry.form == _LONG:
        return bytes([0x80 | _LONG << 3 | entry.units - 1]) + _signed(delta) + entry.rest
    if _ONE_LINE_FORM <= entry.form < _NO_COLUMNS and 0 <= delta <= 2:
        return bytes([0x80 | _ONE_LINE_FORM + delta << 3 | entry.units - 1]) + entry.rest
    return bytes([0x80 | _NO_COLUMNS << 3 | entry.units - 1]) + _signed(delta)


def _entries(table: bytes) -> Iterator[_Entry]:
    at = 0
    while at < len(table):
        first = table[at]
        form, units = first >> 3 & 15, (first & 7) + 1
        at += 1
        begin = at
        delta = 0
        if form in (_LONG, _NO_COLUMNS):
            delta, at = _read_signed(table, at)
            begin = at
        if form == _LONG:
            for _ in range(3):  # the lines that it spans, and its two columns
                at = _after(table, at)
        elif form < _SHORT_FORMS:
            at += 1
        elif form < _NO_COLUMNS:
            delta, at = form - _ONE_LINE_FORM, at + 2
        yield _Entry(form, units, delta, table[begin:at])


def _after(table: bytes, at: int) -> int:
    while table[at] & 64:
        at += 1
    return at + 1


def _read_signed(table: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (table[at] & 63) << shift
        shift += 6
        at += 1
        if not table[at - 1] & 64:
            return (-(value >> 1) if value & 1 else value >> 1), at


def _signed(value: int) -> bytes:
    number = (-value << 1) | 1 if value < 0 else value << 1
    written = bytearray()
    while number > 63:
        written.append(64 | number & 63)
        number >>= 6
    return bytes([*written, number])
