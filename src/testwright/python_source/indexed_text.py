"""Finds words in the text of a source and says on which lines they are, as the syntax tree counts lines."""

from __future__ import annotations

import string
from collections.abc import Container, Iterable, Iterator
from functools import cached_property

__all__ = ["LETTERS", "WORD_BYTES", "IndexedText"]

LETTERS = frozenset(f"{string.ascii_letters}_".encode())
WORD_BYTES = LETTERS | frozenset(string.digits.encode())
_WORD_TEXTS = frozenset(bytes([each]) for each in WORD_BYTES)


class IndexedText:
    """The lines of `content` end in "\\n" alone here, which changes no line number and no column."""

    def __init__(self, content: bytes) -> None:
        if b"\r" in content:
            content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self.content = content
        self.is_ascii = content.isascii()

    @cached_property
    def lines(self) -> list[bytes]:
        """Without their ends."""
        return self.content.split(b"\n")

    def found(self, words: Iterable[bytes], not_after: Container[int] = WORD_BYTES) -> Iterator[tuple[int, int]]:
        """The line and the offset of each place where one of `words` stands, in order: before a byte that is of no word, and
        after none of `not_after`.
        """
        count = self.content.count
        line, before = 1, 0
        for start in sorted(self._offsets(words, not_after)):
            line += count(b"\n", before, start)
            before = start
            yield line, start

    def _offsets(self, words: Iterable[bytes], not_after: Container[int]) -> Iterator[int]:
        """Most words that are looked for are hardly there: to find each takes a tenth of what a pattern for all does."""
        content = self.content
        for word in words:
            start = content.find(word)
            while start >= 0:
                end = start + len(word)
                if content[end : end + 1] not in _WORD_TEXTS and (not start or content[start - 1] not in not_after):
                    yield start
                start = content.find(word, end)

    def begins_line(self, offset: int) -> bool:
        """Whether nothing but space stands before it on its line."""
        return not self.content[self.content.rfind(b"\n", 0, offset) + 1 : offset].strip()

    def part(self, first: int, start: int, last: int, end: int | None) -> bytes:
        """From a line and column to another, as the tree counts both."""
        lines = self.lines
        if first == last:
            return lines[first - 1][start:end]
        return b"\n".join([lines[first - 1][start:], *lines[first : last - 1], lines[last - 1][:end]])
