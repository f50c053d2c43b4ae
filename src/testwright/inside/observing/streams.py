"""Captures what a scenario writes, the way pytest's capsys does, and notices when it reads from standard input."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Streams", "captured"]


class _Written(io.TextIOWrapper):
    """Text kept in memory; knows whether code outside the module wrote some of it."""

    def __init__(self, path: str) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="", write_through=True)
        self.path = path
        self.others_wrote = False

    def write(self, text: str, /) -> int:
        if sys._getframe(1).f_code.co_filename != self.path:
            self.others_wrote = True
        return super().write(text)

    def text(self) -> str:
        if self.closed:
            return ""
        buffer = self.buffer
        return buffer.getvalue().decode("utf-8", "replace") if isinstance(buffer, io.BytesIO) else ""


class _NoInput(io.TextIOBase):
    """Standard input as under pytest: reading it is an error."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = False

    def _refuse(self, *_: Any) -> Any:
        self.asked = True
        raise OSError("pytest: reading from stdin while output is captured! Consider using `-s`.")

    read = readline = readlines = __next__ = _refuse

    def isatty(self) -> bool:
        return False


class Streams:
    """What was written to the three standard streams' stand-ins."""

    def __init__(self, path: str) -> None:
        self._out, self._err, self._in = _Written(path), _Written(path), _NoInput()

    @property
    def output(self) -> str:
        return self._out.text()

    @property
    def errors(self) -> str:
        """What the module itself wrote to standard error; "" when others did too."""
        return "" if self._err.others_wrote else self._err.text()

    @property
    def input_asked(self) -> bool:
        return self._in.asked

    def put_in_place(self) -> None:
        sys.stdout, sys.stderr, sys.stdin = self._out, self._err, self._in


@contextmanager
def captured(path: str) -> Iterator[Streams]:
    """The standard streams are stand-ins inside; `path` is the file of the module under test."""
    before = sys.stdout, sys.stderr, sys.stdin
    streams = Streams(path)
    streams.put_in_place()
    try:
        yield streams
    finally:
        sys.stdout, sys.stderr, sys.stdin = before
