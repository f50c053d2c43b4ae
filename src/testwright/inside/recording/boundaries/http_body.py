"""Keeps the beginning of a body that goes over the wire: without the framing of chunks, and uncompressed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from typing import Any

from ..exchange import MOST_BYTES, KeptBytes, text_of

__all__ = ["HttpBody", "header", "is_without"]

_LONGEST_LINE = 65536
_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""What zlib is told of each; what `deflate` means, servers do not agree on."""
_NO_CONTENT = (204, 304)

Headers = Iterable[tuple[str, str]]


def header(headers: Headers, name: str) -> str:
    return next((value for each, value in headers if each.lower() == name), "")


class HttpBody:
    """`add` is given what passes, as it is on the wire."""

    def __init__(self) -> None:
        self.kept = KeptBytes()
        self._chunks: _Chunks | None = None
        self._length = -1
        self._encoding = self._type = ""
        self.has_ended = False
        """Whether all of it has passed."""
        self.unseen = ""
        """Why it could not be watched."""

    def expect(self, headers: Headers, *, framed: bool = True, encoded: bool = True, is_none: bool = False) -> None:
        """What is said of it. It comes as it is on the wire, unless its chunks are not `framed`, or what was compressed is
        not `encoded` any more; `is_none`: there will be none.
        """
        headers = list(headers)
        self._type = header(headers, "content-type")
        self._encoding = header(headers, "content-encoding") if encoded else ""
        if header(headers, "transfer-encoding").lower() == "chunked":
            self._chunks = _Chunks(self.kept.add) if framed else None
        elif encoded or not header(headers, "content-encoding"):
            length = header(headers, "content-length").strip()
            self._length = int(length) if length.isascii() and length.isdigit() else -1
        self.has_ended = is_none or self._length == 0

    def add(self, piece: bytes | memoryview, *, is_last: bool = False) -> None:
        if self._chunks is not None:
            self._chunks.feed(bytes(piece))
            self.has_ended = self._chunks.has_ended
        else:
            self.kept.add(piece)  # type: ignore[arg-type]
            is_whole = is_last if self._length < 0 else self.kept.length >= self._length
            self.has_ended = self.has_ended or is_whole

    def plain(self) -> Any:
        """What cannot be uncompressed is not kept: nobody could see the secrets in it."""
        if self.unseen:
            return ["opaque", "builtins:bytes", self.unseen]
        kept = _uncompressed(self.kept, self._encoding)
        if kept is None:
            return ["opaque", "builtins:bytes", f"encoded: {self._encoding[:40]}"]
        return text_of(kept, self._type)


class _Chunks:
    """Takes the sizes of chunks out of what passes."""

    def __init__(self, add: Callable[[bytes], None]) -> None:
        self._add = add
        self._line = b""
        self._left = 0
        self.has_ended = False

    def feed(self, piece: bytes) -> None:
        while piece and not self.has_ended:
            if self._left:
                content, piece = piece[: self._left], piece[self._left :]
                self._left -= len(content)
                self._add(content)
            else:
                begun, newline, piece = piece.partition(b"\n")
                self._line += begun
                if newline:
                    self._take_line()
                elif len(self._line) > _LONGEST_LINE:
                    self.has_ended = True

    def _take_line(self) -> None:
        """A size, or nothing: the end of the chunk before."""
        line, self._line = self._line.partition(b";")[0].strip(), b""
        if line:
            try:
                self._left = max(int(line, 16), 0)
            except ValueError:
                self._left = 0
            self.has_ended = not self._left


def _uncompressed(kept: KeptBytes, encoding: str) -> KeptBytes | None:
    names = [name for each in encoding.lower().split(",") if (name := each.strip()) not in ("", "identity")]
    if not names or not kept.length:
        return kept
    for window in _WINDOWS.get(names[0], ()) if len(names) == 1 else ():
        try:
            content = zlib.decompressobj(window).decompress(kept.content, MOST_BYTES + 1)
        except zlib.error:
            continue
        found = KeptBytes()
        found.add(content)
        found.length = max(found.length, kept.length if kept.is_cut else 0)
        return found
    return None


def is_without(method: str, status: int) -> bool:
    """Whether such a response has no body, whatever its headers say."""
    return method == "HEAD" or status in _NO_CONTENT
