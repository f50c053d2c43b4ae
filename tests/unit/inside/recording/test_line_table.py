from __future__ import annotations

import pytest

from testwright.inside.recording.insertion import Insertion, after, before
from testwright.inside.recording.line_table import with_insertions
from testwright.inside.recording.opcodes import is_available

pytestmark = pytest.mark.skipif(not is_available(), reason="the format is that of CPython 3.11")


def code() -> None:
    pass


def positions(table: bytes) -> list[tuple[int | None, ...]]:
    """Of each unit, if the first line is 100."""
    units = sum((byte & 7) + 1 for byte in table if byte & 128)
    made = code.__code__.replace(co_firstlineno=100, co_code=b"\t\0" * units, co_linetable=table)
    return [(line, end, start, stop) for line, end, start, stop in made.co_positions()]


TABLE = bytes(
    [
        *(0x80 | 0 << 3 | 1, 0x10),  # of the same line, columns 1 to 1
        *(0x80 | 11 << 3 | 2, 4, 9),  # one line on
        *(0x80 | 13 << 3 | 3, 6),  # three on, without columns
        *(0x80 | 14 << 3 | 7, 8, 1, 2, 3),  # four on, to the line after it
        *(0x80 | 15 << 3 | 1,),  # nowhere
        *(0x80 | 13 << 3 | 1, 5),  # two back
    ]
)
"""An entry of each form, of 2, 3, 4, 8, 2 and 2 units."""
UNITS = 21


def test_the_table_is_what_it_is_meant_to_be() -> None:
    lines = [line for line, *_ in positions(TABLE)]
    assert lines == [100] * 2 + [101] * 3 + [104] * 4 + [108] * 8 + [None] * 2 + [106] * 2


@pytest.mark.parametrize("unit", range(1, UNITS))
@pytest.mark.parametrize("units", [1, 8, 19])
def test_what_is_inserted_has_the_place_of_what_it_belongs_to(unit: int, units: int) -> None:
    was = positions(TABLE)
    nowhere = [(None, None, None, None)]
    text = b"\t\0" * units
    for insertion, place in (
        (Insertion(before(unit), text), was[unit : unit + 1]),
        (Insertion(after(unit), text), was[unit - 1 : unit]),
        (Insertion(after(unit), text, is_nowhere=True), nowhere),
    ):
        now = positions(with_insertions(TABLE, [insertion], 11))
        assert now == [*was[:unit], *place * units, *was[unit:], *nowhere * 11]


def test_several_may_be_put_into_one_entry() -> None:
    was = positions(TABLE)
    keys = [after(10), before(10), before(12), after(13), before(17)]
    insertions = [Insertion(key, b"\t\0" * 2) for key in keys]
    now = positions(with_insertions(TABLE, insertions, 0))
    assert now == [
        *was[:10],
        *was[9:10] * 2,
        *was[10:11] * 2,
        *was[10:12],
        *was[12:13] * 4,
        *was[12:17],
        *was[17:18] * 2,
        *was[17:],
    ]
