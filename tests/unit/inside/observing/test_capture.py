"""A value is written as the recipe of an equal one, in a person's words, or not at all."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import io
import ipaddress
import math
import pathlib
import re
import types
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple
from unittest.mock import ANY, Mock

import pytest

from testwright.inside.observing.capture import express, needs_approx, same
from testwright.inside.recipes import (
    Call,
    Const,
    Dictionary,
    Name,
    Operation,
    ScratchFile,
    Sequence,
    Variable,
    evaluate,
)
from testwright.inside.recipes import Surroundings as Around

Load = Callable[[str], ModuleType]


class Shade(enum.Enum):
    DARK = 1


UTC = datetime.UTC
ROUND_TRIPS = [
    None,
    True,
    7,
    "text",
    b"\xff",
    1.5,
    math.inf,
    2j,
    ...,
    [1, [2, ()]],
    {"a": {1, 2}},
    frozenset({"x"}),
    OrderedDict(b=1, a=2),
    defaultdict(list, {"a": [1]}),
    Counter("aab"),
    deque([1, 2], maxlen=3),
    datetime.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
    datetime.datetime(2020, 1, 2, fold=1, tzinfo=zoneinfo.ZoneInfo("UTC")),
    datetime.date(2020, 2, 29),
    datetime.time(1, 2, 3),
    datetime.timedelta(days=-3, microseconds=5),
    datetime.timedelta(0),
    decimal.Decimal("1.50"),
    fractions.Fraction(1, 3),
    uuid.UUID(int=5),
    pathlib.Path("a/b"),
    pathlib.PureWindowsPath("c:/x"),
    re.compile("a+", re.IGNORECASE | re.DOTALL),
    re.compile(b"a"),
    range(1, 9, 2),
    slice(1, None),
    bytearray(b"ab"),
    types.SimpleNamespace(a=[1]),
    types.MappingProxyType({"a": 1}),
    ipaddress.ip_address("10.0.0.1"),
    Shade.DARK,
    re.IGNORECASE,
    int,
    io.StringIO,
    pathlib.Path,
    type(None),
    math.sin,
    types,
]


@pytest.mark.parametrize("value", ROUND_TRIPS)
def test_the_recipe_gives_an_equal_value_of_the_same_types(value: Any) -> None:
    recipe = express(value, module="m")
    assert recipe is not None
    assert same(evaluate(recipe, Around()), value)


@pytest.mark.parametrize(
    ("value", "recipe"),
    [
        (datetime.timedelta(hours=-2), Call(Name("datetime", "timedelta"), (), (("hours", Const(-2)),))),
        (datetime.datetime(2020, 1, 2), Call(Name("datetime", "datetime"), (Const(2020), Const(1), Const(2)))),
        (UTC, Name("datetime", "timezone.utc")),
        (range(3), Call(Name("builtins", "range"), (Const(3),))),
        (pathlib.Path("a"), Call(Name("pathlib", "Path"), (Const("a"),))),
        (re.I | re.M, Operation("|", Name("re", "IGNORECASE"), Name("re", "MULTILINE"))),
        ({"b", "a"}, Sequence("set", (Const("a"), Const("b")))),
        (io.StringIO, Name("io", "StringIO")),
    ],
)
def test_it_is_what_a_person_would_write(value: Any, recipe: object) -> None:
    assert express(value, module="m") == recipe


def _loop() -> list[Any]:
    items: list[Any] = []
    items.append(items)
    return items


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        [math.nan],
        decimal.Decimal("NaN"),
        _loop(),
        [[[[[[[[1]]]]]]]],
        list(range(200)),
        "x" * 5000,
        1 << 4000,
        object(),
        ValueError("identity only"),
        iter([1]),
        lambda: 0,
        Mock(),
        ANY,
        {frozenset({1})},
    ],
    ids=lambda v: type(v).__name__,
)
def test_what_cannot_be_given_back_is_not_expressed(value: Any) -> None:
    assert express(value, module="m") is None


CLASSES = """
    import dataclasses, enum
    from collections import namedtuple

    @dataclasses.dataclass
    class Line:
        name: str
        count: int = 1

    @dataclasses.dataclass
    class Wide:
        a: int
        b: int = 5
        c: list = dataclasses.field(default_factory=list)
        d: str = ""
        total: int = dataclasses.field(init=False, default=0)

        def __post_init__(self):
            self.total = self.a + self.b

    @dataclasses.dataclass(eq=False)
    class NoEquality:
        a: int = 1

    Point = namedtuple("Point", "x y")

    class Mode(enum.Flag):
        READ = 1
        WRITE = 2
        RUN = 4

    class Money:
        def __init__(self, amount, currency="EUR"):
            self._amount = amount
            self.currency = currency

        def __eq__(self, other):
            return isinstance(other, Money) and vars(self) == vars(other)

    class Liar:
        def __eq__(self, other):
            return True

    class Moody:
        def __init__(self): self.n = 1
        def __eq__(self, other):
            raise RuntimeError("no")

    class Name(str):
        pass

    class _Private:
        def __eq__(self, other): return True

    def local():
        class Inner:
            def __eq__(self, other): return isinstance(other, Inner)
        return Inner()

    class Forgets:
        def __init__(self, a): self.b = a
        def __eq__(self, other): return isinstance(other, Forgets)
