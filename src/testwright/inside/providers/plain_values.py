"""Offers literals and standard-library values, the plainest first."""

from __future__ import annotations

import random
from typing import Any

from ..recipes import Call, Const, Dictionary, Name, Recipe, Sequence

__all__ = ["STANDARD", "any_plain", "known_type", "plain"]

TEXTS = (
    "abc", "", "a", "1", "Hello World", "x y", "a,b", "1.5", "-1", "key=value", "a b c", "hello_world", "é", "A", " ", "\n", "0",
    "a.b", "true", "/", "name:value", "one\ntwo\n", "abc123", "ABC", "'x'", "[1, 2]", "{}", "a-b", "x" * 40, "(a)", "a;b", "10%",
    "2024-01-31", "12:30:00", "user@example.org", "https://example.org/a?b=c#d", "127.0.0.1", "\t", '"a"', "<b>x</b>", "#",
)  # fmt: skip
NUMBERS = (
    1,
    0,
    2,
    -1,
    3,
    10,
    5,
    100,
    7,
    12,
    1000,
    255,
    -5,
    4,
    13,
    60,
    1024,
    3600,
    10**6,
    -1000,
    10**30,
)
"""None between a million and what no C integer holds: as a count, the former ends soon and the latter is refused."""
FLOATS = (1.5, 0.0, 1.0, -1.5, 0.1, 2.5, 100.25, 1e6, -0.5, 1e-9, 1e21, float("inf"), float("-inf"), float("nan"))
BYTES = (b"abc", b"", b"\x00", b"a,b\n", b"123", b"\xff\xfe", b"key=value")


def _texts(*values: str) -> tuple[Recipe, ...]:
    return tuple(Const(v) for v in values)


def _call(module: str, qualname: str, *args: Any, **kwargs: Any) -> Call:
    keyed = tuple((k, v if not isinstance(v, (str, int, float, bytes)) else Const(v)) for k, v in kwargs.items())
    return Call(
        Name(module, qualname),
        tuple(Const(a) if isinstance(a, (str, int, float, bytes)) or a is None else a for a in args),
        keyed,
    )


