from __future__ import annotations

import pytest

from testwright.python_source.indexed_text import LETTERS, IndexedText

WORD = (b"if",)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_what_is_found_is_told_with_its_line_whatever_ends_one(end: bytes) -> None:
    text = IndexedText(end.join([b"if a if b", b"", b"  if c", b"d"]))

    assert [(line, text.begins_line(offset)) for line, offset in text.found(WORD)] == [(1, True), (1, False), (3, True)]


def test_a_part_is_from_a_column_to_another() -> None:
    text = IndexedText(b"abc\ndef\nghi")

    assert text.part(1, 1, 1, 2) == b"b"
    assert text.part(1, 2, 3, 1) == b"c\ndef\ng"


def test_a_form_feed_ends_no_line() -> None:
    assert [line for line, _ in IndexedText(b"a\x0c\nif").found(WORD)] == [2]


def test_words_are_whole_ones() -> None:
    text = IndexedText(b"if gif ifs if_ 1if (if)if")

    assert [offset for _, offset in text.found(WORD)] == [0, 20, 23]
    assert [offset for _, offset in text.found(WORD, LETTERS)] == [0, 16, 20, 23]
