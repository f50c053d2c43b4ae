"""Reads a log that somebody may have torn, damaged or made up: whole records of the right shape, the rest is counted."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TypeAlias
from zlib import crc32

import msgspec

from testwright.inside.recording.checked_lines import MARK, checked

__all__ = ["EndRecord", "LogReader", "ProcessRecord", "Record", "SpanRecord", "TraceRecord", "parsed_record"]

_LONGEST_LINE = 32 * 2**20
"""Bytes. What is longer is passed over without being held in memory."""
_PIECE = 1 << 20

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Identity: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^trc_[0-9A-Za-z]{1,60}$")]
Word: TypeAlias = Annotated[str, msgspec.Meta(max_length=60)]
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=20_000)]


class ProcessRecord(msgspec.Struct, tag_field="e", tag="process", frozen=True, kw_only=True):
    """The first line of each log. What else is in it is kept in the store as it is."""

    schema: Annotated[int, msgspec.Meta(ge=1, le=1)]
    pid: Count
    parent: Count = 0
    at: Count = 0


class TraceRecord(msgspec.Struct, tag_field="e", tag="trace", frozen=True, kw_only=True):
    id: Identity
    kind: Word
    name: Text
    at: Count
    about: dict[str, Any] = {}


class SpanRecord(msgspec.Struct, tag_field="e", tag="span", frozen=True, kw_only=True):
    """`data` is an object in JSON, unread."""

    trace: Identity
    n: Number
    parent: Count
    kind: Word
    name: Text
    at: Count
    took: Count
    file: Text = ""
    line: Count = 0
    thread: Text = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")


class EndRecord(msgspec.Struct, tag_field="e", tag="end", frozen=True, kw_only=True):
    trace: Identity
    at: Count
    status: Word
    about: dict[str, Any] = {}
    dropped: dict[str, Count] = {}


Record: TypeAlias = ProcessRecord | TraceRecord | SpanRecord | EndRecord
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def parsed_record(text: bytes) -> Record | None:
    """None for what is no record: broken JSON, another shape, numbers out of all bounds, nested without an end."""
    try:
        record = _decode(text)
        return None if isinstance(record, SpanRecord) and not _is_object(record.data) else record
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _decode(text: bytes) -> Record:
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return _with_lone_surrogates(text)


def _with_lone_surrogates(text: bytes) -> Record:
    """Half a pair in a recorded string is no UTF-8: it stays an escape in `data`, and is a "?" elsewhere."""
    plain = json.loads(text)
    if not isinstance(plain, dict):
        raise ValueError("a record is an object")
    data = plain.pop("data", None)
    record = _decoder.decode(json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace"))
    if isinstance(record, SpanRecord) and data is not None:
        return msgspec.structs.replace(record, data=msgspec.Raw(json.dumps(data, separators=(",", ":")).encode()))
    return record


def _is_object(data: msgspec.Raw) -> bool:
    return bytes(data).lstrip()[:1] == b"{"


class LogReader:
    """The records of a log from the byte `start` on, each with its JSON. To be asked afterwards: `offset` is where the
    next reading may begin, `left_out` the bytes from the first damage to the end, `dropped` the records of a wrong shape.
    """

    def __init__(self, path: Path, *, start: int = 0) -> None:
        self.offset = start
        self.dropped = 0
        self.left_out = 0
        self._path = path

    def __iter__(self) -> Iterator[tuple[Record, bytes]]:
        with open(self._path, "rb") as stream:
            stream.seek(self.offset)
            while line := stream.readline(_LONGEST_LINE):
                text = checked(line) if line.endswith(b"\n") else None
                if text is None and not (len(line) == _LONGEST_LINE and _passed_over(stream, line)):
                    break
                self.offset = stream.tell()
                record = parsed_record(text) if text is not None else None
                if record is None or text is None:
                    self.dropped += 1
                else:
                    yield record, text
            self.left_out = max(0, os.fstat(stream.fileno()).st_size - self.offset)


def _passed_over(stream: BinaryIO, line: bytes) -> bool:
    """Reads on to the end of a line that is too long; whether its checksum is right."""
    wanted, sum_ = line[: MARK - 1], crc32(line[MARK:])
    while piece := stream.readline(_PIECE):
        sum_ = crc32(piece.removesuffix(b"\n"), sum_)
        if piece.endswith(b"\n"):
            return b"%08x" % sum_ == wanted
    return False
