"""Turns the values that Kolo 2.x has packed into plain values of ours."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from typing import Any

import msgspec

__all__ = ["plain_from_kolo", "unpacked"]

_TEXT, _DATETIME, _DATE, _TIME, _INTEGER, _DECIMAL, _TUPLE, _SET, _FROZENSET, _REFERENCE = (*range(9), 127)
_CONTAINERS = {_TUPLE: "tuple", _SET: "set", _FROZENSET: "frozenset"}
_REPR = re.compile(r"<(?P<name>[\w.]+)(?: object)? at 0x[0-9a-f]+>|<(?P<other>[\w.]+)[:\s]")


class _Packed:
    """An extension of Kolo's, still packed: as a key of a dict it must be hashable."""

    __slots__ = ("code", "data")

    def __init__(self, code: int, data: memoryview) -> None:
        self.code, self.data = code, bytes(data)


def unpacked(data: bytes) -> Any:
    """ValueError when it is no msgpack."""
    try:
        return msgspec.msgpack.decode(data, ext_hook=_Packed)
    except (msgspec.MsgspecError, RecursionError, TypeError) as error:
        raise ValueError(str(error)) from error


def plain_from_kolo(value: Any, depth: int = 0) -> Any:
    """As far as Kolo kept the value: of an object only its repr is known, which is opaque to us."""
    if depth > 100:
        return ["opaque", "", "nested too deep"]
    if isinstance(value, _Packed):
        return _extension(value, depth)
    if isinstance(value, dict):
        return ["dict", *([plain_from_kolo(k, depth + 1), plain_from_kolo(v, depth + 1)] for k, v in value.items())]
    if isinstance(value, list):
        return ["list", *(plain_from_kolo(each, depth + 1) for each in value)]
    if isinstance(value, float) and not math.isfinite(value):
        return ["float", str(value)]
    if isinstance(value, bytes):
        import base64

        return ["bytes", base64.b64encode(value).decode()]
    return value if value is None or isinstance(value, bool | int | float | str) else ["opaque", "", str(type(value))]


def _extension(value: _Packed, depth: int) -> Any:
    try:
        if value.code in _CONTAINERS:
            items = unpacked(value.data)
            return [_CONTAINERS[value.code], *(plain_from_kolo(each, depth + 1) for each in items)]
        if value.code == _INTEGER:
            return int.from_bytes(value.data, "big", signed=True)
        return _from_text(value.code, value.data.decode("utf-8", "replace"))
    except (ValueError, TypeError):
        return ["opaque", "", "unreadable"]


def _from_text(code: int, text: str) -> Any:
    if code == _DATETIME:
        return _of_datetime(datetime.fromisoformat(text))
    if code == _DATE:
        day = date.fromisoformat(text)
        return ["std", "datetime.date", day.year, day.month, day.day]
    if code == _TIME:
        at = time.fromisoformat(text)
        return ["std", "datetime.time", at.hour, at.minute, at.second, at.microsecond]
    if code == _DECIMAL:
        return ["std", "decimal.Decimal", text]
    if code == _REFERENCE:
        return ["opaque", "", f"the same as {text}"]
    return _of_repr(text)


def _of_datetime(when: datetime) -> list[Any]:
    parts = [when.year, when.month, when.day, when.hour, when.minute, when.second, when.microsecond]
    if (offset := when.utcoffset()) is None:
        return ["std", "datetime.datetime", *parts]
    zone = ["std", "datetime.timezone", ["std", "datetime.timedelta", 0, int(offset.total_seconds())]]
    return ["std", "datetime.datetime", *parts, zone]


def _of_repr(text: str) -> list[Any]:
    match = _REPR.match(text)
    name = (match["name"] or match["other"] or "") if match else ""
    module, _, last = name.rpartition(".")
    return ["opaque", f"{module}:{last}" if last else "", text]