UTC = Name("datetime", "timezone.utc")
STANDARD: dict[str, tuple[Recipe, ...]] = {
    "builtins.bool": (Const(True), Const(False)),
    "builtins.int": tuple(Const(n) for n in NUMBERS),
    "builtins.float": tuple(Const(n) for n in (*FLOATS, 3, 0)),
    "builtins.complex": (Const(1j), Const(2.0), Const(0j)),
    "builtins.str": _texts(*TEXTS),
    "builtins.bytes": tuple(Const(b) for b in BYTES),
    "builtins.bytearray": (_call("builtins", "bytearray", b"abc"), _call("builtins", "bytearray")),
    "builtins.memoryview": (_call("builtins", "memoryview", b"abc"),),
    "builtins.NoneType": (Const(None),),
    "builtins.ellipsis": (Const(...),),
    "builtins.range": (_call("builtins", "range", 3), _call("builtins", "range", 0), _call("builtins", "range", 1, 10, 2)),
    "builtins.slice": (_call("builtins", "slice", 1, 3), _call("builtins", "slice", None)),
    "builtins.object": (Const(1), Const("abc"), Const(None), _call("builtins", "object")),
    "datetime.datetime": (
        _call("datetime", "datetime", 2024, 1, 31, 12, 30),
        _call("datetime", "datetime", 2024, 2, 29, tzinfo=UTC),
        _call("datetime", "datetime", 1999, 12, 31, 23, 59, 59, 999999),
        _call("datetime", "datetime", 2024, 7, 1, 9, 0, tzinfo=_call("zoneinfo", "ZoneInfo", "Europe/Berlin")),
    ),
    "sqlite3.Connection": (_call("sqlite3", "connect", ":memory:"),),
    "queue.Queue": (_call("queue", "Queue"),),
    "queue.SimpleQueue": (_call("queue", "SimpleQueue"),),
    "datetime.date": (
        _call("datetime", "date", 2024, 1, 31),
        _call("datetime", "date", 2024, 1, 1),
        _call("datetime", "date", 2023, 12, 25),
        _call("datetime", "date", 2024, 2, 29),
    ),
    "datetime.time": (_call("datetime", "time", 12, 30), _call("datetime", "time", 0, 0, tzinfo=UTC)),
    "datetime.timedelta": (
        _call("datetime", "timedelta", days=1),
        _call("datetime", "timedelta", seconds=90),
        _call("datetime", "timedelta", 0),
        _call("datetime", "timedelta", days=-3, hours=5),
        _call("datetime", "timedelta", days=400),
        _call("datetime", "timedelta", microseconds=1500),
    ),
    "datetime.tzinfo": (UTC, _call("datetime", "timezone", _call("datetime", "timedelta", hours=2))),
    "datetime.timezone": (UTC, _call("datetime", "timezone", _call("datetime", "timedelta", hours=2))),
    "decimal.Decimal": tuple(_call("decimal", "Decimal", t) for t in ("1.5", "0", "-3", "10.005", "NaN", "1E+3")),
    "fractions.Fraction": (_call("fractions", "Fraction", 1, 3), _call("fractions", "Fraction", 5), _call("fractions", "Fraction", -7, 2)),
    "uuid.UUID": (_call("uuid", "UUID", "12345678-1234-5678-1234-567812345678"), _call("uuid", "UUID", int=0)),
    "re.Pattern": (_call("re", "compile", "a+"), _call("re", "compile", r"(\w+)"), _call("re", "compile", "")),
    "re.Match": (_call("re", "match", r"(\w)(\w+)", "abc"), _call("re", "match", r"(?P<name>\w+)", "abc")),
    "io.StringIO": (_call("io", "StringIO", "one\ntwo\n"), _call("io", "StringIO")),
    "io.BytesIO": (_call("io", "BytesIO", b"abc\n"), _call("io", "BytesIO")),
    "pathlib.PurePath": (_call("pathlib", "PurePosixPath", "folder/file.txt"),),
    "pathlib.PurePosixPath": (_call("pathlib", "PurePosixPath", "folder/file.txt"),),
    "ipaddress.IPv4Address": (_call("ipaddress", "IPv4Address", "127.0.0.1"),),
    "ipaddress.IPv6Address": (_call("ipaddress", "IPv6Address", "::1"),),
    "collections.OrderedDict": (_call("collections", "OrderedDict", a=1), _call("collections", "OrderedDict")),
    "collections.deque": (Call(Name("collections", "deque"), (Sequence("list", (Const(1), Const(2))),)), _call("collections", "deque")),
    "collections.Counter": (_call("collections", "Counter", "aab"), _call("collections", "Counter")),
    "collections.defaultdict": (Call(Name("collections", "defaultdict"), (Name("builtins", "list"),)),),
    "types.SimpleNamespace": (_call("types", "SimpleNamespace", a=1, name="abc"),),
    "types.ModuleType": (Name("math", ""), Name("string", "")),
    "builtins.Exception": (_call("builtins", "ValueError", "abc"), _call("builtins", "KeyError", "key")),
    "builtins.BaseException": (_call("builtins", "ValueError", "abc"), _call("builtins", "KeyboardInterrupt")),
    "logging.Logger": (_call("logging", "getLogger", "test"),),
    "argparse.ArgumentParser": (_call("argparse", "ArgumentParser", prog="prog"),),
    "argparse.Namespace": (_call("argparse", "Namespace", a=1),),
    "random.Random": (_call("random", "Random", 1),),
    "threading.Lock": (_call("threading", "Lock"),),
    "asyncio.locks.Lock": (_call("asyncio", "Lock"),),
    "asyncio.queues.Queue": (_call("asyncio", "Queue"),),
    "email.message.Message": (_call("email", "message_from_string", "Subject: abc\n\nbody"),),
    "xml.etree.ElementTree.Element": (_call("xml.etree.ElementTree", "fromstring", "<a b='c'><d>text</d></a>"),),
}  # fmt: skip
STANDARD["enum.Enum"] = STANDARD["enum.IntEnum"] = (Name("http", "HTTPStatus.OK"), Name("http", "HTTPStatus.NOT_FOUND"))
STANDARD["_io.StringIO"] = STANDARD["io.StringIO"]
STANDARD["_io.BytesIO"] = STANDARD["io.BytesIO"]
STANDARD["typing.IO"] = STANDARD["typing.TextIO"] = STANDARD["io.TextIOBase"] = STANDARD["io.StringIO"]
STANDARD["typing.BinaryIO"] = STANDARD["io.IOBase"] = STANDARD["io.BytesIO"]
STANDARD["_io.TextIOWrapper"] = STANDARD["io.StringIO"]
STANDARD["_io._IOBase"] = STANDARD["io.IOBase"]
NUMERIC = {"numbers.Number", "numbers.Real", "numbers.Integral", "numbers.Rational", "numbers.Complex"}
for _name in NUMERIC:
    STANDARD[_name] = (
        STANDARD["builtins.int"]
        if _name.endswith("Integral")
        else (Const(1), Const(1.5), Const(0), Const(-2), Const(100))
    )

