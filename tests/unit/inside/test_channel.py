from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.inside.channel import MESSAGE, Channel, LineSplitter, Notes


@given(st.lists(st.binary(max_size=20)), st.data())
def test_lines_do_not_depend_on_how_the_stream_was_cut(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line.replace(b"\n", b"") + b"\n" for line in lines)
    splitter = LineSplitter()
    found: list[bytes] = []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += splitter.feed(stream[:cut])
        stream = stream[cut:]
    assert found == [clean for line in lines if (clean := line.replace(b"\n", b""))]
    assert splitter.dropped == 0


def test_a_line_that_is_too_long_is_dropped_and_the_next_one_is_not() -> None:
    splitter = LineSplitter(max_line=10)
    assert splitter.feed(b"x" * 8) == []
    assert splitter.feed(b"x" * 8) == []
    assert splitter.feed(b"x\ngood\n") == [b"good"]
    assert splitter.dropped == 1


def test_after_the_total_nothing_is_taken() -> None:
    splitter = LineSplitter(max_total=10)
    assert splitter.feed(b"12345\n") == [b"12345"]
    assert splitter.feed(b"12345\n12345\n") == []
    assert splitter.feed(b"1\n") == []


@pytest.mark.parametrize(
    ("number", "text", "expected"),
    [(7, "f(1)", (7, "f(1)")), (0, "", (0, "")), (3, "\ud800é" * 200, None), (2**70, "x" * 999, (0, "x" * 200))],
)
def test_notes_keep_the_last_number_and_text(number: int, text: str, expected: tuple[int, str] | None) -> None:
    notes = Notes()
    notes.write(1, "before")
    notes.write(number, text)
    counter, *rest = notes.read()
    assert counter == 2
    if expected is not None:
        assert tuple(rest) == expected


def test_a_child_marks_its_lines_and_ends_foreign_ones() -> None:
    reading, writing = os.pipe()
    channel = Channel(writing, token=b"secret")
    os.write(writing, b"half a line of somebody else")
    channel.send({"a": 1})
    lines = LineSplitter().feed(os.read(reading, 1000))
    os.close(reading)
    os.close(writing)
    assert lines == [b"half a line of somebody else", b"secret" + MESSAGE + b'{"a":1}']


def test_a_message_longer_than_any_reader_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="more than"):
        Channel(-1).send({"a": "x" * 2**23})


def test_note_is_bound_to_the_notes() -> None:
    notes = Notes()
    Channel(-1, notes=notes).note(5, "five")
    assert notes.read() == (1, 5, "five")
