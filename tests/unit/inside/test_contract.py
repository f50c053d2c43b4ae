"""A call keeps to the contract when each argument surely fits what is annotated, documented or given as default."""

import importlib.util
import sys
import textwrap

import pytest

from testwright.inside.contract import Contract
from testwright.inside.recipes import Attribute, Call, Const, Dictionary, Function, Name, Patch, Sequence, Variable
from testwright.inside.scenario import Scenario, Step

SOURCE = '''
    import enum
    from dataclasses import dataclass
    from typing import Any, Literal, Optional, TypeVar, Union

    T = TypeVar("T")

    class Color(enum.Enum):
        RED = 1

    @dataclass
    class Point:
        x: int
        y: Optional[str] = None

    class Cart:
        def __init__(self, limit: int = 3) -> None:
            self.limit = limit

        def add(self, item: str) -> int:
            return 1

        @classmethod
        def of(cls, items: list[str]) -> "Cart":
            return cls()

    def typed(number: int, text: str = "a") -> str: ...
    def real(number: float) -> None: ...
    def many(items: list[int]) -> None: ...
    def table(prices: dict[str, int]) -> None: ...
    def either(value: Union[int, None]) -> None: ...
    def anything(value: Any) -> None: ...
    def bare(items: list) -> None: ...
    def word(mode: Literal["r", "w"]) -> None: ...
    def generic(items: list[T]) -> None: ...
    def colored(color: Color) -> None: ...
    def given(point: Point) -> None: ...
    def called(function: "Any") -> None: ...
    def untyped(value): ...
    def defaulted(value=3): ...
    def documented(value, other):
        """Words.

        :param value: something
        :type value: int
        :param str other: more
        """
    def google(value):
        """Words.

        Args:
            value (str): something
        """
'''


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    path = tmp_path / "promising.py"
    path.write_text(textwrap.dedent(SOURCE), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("promising", path)
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "promising", made)
    spec.loader.exec_module(made)


def of(name):
    return Name("promising", name)


def breach(*steps):
    return Contract().breach(Scenario(steps, "target"))


def call(name, *args, **kwargs):
    return Step(Call(of(name), args, tuple(kwargs.items())), "result")


def numbers(*values):
    return Sequence("list", tuple(map(Const, values)))


@pytest.mark.parametrize(
    "step",
    [
        call("typed", Const(1)),
        call("typed", Const(1), text=Const("b")),
        call("real", Const(1)),
        call("many", numbers(1, 2)),
        call("many", numbers()),
        call("table", Dictionary(((Const("a"), Const(1)),))),
        call("either", Const(None)),
        call("word", Const("w")),
        call("generic", numbers("a", "b")),
        call("colored", of("Color.RED")),
        call("given", Call(of("Point"), (Const(1),))),
        call("bare", numbers()),
        call("defaulted", Const(5)),
        call("documented", Const(1), Const("a")),
        call("google", Const("a")),
        call("Cart.of", numbers("a")),
    ],
    ids=lambda step: step.recipe.function.qualname,
)
def test_what_fits_keeps_to_it(step):
    assert breach(step) == ""


@pytest.mark.parametrize(
    "step",
    [
        call("typed", Const("a")),
        call("typed", Const(None)),
        call("typed", Const(True)),
        call("typed"),
        call("typed", Const(1), Const("b"), Const("c")),
        call("typed", Const(10**9)),
        call("real", Const(float("nan"))),
        call("typed", Const(1), Const("\0")),
        call("typed", Const(1), Const("\ud800")),
        call("many", numbers(1, "a")),
        call("table", Dictionary(((Const(1), Const(1)),))),
        call("word", Const("x")),
        call("generic", numbers("a", 1)),
        call("given", Call(of("Point"), (Const("a"),))),
        call("given", Const(None)),
        call("anything", Const(1)),
        call("bare", numbers(1)),
        call("untyped", Const(1)),
        call("defaulted", Const("a")),
        call("google", Const(1)),
        call("called", Function("x", Const(1))),
        call("missing", Const(1)),
    ],
    ids=lambda step: step.recipe.function.qualname,
)
def test_what_does_not_surely_fit_breaks_it(step):
    assert breach(step)


def test_each_step_is_looked_at():
    made = Step(Call(of("Cart")), "cart")
    good = Step(Call(Attribute(Variable("cart"), "add"), (Const("a"),)), "result")
    bad = Step(Call(Attribute(Variable("cart"), "add"), (Const(1),)), "result")
    assert breach(made, good) == ""
    assert "item" in breach(made, bad)
    assert breach(Step(Call(of("Cart"), (Const("a"),)), "cart"), good)


def test_what_is_replaced_or_set_breaks_it():
    assert breach(Step(Patch("setenv", "A", Const("b"))), call("typed", Const(1)))
    assert breach(Step(Call(of("Cart")), "cart"), Step(Const(1), "cart", "limit"), call("typed", Const(1)))


def test_a_frame_around_the_call_is_no_matter():
    framed = Step(Call(Name("builtins", "list"), (Call(of("typed"), (Const(1),)),)), "result")
    assert breach(framed) == ""
