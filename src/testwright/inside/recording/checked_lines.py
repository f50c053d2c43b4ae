"""Decides how a record becomes a line of a log, and which lines are whole: a checksum stands in front of each."""

from __future__ import annotations

import json
from binascii import Error, unhexlify
from collections.abc import Callable, Mapping
from json import encoder
from typing import Any, NoReturn
from zlib import crc32

__all__ = ["MARK", "checked", "encoded", "line_of", "with_checksum"]

MARK = 9
"""Bytes in front of the JSON: eight hex digits and a space."""
_UNENCODABLE = (TypeError, ValueError, RuntimeError, MemoryError)


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"a {type(value).__name__} is nothing that JSON has")


def _bound_encoder() -> Callable[[Any], str]:
    """Made here once, of functions in C: what a program does to the classes of `json` later has no effect on it."""
    make, quote, join = getattr(encoder, "c_make_encoder", None), encoder.encode_basestring, "".join
    if make is None:
        return json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_refuse).encode
    chunks = make(None, _refuse, quote, None, ":", ",", False, False, False)
    return lambda value: join(chunks(value, 0))


_encode = _bound_encoder()
_encode_ascii = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=_refuse).encode


def encoded(value: object) -> bytes:
    """Compact JSON. ValueError for what JSON cannot hold."""
    try:
        return _encode(value).encode()
    except UnicodeEncodeError:  # half a surrogate pair has no UTF-8, but it has an escape
        return _encode_ascii(value).encode()
    except _UNENCODABLE as error:
        raise ValueError(f"this is no record: {error}") from error


def with_checksum(text: bytes) -> bytes:
    return b"%08x %b\n" % (crc32(text), text)


def line_of(record: Mapping[str, Any]) -> bytes:
    """The line of a record. ValueError when it holds what JSON cannot."""
    return with_checksum(encoded(record))


def checked(line: bytes) -> bytes | None:
    """The JSON of a line, None when the line is not as it was written."""
    text = line[MARK:-1]
    if line[-1:] != b"\n" or line[MARK - 1 : MARK] != b" ":
        return None
    try:
        wanted = int.from_bytes(unhexlify(line[: MARK - 1]), "big")
    except (Error, ValueError):
        return None
    return text if crc32(text) == wanted else None
