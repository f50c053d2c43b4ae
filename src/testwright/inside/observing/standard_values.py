"""Writes values of the standard library's types the way a person would construct them."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import pathlib
import re
import types
import uuid
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ..recipes import Call, Const, Name, Operation, Recipe
from .names import importable_name, is_private

__all__ = ["STANDARD", "Unexpressible", "Write", "write_enum", "write_path"]

Write: TypeAlias = Callable[[Any], Recipe]
"""Writes a part of the value at hand; raises Unexpressible."""


class Unexpressible(Exception):
    """No recipe gives this value back."""


def _consts(*values: Any) -> tuple[Recipe, ...]:
    return tuple(Const(v) for v in values)


def _call(module: str, qualname: str, *args: Recipe, **kwargs: Recipe) -> Recipe:
    return Call(Name(module, qualname), args, tuple(kwargs.items()))


def _clock_parts(value: datetime.datetime | datetime.time, fewest: int) -> tuple[int, ...]:
    parts = [value.hour, value.minute, value.second, value.microsecond]
    while len(parts) > fewest and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _zone(value: datetime.datetime | datetime.time, write: Write) -> dict[str, Recipe]:
    extra: dict[str, Recipe] = {}
    if value.tzinfo is not None:
        extra["tzinfo"] = write(value.tzinfo)
    if value.fold:
        extra["fold"] = Const(value.fold)
    return extra


def _datetime(value: datetime.datetime, write: Write) -> Recipe:
    clock = _clock_parts(value, 2) if _clock_parts(value, 0) else ()
    return _call("datetime", "datetime", *_consts(value.year, value.month, value.day, *clock), **_zone(value, write))


def _time(value: datetime.time, write: Write) -> Recipe:
    return _call("datetime", "time", *_consts(*_clock_parts(value, 2)), **_zone(value, write))


def _date(value: datetime.date, write: Write) -> Recipe:
    return _call("datetime", "date", *_consts(value.year, value.month, value.day))


def _timedelta(value: datetime.timedelta, write: Write) -> Recipe:
    sign = -1 if value < datetime.timedelta(0) else 1
    size = abs(value)
    parts: dict[str, int] = {"days": size.days}
    unit, seconds = "seconds", size.seconds
    for name, length in (("hours", 3600), ("minutes", 60)):
        if size.seconds and size.seconds % length == 0:
            unit, seconds = name, size.seconds // length
            break
    parts[unit] = seconds
    if size.microseconds % 1000 == 0:
        parts["milliseconds"] = size.microseconds // 1000
    else:
        parts["microseconds"] = size.microseconds
    kept = {k: Const(sign * v) for k, v in parts.items() if v}
    return _call("datetime", "timedelta", **(kept or {"seconds": Const(0)}))


def _timezone(value: datetime.timezone, write: Write) -> Recipe:
    if value == datetime.UTC:
        return Name("datetime", "timezone.utc")
    return _call("datetime", "timezone", write(value.utcoffset(None)))


def _zone_info(value: zoneinfo.ZoneInfo, write: Write) -> Recipe:
    if not value.key:
        raise Unexpressible
    return _call("zoneinfo", "ZoneInfo", Const(value.key))


def _pattern(value: re.Pattern[Any], write: Write) -> Recipe:
    flags = value.flags & ~(re.UNICODE if isinstance(value.pattern, str) else 0)
    if not flags:
        return _call("re", "compile", Const(value.pattern))
    return _call("re", "compile", Const(value.pattern), write_enum(re.RegexFlag(flags), write))


def _range(value: range, write: Write) -> Recipe:
    if value.step != 1:
        return _call("builtins", "range", *_consts(value.start, value.stop, value.step))
    if value.start:
        return _call("builtins", "range", *_consts(value.start, value.stop))
    return _call("builtins", "range", Const(value.stop))


def _slice(value: slice, write: Write) -> Recipe:
    parts = [value.start, value.stop] + ([value.step] if value.step is not None else [])
    return _call("builtins", "slice", *(write(p) for p in parts))


def _decimal(value: decimal.Decimal, write: Write) -> Recipe:
    if value.is_nan():
        raise Unexpressible
    return _call("decimal", "Decimal", Const(str(value)))


def _fraction(value: fractions.Fraction, write: Write) -> Recipe:
    return _call("fractions", "Fraction", *_consts(value.numerator, value.denominator))


def _namespace(value: types.SimpleNamespace, write: Write) -> Recipe:
    return _call("types", "SimpleNamespace", **{k: write(v) for k, v in vars(value).items()})


STANDARD: Mapping[type, Callable[[Any, Write], Recipe]] = {
    datetime.datetime: _datetime,
    datetime.date: _date,
    datetime.time: _time,
    datetime.timedelta: _timedelta,
    datetime.timezone: _timezone,
    zoneinfo.ZoneInfo: _zone_info,
    decimal.Decimal: _decimal,
    fractions.Fraction: _fraction,
    uuid.UUID: lambda v, _: _call("uuid", "UUID", Const(str(v))),
    re.Pattern: _pattern,
    range: _range,
    slice: _slice,
    bytearray: lambda v, _: _call("builtins", "bytearray", Const(bytes(v))),
    types.SimpleNamespace: _namespace,
    types.MappingProxyType: lambda v, write: _call("types", "MappingProxyType", write(dict(v))),
}


def write_path(value: pathlib.PurePath) -> Recipe:
    """`Path("…")`, whatever the concrete class is called on this system."""
    concrete = type(value) in (pathlib.PosixPath, pathlib.WindowsPath)
    return _call("pathlib", "Path" if concrete else type(value).__name__, Const(str(value)))


def write_enum(value: enum.Enum, write: Write) -> Recipe:
    """`Colour.RED`, or for flags `Mode.READ | Mode.WRITE`."""
    owner = importable_name(type(value))
    if owner is None:
        raise Unexpressible
    name = value.name
    if name is not None and type(value).__members__.get(name) is value:
        if is_private(name):
            raise Unexpressible
        return _member(owner, name)
    if not isinstance(value, enum.Flag):
        raise Unexpressible
    return _flags(value, owner)


def _member(owner: Name, name: str) -> Recipe:
    if owner.module == "re" and owner.qualname == "RegexFlag":
        return Name("re", name)
    return Name(owner.module, f"{owner.qualname}.{name}")


def _flags(value: enum.Flag, owner: Name) -> Recipe:
    parts = [m for m in type(value) if m.value and m in value]
    if not parts or sum(m.value for m in parts) != value.value:
        return Call(owner, (Const(value.value),))
    written = [_member(owner, str(m.name)) for m in parts]
    whole: Recipe = written[0]
    for part in written[1:]:
        whole = Operation("|", whole, part)
    return whole
