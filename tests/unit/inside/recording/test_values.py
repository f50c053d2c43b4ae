"""Snapshots say what a value is, whatever it is, within limits, and run none of its code."""

from __future__ import annotations

import array
import collections
import contextlib
import datetime
import decimal
import enum
import fractions
import functools
import gc
import importlib.util
import io
import ipaddress
import itertools
import json
import pathlib
import re
import socket
import sys
import threading
import types
import uuid
import weakref
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from testwright.inside.recording.values import Limits, is_partial, snapshot, snapshots, walk_plain

_spec = importlib.util.spec_from_file_location("hostile_classes", Path(__file__).with_name("hostile_classes.py"))
assert _spec is not None
assert _spec.loader is not None
hostile_classes = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(hostile_classes)
RUN, bare, hostile = hostile_classes.RUN, hostile_classes.bare, hostile_classes.hostile

HERE = __name__


def noted(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper() -> Any:
        return function()

    return wrapper


@noted
def hidden() -> None: ...


def shown() -> None: ...


@dataclass
class Point:
    x: int
    y: Any


class Slotted:
    __slots__ = ("__hidden", "a", "b")

    def __init__(self) -> None:
        self.a = 1
        self.__hidden = 2


class Below(Slotted):
    __slots__ = ("__dict__", "c")


class Colour(enum.Enum):
    RED = 1


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Named(dict):  # type: ignore[type-arg]
    pass


class Words(str):
    __slots__ = ()


class Trouble(Exception):
    pass


Pair = collections.namedtuple("Pair", "a b")


def json_of(plain: Any) -> str:
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    text.encode()
    return text


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (5, 5),
        (2**1998, 2**1998),
        (2**2000, ["cut", "int", 2001, "", 0]),
        (1.5, 1.5),
        (float("nan"), ["float", "nan"]),
        (float("-inf"), ["float", "-inf"]),
        (1 + 2j, ["complex", 1.0, 2.0]),
        ("é", "é"),
        ("\ud800", ["std", "builtins.str", ["bytes", "7aCA"], "utf-8", "surrogatepass"]),
        (b"ab", ["bytes", "YWI="]),
        (..., ["name", "builtins:Ellipsis"]),
        (NotImplemented, ["name", "builtins:NotImplemented"]),
        ([1, [2]], ["list", 1, ["list", 2]]),
        ((), ["tuple"]),
        ({"b", "a"}, ["set", "a", "b"]),
        (frozenset({3, 1}), ["frozenset", 1, 3]),
        ({"a": 1, (1, 2): None}, ["dict", ["a", 1], [["tuple", 1, 2], None]]),
        (Colour.RED, ["enum", f"{HERE}:Colour", "RED"]),
        (Access.READ | Access.WRITE, ["enum", f"{HERE}:Access", "READ|WRITE"]),
        (Access(0), ["items", f"{HERE}:Access", 1, 0]),
        (Point(1, [2]), ["object", f"{HERE}:Point", 1, ["x", 1], ["y", ["list", 2]]]),
        (Slotted(), ["object", f"{HERE}:Slotted", 1, ["_Slotted__hidden", 2], ["a", 1]]),
        (Pair(1, 2), ["items", f"{HERE}:Pair", 1, ["tuple", 1, 2]]),
        (Words("ab"), ["items", f"{HERE}:Words", 1, "ab"]),
        (Named(a=1), ["items", f"{HERE}:Named", 1, ["dict", ["a", 1]]]),
        (int, ["name", "builtins:int"]),
        (type(None), ["name", "types:NoneType"]),
        (Point, ["name", f"{HERE}:Point"]),
        (len, ["name", "builtins:len"]),
        (str.upper, ["name", "builtins:str.upper"]),
        (json.dumps, ["name", "json:dumps"]),
        (json, ["name", "json:"]),
        (datetime.datetime.now, ["name", "datetime:datetime.now"]),
        (fractions.Fraction.from_float, ["name", "fractions:Fraction.from_float"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_of_the_language(value: Any, plain: Any) -> None:
    found = snapshot(value)
    assert found == plain
    json_of(found)


def made_again(plain: Any) -> Any:
    """The value that a plain one of standard classes stands for."""
    if not isinstance(plain, list):
        return plain
    match plain:
        case ["list" | "tuple" as tag, *items]:
            return {"list": list, "tuple": tuple}[tag](made_again(item) for item in items)
        case ["dict", *pairs]:
            return {made_again(key): made_again(value) for key, value in pairs}
        case ["bytes", text]:
            import base64

            return base64.b64decode(text)
        case ["name", name]:
            return functools.reduce(getattr, name.partition(":")[2].split("."), sys.modules[name.partition(":")[0]])
        case ["std", name, *args]:
            module, _, attribute = name.rpartition(".")
            positional = [made_again(arg) for arg in args if not (isinstance(arg, list) and arg[0] == "=")]
            named = {arg[1]: made_again(arg[2]) for arg in args if isinstance(arg, list) and arg[0] == "="}
            return getattr(sys.modules[module], attribute)(*positional, **named)
    raise AssertionError(plain)


@pytest.mark.parametrize(
    "value",
    [
        datetime.datetime(2024, 1, 2, 3, 4, 5, 6),
        datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC),
        datetime.datetime(2024, 10, 27, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Paris"), fold=1),
        datetime.date(2024, 1, 2),
        datetime.time(1, 2, 3),
        datetime.timedelta(-1, 2, 3),
        datetime.timezone(datetime.timedelta(hours=1), "here"),
        decimal.Decimal("1.50"),
        decimal.Decimal("Infinity"),
        fractions.Fraction(-1, 3),
        uuid.UUID(int=5),
        pathlib.Path("/a/b"),
        pathlib.PureWindowsPath("c:/x"),
        re.compile("a", re.IGNORECASE),
        re.compile(b"a+"),
        range(1, 9, 2),
        slice(1, None),
        collections.deque([1, 2], 5),
        collections.OrderedDict([("b", 1), ("a", 2)]),
        collections.defaultdict(list, a=[1]),
        collections.Counter("aab"),
        ipaddress.ip_address("1.2.3.4"),
        ipaddress.ip_network("2001:db8::/32"),
        types.SimpleNamespace(a=1),
        types.MappingProxyType({"a": 1}),
        array.array("d", [1.5, 2.5]),
        bytearray(b"ab"),
        memoryview(b"ab"),
        list[int],
    ],
    ids=lambda value: type(value).__name__,
)
def test_standard_values_can_be_made_again(value: Any) -> None:
    plain = snapshot(value)
    json_of(plain)
    assert not is_partial(plain)
    again = made_again(plain)
    assert type(again) is type(value)
    assert again == value
    assert getattr(again, "fold", 0) == getattr(value, "fold", 0)


def test_the_order_of_an_ordered_dictionary_is_its_own() -> None:
    value = collections.OrderedDict(a=1, b=2)
    value.move_to_end("a")
    assert snapshot(value) == ["std", "collections.OrderedDict", ["dict", ["b", 2], ["a", 1]]]


def test_a_partial_is_what_it_will_call() -> None:
    assert snapshot(functools.partial(int, "10", base=2)) == [
        *("std", "functools.partial", ["name", "builtins:int"], "10"),
        ["=", "base", 2],
    ]


@pytest.mark.parametrize(
    ("error", "plain"),
    [
        (ValueError("x", 1), ["std", "builtins.ValueError", "x", 1]),
        (OSError(2, "no", "f"), ["std", "builtins.FileNotFoundError", 2, "no", "f"]),
        (Trouble("x"), ["object", f"{HERE}:Trouble", 1, ["args", ["tuple", "x"]]]),
    ],
)
def test_exceptions(error: BaseException, plain: Any) -> None:
    assert snapshot(error) == plain


def test_an_exception_has_its_cause() -> None:
    error = Trouble("x")
    error.__cause__ = KeyError("a")
    assert snapshot(error)[4] == ["__cause__", ["std", "builtins.KeyError", "a"]]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ((i for i in ()), "generator"),
        (threading.Lock(), "lock"),
        (io.BufferedReader(io.BytesIO()), "file"),
        (weakref.ref(Point), "C object"),
        (threading.local(), "C object"),
        (itertools.count(), "C object"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_looked_into_is_opaque(value: Any, why: str) -> None:
    plain = snapshot(value)
    assert (plain[0], plain[2]) == ("opaque", why)
    assert is_partial(["list", plain])


def test_an_iterator_is_what_is_left_of_it() -> None:
    left = iter([1, 2, 3])
    next(left)
    assert snapshot(left) == ["std", "builtins.iter", ["list", 2, 3]]
    assert next(left) == 2
    assert snapshot(iter({"a": 1}.items())) == ["std", "builtins.iter", ["list", ["tuple", "a", 1]]]
    assert snapshot(iter(range(2))) == ["std", "builtins.iter", ["std", "builtins.range", 0, 2, 1]]


def test_a_stream_in_memory_is_what_it_holds_and_the_place_reached() -> None:
    octets, text, closed = io.BytesIO(b"abc"), io.StringIO("a\nb", newline=""), io.BytesIO()
    octets.read(2)
    closed.close()
    assert snapshot(octets) == ["std", "io.BytesIO", ["bytes", "YWJj"], ["=", "at", 2]]
    assert octets.read() == b"c"
    assert snapshot(text) == ["std", "io.StringIO", "a\nb", ""]
    assert snapshot([octets, octets])[2] == ["again", 1]
    assert [snapshot(each)[0] for each in (closed, io.BytesIO(bytearray(2_000_000)))] == ["opaque", "opaque"]


MISSING = object()


class _Unset:
    pass


def _sentinel() -> Any:
    class Sentinel:
        def __init__(self) -> None:
            self.name = "NOTHING"

    return Sentinel()


UNSET, NOTHING = _Unset(), _sentinel()


def test_what_a_module_holds_to_be_compared_by_identity_goes_by_its_name() -> None:
    assert [snapshot(each) for each in (MISSING, UNSET, NOTHING)] == [
        ["name", f"{HERE}:{name}"] for name in ("MISSING", "UNSET", "NOTHING")
    ]
    assert [snapshot(each)[0] for each in (object(), _Unset(), _sentinel())] == ["object"] * 3


def test_an_iterator_over_a_class_of_its_own_is_not_asked() -> None:
    class Loud(list):  # type: ignore[type-arg]
        def __getitem__(self, at: Any) -> Any:
            raise AssertionError

    assert snapshot(list.__iter__(Loud([1])))[0] == "opaque"


def test_a_function_without_a_place_is_told_by_where_it_is_written() -> None:
    step = 3
    first, second = (lambda x: x + step), (lambda x: x)
    plain, other = snapshot(first), snapshot(second)
    assert plain[:2] == [
        "function",
        f"{HERE}:test_a_function_without_a_place_is_told_by_where_it_is_written.<locals>.<lambda>",
    ]
    assert plain[3:5] == [__file__, other[4]]
    assert plain[5] < other[5]
    assert plain[6:] == [["step", 3]]
    assert not is_partial(plain)


def test_a_function_behind_a_decorator_is_not_told_by_the_decorators_name() -> None:
    assert snapshot(hidden.__wrapped__)[:2] == ["function", f"{HERE}:hidden"]  # type: ignore[attr-defined]
    assert snapshot(shown) == ["name", f"{HERE}:shown"]


def test_a_function_that_holds_itself_ends() -> None:
    def again() -> Any:
        return again

    assert snapshot(again)[6:] == [["again", ["again", 1]]]


def test_a_socket_is_opaque() -> None:
    with socket.socket() as value:
        assert snapshot(value) == ["opaque", "socket:socket", "socket"]


# -- identity and limits ----------------------------------------------------------------------------------------------


def test_what_is_met_twice_has_a_number() -> None:
    shared: list[Any] = [1]
    assert snapshot([shared, shared]) == ["list", ["is", 1, ["list", 1]], ["again", 1]]
    assert snapshot(([], [])) == ["tuple", ["list"], ["list"]]
    point = Point(1, None)
    assert snapshot([point, point])[2] == ["again", 1]


def test_cycles_end() -> None:
    ring: list[Any] = []
    ring.append(ring)
    assert snapshot(ring) == ["is", 1, ["list", ["again", 1]]]
    point = Point(1, None)
    point.y = {"me": point}
    assert snapshot(point)[4] == ["y", ["dict", ["me", ["again", 1]]]]


def test_values_of_one_moment_share_numbers() -> None:
    shared: list[Any] = []
    assert snapshots([shared, [shared]]) == [["is", 1, ["list"]], ["list", ["again", 1]]]
    assert snapshot(shared) == snapshot([])


def test_long_texts_cost_their_beginning() -> None:
    plain = snapshot("x" * 9000)
    assert plain[:3] == ["cut", "str", 9000]
    assert len(plain[3]) == 16
    assert plain[4] == "x" * 8192
    assert snapshot("x" * 8192) == "x" * 8192
    assert snapshot("x" * 8999 + "y")[3] != plain[3]
    assert snapshot(b"x" * 9000)[:3] == ["cut", "bytes", 9000]
    assert snapshot(Words("x" * 9000))[3][:3] == ["cut", "str", 9000]


def test_many_texts_cost_no_more_than_all_of_them_may() -> None:
    plain = snapshot(["x" * 8000] * 64)
    assert len(json_of(plain)) < 2 * Limits().all_text


def test_long_containers_are_cut() -> None:
    assert snapshot(list(range(65))) == ["cut", "list", 65, "", ["list", *range(64)]]
    assert snapshot(set(range(65)))[:3] == ["cut", "set", 65]
    assert snapshot(dict.fromkeys(range(65)))[:3] == ["cut", "dict", 65]
    assert snapshot(collections.deque(range(65)))[:3] == ["cut", "deque", 65]
    wide = Point(1, 2)
    wide.__dict__.update({f"a{n}": n for n in range(80)})
    assert snapshot(wide)[:3] == ["cut", "object", 82]


def test_deep_values_are_cut() -> None:
    value: Any = 1
    for _ in range(8):
        value = [value]
    plain = snapshot(value)
    assert is_partial(plain)
    assert json_of(plain).count("list") == 8


def test_a_value_costs_no_more_nodes_than_the_budget() -> None:
    plain = snapshot([[list(range(64)) for _ in range(64)] for _ in range(64)])
    assert sum(1 for _ in walk_plain(plain)) < 3 * Limits().nodes
    assert is_partial(plain)


def test_a_huge_value_is_not_copied() -> None:
    import tracemalloc

    text, many = "x" * 50_000_000, [None] * 5_000_000
    tracemalloc.start()
    snapshot([text, many])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_no_stack_left_is_no_error() -> None:
    found: list[Any] = []
    value = {"a": [Point(1, [{}])]}

    def three_calls(left: int) -> None:
        if left:
            three_calls(left - 1)

    def deeper() -> None:
        with contextlib.suppress(RecursionError):
            deeper()
        if len(found) < 40:
            three_calls(3)
            found.append(snapshot(value))

    deeper()
    assert any(is_partial(plain) for plain in found)
    assert not is_partial(found[-1])


def test_a_dictionary_that_another_thread_changes_is_no_error() -> None:
    value: dict[int, Any] = {}
    stop = threading.Event()

    def change() -> None:
        for n in itertools.count():
            value[n % 50] = n
            value.pop((n * 7) % 50, None)
            if stop.is_set():
                return

    thread = threading.Thread(target=change)
    thread.start()
    found = [snapshot({"held": value}) for _ in range(300)]
    stop.set()
    thread.join()
    assert all(plain[1][1][0] in ("dict", "cut") for plain in found)


def test_classes_are_not_kept_alive() -> None:
    kind = type("Passing", (), {})
    snapshot(kind())
    watched = weakref.ref(kind)
    del kind
    gc.collect()
    assert watched() is None


# -- nobody's code ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nothing_was_run() -> Any:
    RUN.clear()
    yield
    assert RUN == []


HOSTILE = {
    "plain": lambda: bare(hostile()),
    "with slots": lambda: bare(hostile(__slots__=("a", "b"))),
    "with a property for its dictionary": lambda: bare(hostile(hide_dict=True)),
    "list": lambda: bare(hostile(list)),
    "dict": lambda: bare(hostile(dict)),
    "str": lambda: bare(hostile(str), "abc"),
    "int": lambda: bare(hostile(int), 7),
    "float": lambda: bare(hostile(float), 1.5),
    "complex": lambda: bare(hostile(complex), 1j),
    "bytes": lambda: bare(hostile(bytes), b"abc"),
    "bytearray": lambda: bare(hostile(bytearray), b"abc"),
    "tuple": lambda: bare(hostile(tuple), (1, 2)),
    "set": lambda: bare(hostile(set)),
    "frozenset": lambda: bare(hostile(frozenset), (1, 2)),
    "deque": lambda: bare(hostile(collections.deque)),
    "OrderedDict": lambda: bare(hostile(collections.OrderedDict)),
    "defaultdict": lambda: bare(hostile(collections.defaultdict)),
    "datetime": lambda: bare(hostile(datetime.datetime), 2024, 1, 1),
    "timedelta": lambda: bare(hostile(datetime.timedelta), 1),
    "tzinfo": lambda: datetime.datetime(2024, 1, 1, tzinfo=bare(hostile(datetime.tzinfo))),
    "exception": lambda: bare(hostile(Exception), "a"),
    "os error": lambda: bare(hostile(OSError), 2, "a"),
    "partial": lambda: functools.partial(bare(hostile(__call__=lambda self: 1)), 1),
    "proxy": lambda: types.MappingProxyType(bare(hostile(dict))),
    "class": lambda: hostile(),
    "module": lambda: bare(hostile(types.ModuleType), "x"),
    "Decimal": lambda: bare(hostile(decimal.Decimal), "1.5"),
    "namespace": lambda: bare(hostile(types.SimpleNamespace)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_code_of_a_class_is_run(name: str) -> None:
    value = HOSTILE[name]()
    RUN.clear()
    json_of(snapshot(value))
    json_of(snapshot([value, {"a": (value,)}]))


def test_what_hostile_classes_hold_is_seen() -> None:
    value = bare(hostile())
    object.__setattr__(value, "secret", 5)
    RUN.clear()
    assert snapshot(value) == ["object", "hostile_classes:Hostile", 1, ["secret", 5]]
    words = bare(hostile(str), "abc")
    assert snapshot(words)[3] == "abc"
    assert snapshot(bare(hostile(int), 7))[3] == 7


def test_keys_are_not_hashed_or_compared() -> None:
    kind = hostile(hash_works=True)
    ordered = collections.OrderedDict({bare(kind): 1})
    RUN.clear()
    snapshot({"a": ordered})
    snapshot({bare(kind): 1})
    snapshot({bare(kind)})


def test_the_planted_classes_do_tell() -> None:
    value = bare(hostile())
    RUN.clear()
    for ask in (repr, len, hash, iter, lambda v: v.total, lambda v: v == 1, lambda v: type(v).anything):
        with pytest.raises(RuntimeError):
            ask(value)
    assert len(RUN) == 7
    RUN.clear()


def test_an_instance_whose_dictionary_is_hidden_is_opaque_or_empty() -> None:
    assert snapshot(bare(hostile(hide_dict=True)))[0] in ("opaque", "object")


# -- libraries, by the names of their classes ----------------------------------------------------------------------------


def named(name: str, *bases: type, **space: Any) -> type:
    module, _, qualname = name.partition(":")
    return type(qualname, bases, {"__module__": module, **space})


def test_a_django_object_is_its_fields() -> None:
    model = named("django.db.models.base:Model")
    state = types.SimpleNamespace()
    own = named("shop.models:Order", model)()
    vars(own).update(_state=named("x:ModelState")(), id=5, customer_id=None, _prefetched_objects_cache={"a": state})
    assert snapshot(own) == [
        *("object", "shop.models:Order", 1, ["id", 5], ["customer_id", None]),
        ["_state", ["dict", ["adding", True], ["db", None]]],
    ]
    vars(vars(own)["_state"]).update(adding=False, db="default")
    assert snapshot(own)[-1] == ["_state", ["dict", ["adding", False], ["db", "default"]]]


def test_a_query_is_not_sent() -> None:
    query = named("django.db.models.query:QuerySet", __iter__=hostile_classes._noting("iter"), _result_cache=None)
    assert snapshot([query()])[1] == [
        *("opaque", "django.db.models.query:QuerySet", "a query that may not have been sent"),
    ]


def test_a_lazy_object_is_what_it_has_made() -> None:
    lazy = named("django.utils.functional:SimpleLazyObject", named("django.utils.functional:LazyObject"))()
    vars(lazy)["_wrapped"] = object()
    assert snapshot(lazy)[2] == "lazy, and not asked for yet"
    vars(lazy)["_wrapped"] = Point(1, 2)
    assert snapshot(lazy)[1] == f"{HERE}:Point"


def test_a_class_that_only_calls_itself_numpy_s_is_looked_at_as_any_other() -> None:
    value = named("numpy:ndarray", shape=hostile_classes._Property())()
    assert snapshot(value) == ["object", "numpy:ndarray", 1]
    assert snapshot(named("decimal:Decimal")()) == ["object", "decimal:Decimal", 1]


def test_a_mock_is_opaque() -> None:
    from unittest.mock import MagicMock

    assert snapshot(MagicMock())[2] == "a mock"


def test_walking_gives_parents_first() -> None:
    plain = [
        "object",
        "m:C",
        1,
        ["a", ["dict", ["k", ["cut", "str", 9, "", "b"]]]],
        ["c", ["std", "x.Y", ["=", "f", 1]]],
    ]
    assert list(walk_plain(plain))[1:4] == [plain[3][1], "k", ["cut", "str", 9, "", "b"]]
    assert is_partial(plain)
    assert not is_partial(["list", "cut", "opaque"])
