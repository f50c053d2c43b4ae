"""Writes values of the standard library's classes as the call that makes them again: `["std", "module.Name", arg…]`.

Modules are not imported for it: a class is known by its name, and by being what its module has under that name.
`["=", name, value]` among the arguments is one that is given by name.
"""

from __future__ import annotations

import datetime
import functools
import gc
import io
import re
import types
from collections import Counter, OrderedDict, defaultdict, deque
from itertools import islice
from typing import Any

from .builtin_values import BUILTIN, first_pairs, opaque
from .class_reading import names_of_module
from .moment import Moment, Write, cut_short
from .plain_tree import Plain

__all__ = ["BASES", "STANDARD", "standard_writer"]

_SAFE_KEYS = frozenset(map(id, (str, int, bool, bytes, float, type(None))))
_WIDEST_ORDERED = 4096


def _getter(kind: type, name: str) -> Any:
    return kind.__dict__[name].__get__


# -- dates ------------------------------------------------------------------------------------------------------------

_DATE = [_getter(datetime.date, name) for name in ("year", "month", "day")]
_CLOCK = [_getter(datetime.datetime, name) for name in ("hour", "minute", "second", "microsecond")]
_TIME = [_getter(datetime.time, name) for name in ("hour", "minute", "second", "microsecond")]
_DATETIME_ZONE, _DATETIME_FOLD = _getter(datetime.datetime, "tzinfo"), _getter(datetime.datetime, "fold")
_TIME_ZONE, _TIME_FOLD = _getter(datetime.time, "tzinfo"), _getter(datetime.time, "fold")
_DELTA = [_getter(datetime.timedelta, name) for name in ("days", "seconds", "microseconds")]


def _date(moment: Moment, value: Any, depth: int) -> Plain:
    return ["std", "datetime.date", *[get(value) for get in _DATE]]


def _datetime(moment: Moment, value: Any, depth: int) -> Plain:
    plain = ["std", "datetime.datetime", *[get(value) for get in _DATE], *[get(value) for get in _CLOCK]]
    return _zoned(moment, plain, _DATETIME_ZONE(value), _DATETIME_FOLD(value), depth)


def _time(moment: Moment, value: Any, depth: int) -> Plain:
    plain = ["std", "datetime.time", *[get(value) for get in _TIME]]
    return _zoned(moment, plain, _TIME_ZONE(value), _TIME_FOLD(value), depth)


def _zoned(moment: Moment, plain: list[Any], zone: Any, fold: int, depth: int) -> Plain:
    if zone is not None:
        plain.append(moment.write(zone, depth + 1))
    if fold:
        plain.append(["=", "fold", fold])
    return plain


def _timedelta(moment: Moment, value: Any, depth: int) -> Plain:
    return ["std", "datetime.timedelta", *[get(value) for get in _DELTA]]


def _timezone(moment: Moment, value: datetime.timezone, depth: int) -> Plain:
    if value is datetime.UTC:
        return ["name", "datetime:timezone.utc"]
    parts = value.__getinitargs__()  # type: ignore[attr-defined]  # the offset, and a name if it was given one
    return ["std", "datetime.timezone", *[moment.write(part, depth + 1) for part in parts]]


# -- collections ------------------------------------------------------------------------------------------------------


def _deque(moment: Moment, value: deque[Any], depth: int) -> Plain:
    met = moment.met(value)
    if met is not None:
        return met
    inner: list[Any] = ["list"]
    plain = moment.begin(value, ["std", "collections.deque", inner])
    length = deque.__len__(value)
    granted = moment.take(length, depth)
    moment.add_items(inner, list(islice(deque.__iter__(value), granted)), depth + 1)
    limit = _getter(deque, "maxlen")(value)
    if limit is not None:
        plain.append(limit)
    return cut_short(plain, "deque", length, granted)


def _mapping(name: str) -> Write:
    """For those that are made of a dictionary, their own arguments first."""

    def write(moment: Moment, value: Any, depth: int) -> Plain:
        met = moment.met(value)
        if met is not None:
            return met
        inner: list[Any] = ["dict"]
        plain = moment.begin(value, ["std", f"collections.{name}", inner])
        if name == "defaultdict":
            plain.insert(2, moment.write(_getter(defaultdict, "default_factory")(value), depth + 1))
        length = dict.__len__(value)
        granted = moment.take(length, depth)
        pairs = _ordered_pairs(value, granted) if name == "OrderedDict" else first_pairs(value, granted)
        moment.add_pairs(inner, pairs, depth + 1)
        return cut_short(plain, name, length, len(pairs))

    return write