EMPTY: tuple[Recipe, ...] = (Sequence("list", ()), Sequence("tuple", ()), Dictionary(()), Sequence("set", ()))
SMALL: tuple[Recipe, ...] = (
    Sequence("list", (Const(1), Const(2), Const(3))),
    Sequence("list", (Const("a"), Const("b"))),
    Sequence("tuple", (Const(1), Const(2))),
    Dictionary(((Const("a"), Const(1)),)),
    Dictionary(((Const("a"), Dictionary(((Const("b"), Const(1)),))),)),
    Sequence("set", (Const(1), Const(2))),
    Sequence("list", (Sequence("tuple", (Const("a"), Const(1))), Sequence("tuple", (Const("b"), Const(2))))),
    Sequence("list", (Sequence("list", (Const(1), Const(2))), Sequence("list", (Const(3),)))),
)
for _name in ("Mapping", "MutableMapping"):
    STANDARD[f"collections.abc.{_name}"] = (SMALL[3], SMALL[4], EMPTY[2])
for _name in ("Collection", "Sequence", "MutableSequence", "Iterable", "Container", "Sized"):
    STANDARD[f"collections.abc.{_name}"] = (SMALL[0], SMALL[1], SMALL[2], EMPTY[0])
for _name in ("Set", "MutableSet"):
    STANDARD[f"collections.abc.{_name}"] = (SMALL[5], EMPTY[3])


def known_type(kind: type) -> tuple[Recipe, ...]:
    """Recipes for a builtin or standard-library class, () when none are known."""
    return STANDARD.get(f"{kind.__module__}.{kind.__qualname__}", ())


def _front_heavy(rng: random.Random, items: tuple[Recipe, ...]) -> Recipe:
    """The first items far more often: they are the plainest."""
    return items[min(int(rng.expovariate(4.0 / max(1, len(items)))), len(items) - 1)]


def plain(kind: str, rng: random.Random) -> Recipe:
    """A value of the named type ("builtins.str"); numbers and texts sometimes random."""
    roll = rng.random()
    if kind == "builtins.int" and roll < 0.15:
        large = rng.randint(-(10**6), 10**6) if rng.random() < 0.1 else rng.randint(0, 10**4)
        return Const(rng.choice((rng.randint(-20, 20), large)))
    if kind == "builtins.float" and roll < 0.15:
        return Const(round(rng.uniform(-1000, 1000), rng.choice((0, 1, 3))))
    if kind == "builtins.str" and roll < 0.1:
        return Const("".join(rng.choice("ab1 .,:-_/=()[]'\"\nZ") for _ in range(rng.randint(1, 8))))
    return _front_heavy(rng, STANDARD[kind])


def any_plain(rng: random.Random) -> Recipe:
    """Any builtin value, for a parameter of which nothing is known."""
    roll = rng.random()
    if roll < 0.3:
        return plain("builtins.str", rng)
    if roll < 0.55:
        return plain("builtins.int", rng)
    if roll < 0.62:
        return plain("builtins.float", rng)
    if roll < 0.7:
        return rng.choice((Const(None), Const(True), Const(False)))
    if roll < 0.75:
        return plain("builtins.bytes", rng)
    return rng.choice(EMPTY if roll < 0.83 else SMALL)