"""


def test_objects_are_calls_of_their_class(load: Load) -> None:
    m = load(CLASSES)
    line = Name("observed", "Line")
    assert express(m.Line("tea", 2), module="observed") == Call(line, (Const("tea"), Const(2)))
    wide = Call(Name("observed", "Wide"), (), (("a", Const(1)), ("b", Const(5))))
    assert express(m.Wide(1), module="observed") == wide
    assert express(m.Point(1, 2), module="observed") == Call(Name("observed", "Point"), (Const(1), Const(2)))
    money = Call(Name("observed", "Money"), (Const(3), Const("USD")))
    assert express(m.Money(3, "USD"), module="observed") == money
    assert express(m.Name("x"), module="observed") == Call(Name("observed", "Name"), (Const("x"),))
    flags = Operation("|", Name("observed", "Mode.READ"), Name("observed", "Mode.RUN"))
    assert express(m.Mode.READ | m.Mode.RUN, module="observed") == flags
    assert express(m.Mode(0), module="observed") == Call(Name("observed", "Mode"), (Const(0),))


def test_objects_that_lie_or_cannot_be_made_again_are_not_expressed(load: Load) -> None:
    m = load(CLASSES)
    changed = m.Wide(1)
    changed.total = 99  # the constructor would not give that back
    for value in (m.NoEquality(), m.Liar(), [m.Liar()], m.Moody(), m._Private(), m.local(), m.Forgets(1), changed):
        assert express(value, module="observed") is None


def test_an_object_that_a_variable_holds_is_that_variable() -> None:
    handler = object()
    recipe = express({"a": [handler]}, module="m", variables={"handler": handler})
    assert recipe == Dictionary(((Const("a"), Sequence("list", (Variable("handler"),))),))


def test_paths_in_the_scratch_folder_are_scratch_files(tmp_path: pathlib.Path) -> None:
    assert express(tmp_path / "a" / "b", module="m", scratch=tmp_path) == ScratchFile("a/b")
    assert express(f"{tmp_path}/a", module="m", scratch=tmp_path) == ScratchFile("a", as_text=True)


@pytest.mark.parametrize(
    ("value", "needed"),
    [
        (0.5, False),
        (3.0, False),
        (123456.0, False),
        (0.1 + 0.2, True),
        (1 / 3, True),
        ([1, 2 / 3], True),
        (1e300, False),
    ],
)
def test_numbers_of_many_digits_need_approx(value: Any, needed: bool) -> None:
    recipe = express(value, module="m")
    assert recipe is not None
    assert needs_approx(recipe) is needed


def test_attrs_classes_are_calls_when_attrs_is_there(load: Load) -> None:
    pytest.importorskip("attrs")
    m = load("import attrs\n@attrs.define\nclass Box:\n    _size: int\n    label: str = 'x'\n")
    assert express(m.Box(3), module="observed") == Call(Name("observed", "Box"), (Const(3), Const("x")))


class _Row(NamedTuple):
    left: object
    right: object


class _Word(str):
    __slots__ = ()


class _Items(list[object]):
    pass


class _Table(dict[str, object]):
    pass


class _Alike(str):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (_Row(1, _Row("a", None)), (1, ("a", None))),
        (_Word("abc"), "abc"),
        (_Items([1, _Word("b")]), [1, "b"]),
        (_Table(a=_Row(1, 2)), {"a": (1, 2)}),
        ([_Row(1, 2), 3], [(1, 2), 3]),
    ],
    ids=["named tuples", "text", "list", "dict", "in a list"],
)
def test_what_nobody_can_name_is_the_plain_value_that_it_equals(value: object, plain: object) -> None:
    written = express(value, module="observed")
    assert written is not None
    made = evaluate(written, Around())
    assert made == plain
    assert type(made) is type(plain)


def test_what_is_equal_in_its_own_way_is_no_plain_value() -> None:
    assert express(_Alike("abc"), module="observed") is None


def test_what_can_be_named_keeps_its_name(load: Load) -> None:
    module = load(
        """
        from typing import NamedTuple

        class Point(NamedTuple):
            x: int
            y: int
        """
    )
    assert express(module.Point(1, 2), module="observed") == Call(Name("observed", "Point"), (Const(1), Const(2)))
