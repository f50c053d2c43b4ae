"""Holds the worker's way out: JSON lines on a pipe, and a record in shared memory of the input being tried."""

from __future__ import annotations

import json
import mmap
import os
import struct
from typing import Any

__all__ = ["CONTROL", "ENDED", "MAX_LINE", "MAX_TOTAL", "MESSAGE", "Channel", "LineSplitter", "Notes"]

MESSAGE = b"M"  # a message of the task
CONTROL = b"C"  # worker to parent: isolation level, how the job ended
ENDED = b"E"  # child to supervisor: how its work ended, and the traceback if it was our bug
MAX_LINE = 8 * 2**20
MAX_TOTAL = 256 * 2**20

_RECORD = struct.Struct("<QQ200s")
# Bound here, as code under test may replace the functions in their modules.
_pack_record = _RECORD.pack_into
_to_json = json.JSONEncoder(separators=(",", ":")).encode
_write = os.write
_COUNTER_LIMIT = 2**64 - 1


class Notes:
    """The last input tried: a counter that tells life from silence, a number, a short text; survives the child."""

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, _RECORD.size)
        self.counter = 0

    def write(self, number: int, text: str = "") -> None:
        self.counter += 1
        _pack_record(self.memory, 0, self.counter, number & _COUNTER_LIMIT, text.encode("utf-8", "replace")[:200])

    def read(self) -> tuple[int, int, str]:
        counter, number, text = _RECORD.unpack_from(self.memory, 0)
        return counter, number, text.rstrip(b"\0").decode("utf-8", "ignore")

    def close(self) -> None:
        self.memory.close()


class Channel:
    """Sends messages to whoever started this process; in a child a secret token marks the lines that are ours."""

    def __init__(
        self, descriptor: int, *, token: bytes = b"", notes: Notes | None = None, isolation: Any = None
    ) -> None:
        self.descriptor = descriptor
        self.isolation = isolation
        self._token = token
        self._notes = notes if notes is not None else Notes()
        self.note = self._notes.write  # bound once: it is called thousands of times a second

    def send(self, message: dict[str, Any]) -> None:
        """Send one JSON-ready message; ValueError when it is longer than any reader accepts."""
        self.send_raw(MESSAGE, _to_json(message).encode())

    def send_raw(self, kind: bytes, payload: bytes) -> None:
        if len(payload) > MAX_LINE - 64:
            raise ValueError(f"message of {len(payload)} bytes, more than {MAX_LINE}")
        write_all(self.descriptor, self.line(kind, payload))

    def line(self, kind: bytes, payload: bytes) -> bytes:
        # The leading newline ends whatever the code under test may have written to this descriptor.
        start = b"\n" if self._token else b""
        return start + self._token + kind + payload + b"\n"


def write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[_write(descriptor, view) :]


class LineSplitter:
    """Cuts a stream into lines; drops what is too long or too much, and counts it."""

    def __init__(self, max_line: int = MAX_LINE, max_total: int = MAX_TOTAL) -> None:
        self.dropped = 0
        self._rest = bytearray()
        self._total = 0
        self._skipping = False
        self._max_line = max_line
        self._max_total = max_total

    def feed(self, data: bytes) -> list[bytes]:
        self._total += len(data)
        if self._total > self._max_total:
            self.dropped += 1
            self._rest.clear()
            return []
        *complete, last = data.split(b"\n")
        lines = [line for part in complete if (line := self._finish(part))]
        self._append(last)
        return lines

    def _finish(self, part: bytes) -> bytes:
        self._append(part)
        line = bytes(self._rest)
        self._rest.clear()
        self._skipping = False
        return line

    def _append(self, part: bytes) -> None:
        if self._skipping:
            return
        self._rest += part
        if len(self._rest) > self._max_line:
            self.dropped += 1
            self._rest.clear()
            self._skipping = True