def _ordered_pairs(value: OrderedDict[Any, Any], wanted: int) -> list[tuple[Any, Any]]:
    """Walking it in its own order hashes the keys: only done where no class of a stranger hashes them."""
    small = dict.__len__(value) <= _WIDEST_ORDERED
    if small and _SAFE_KEYS.issuperset(map(id, map(type, dict.keys(value)))):
        return list(islice(OrderedDict.items(value), wanted))
    return first_pairs(value, wanted)


def _simple_namespace(moment: Moment, value: Any, depth: int) -> Plain:
    met = moment.met(value)
    if met is not None:
        return met
    plain = moment.begin(value, ["std", "types.SimpleNamespace"])
    held = _getter(types.SimpleNamespace, "__dict__")(value)
    granted = moment.take(dict.__len__(held), depth)
    pairs: list[Any] = []
    moment.add_pairs(pairs, first_pairs(held, granted), depth + 1)
    plain += [["=", *pair] for pair in pairs]
    return cut_short(plain, "SimpleNamespace", dict.__len__(held), granted)


def _mapping_proxy(moment: Moment, value: Any, depth: int) -> Plain:
    """What is below is asked of the garbage collector: the proxy itself would ask the mapping."""
    below = gc.get_referents(value)
    return ["std", "types.MappingProxyType", moment.write(below[0], depth + 1)]


def _array(moment: Moment, value: Any, depth: int) -> Plain:
    granted = moment.take(len(value), depth)
    plain = ["std", "array.array", value.typecode, ["list", *[moment.write(v, depth) for v in value[:granted]]]]
    return cut_short(plain, "array", len(value), granted)


# -- streams in memory --------------------------------------------------------------------------------------------------


_OCTETS: Any = io.BytesIO
_CHARACTERS: Any = io.StringIO


def _bytes_io(moment: Moment, value: io.BytesIO, depth: int) -> Plain:
    """What is in it, and the place reached. `__sizeof__` counts what reading it would have to copy."""
    if _OCTETS.closed.__get__(value) or _OCTETS.__sizeof__(value) > moment.limits.hashed:
        return opaque(value, "file")
    octets, place, _ = _OCTETS.__getstate__(value)
    return _stream(moment, value, ["std", "io.BytesIO", moment.octets(octets, len(octets))], place)


def _string_io(moment: Moment, value: io.StringIO, depth: int) -> Plain:
    if _CHARACTERS.closed.__get__(value) or _CHARACTERS.tell(value) > moment.limits.hashed:
        return opaque(value, "file")
    text, newline, place, _ = _CHARACTERS.__getstate__(value)
    plain = ["std", "io.StringIO", moment.text(text), *([newline] if newline != "\n" else [])]
    return _stream(moment, value, plain, place)


def _stream(moment: Moment, value: Any, plain: list[Any], place: int) -> Plain:
    met = moment.met(value)
    if met is not None:
        return met
    return moment.begin(value, [*plain, *([["=", "at", place]] if place else [])])


# -- iterators --------------------------------------------------------------------------------------------------------

_SEQUENCES = frozenset(map(id, (list, tuple, str, bytes, range)))


def _iterator(moment: Moment, value: Any, depth: int) -> Plain:
    """What is left of it, as its class tells copying; nothing is taken from it."""
    met = moment.met(value)
    if met is not None:
        return met
    reduced: Any = type(value).__reduce__
    parts = reduced(value)
    held, place = parts[1][0], parts[2:]
    if id(type(held)) not in _SEQUENCES:
        return opaque(value, "an iterator over a class of its own")
    plain = moment.begin(value, ["std", "builtins.iter"])
    plain.append(moment.write(held[place[0] :] if place else held, depth + 1))
    return plain


_ITERATED: tuple[Any, ...] = ([], (), "", "é", b"", range(0), {}.keys(), {}.values(), {}.items(), set())

# -- calls and texts --------------------------------------------------------------------------------------------------


def _parts(made_by: str, kind: type, *names: str) -> Write:
    """For those that are made of what some of their attributes say."""
    getters = [_getter(kind, name) for name in names]

    def write(moment: Moment, value: Any, depth: int) -> Plain:
        return ["std", made_by, *[moment.write(get(value), depth + 1) for get in getters]]

    return write


def _partial(moment: Moment, value: Any, depth: int) -> Plain:
    met = moment.met(value)
    if met is not None:
        return met
    function, args, named = [_getter(functools.partial, name)(value) for name in ("func", "args", "keywords")]
    plain = moment.begin(value, ["std", "functools.partial", moment.write(function, depth + 1)])
    length = tuple.__len__(args) + dict.__len__(named)
    granted = moment.take(length, depth)
    moment.add_items(plain, args[:granted], depth + 1)
    pairs: list[Any] = []
    moment.add_pairs(pairs, first_pairs(named, max(granted - len(args), 0)), depth + 1)
    plain += [["=", *pair] for pair in pairs]
    return cut_short(plain, "partial", length, granted)


def _pattern(moment: Moment, value: re.Pattern[Any], depth: int) -> Plain:
    flags = value.flags & ~(re.UNICODE if type(value.pattern) is str else 0)
    return ["std", "re.compile", moment.write(value.pattern, depth + 1), *([int(flags)] if flags else [])]


def _as_text(made_by: str, text: Any) -> Write:
    """For those that are made of the text that they show."""

    def write(moment: Moment, value: Any, depth: int) -> Plain:
        return ["std", made_by, text(value)]

    return write


def _fraction(moment: Moment, value: Any, depth: int) -> Plain:
    parts = [moment.write(_getter(type(value), name)(value), depth) for name in ("_numerator", "_denominator")]
    return ["std", "fractions.Fraction", *parts]


def _uuid(moment: Moment, value: Any, depth: int) -> Plain:
    digits = f"{_getter(type(value), 'int')(value):032x}"
    return ["std", "uuid.UUID", "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))]


def _zone_info(moment: Moment, value: Any, depth: int) -> Plain:
    key = _getter(type(value), "key")(value)
    return opaque(value, "a time zone without a key") if key is None else ["std", "zoneinfo.ZoneInfo", key]


STANDARD: dict[type, Write] = {
    datetime.date: _date,
    datetime.datetime: _datetime,
    datetime.time: _time,
    datetime.timedelta: _timedelta,
    datetime.timezone: _timezone,
    deque: _deque,
    OrderedDict: _mapping("OrderedDict"),
    defaultdict: _mapping("defaultdict"),
    Counter: _mapping("Counter"),
    types.SimpleNamespace: _simple_namespace,
    types.MappingProxyType: _mapping_proxy,
    types.GenericAlias: _parts("types.GenericAlias", types.GenericAlias, "__origin__", "__args__"),
    functools.partial: _partial,
    io.BytesIO: _bytes_io,
    io.StringIO: _string_io,
    re.Pattern: _pattern,
    range: _parts("builtins.range", range, "start", "stop", "step"),
    slice: _parts("builtins.slice", slice, "start", "stop", "step"),
    **{type(iter(each)): _iterator for each in _ITERATED},
}

_IPS = ("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network", "IPv4Interface", "IPv6Interface")
_PATHS = ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path", "PurePath")
_BY_NAME: dict[tuple[str, str], Write] = {
    ("decimal", "Decimal"): _as_text("decimal.Decimal", str),
    ("fractions", "Fraction"): _fraction,
    ("uuid", "UUID"): _uuid,
    ("zoneinfo", "ZoneInfo"): _zone_info,
    ("array", "array"): _array,
    **{("ipaddress", name): _as_text(f"ipaddress.{name}", str) for name in _IPS},
    **{("pathlib", name): _as_text(f"pathlib.{name}", str) for name in _PATHS},
}

BASES: tuple[type, ...] = (
    *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta),
    *(deque, OrderedDict, defaultdict, Counter, dict, list, tuple, set, frozenset),
    *(str, bytes, bytearray, int, float, complex, functools.partial, types.SimpleNamespace),
)
"""Classes that others derive from, the narrower before the wider; what an instance of theirs holds can be read."""


def standard_writer(kind: type, name: str) -> Write | None:
    """Of a class that calls itself `name` (`module:Qualname`), if it is the one of that name."""
    writer = STANDARD.get(kind) or BUILTIN.get(kind)
    if writer is not None:
        return writer
    module, _, qualname = name.partition(":")
    module = "pathlib" if module.startswith("pathlib.") else module
    found = _BY_NAME.get((module, qualname))
    return found if found is not None and names_of_module(module).get(qualname) is kind else None
