"""Which complaints of the interpreter are the doing of the module under test."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.inside.faults import is_refused_operand
from testwright.inside.recipes import Call, Const, Name, Operation, Recipe, Surroundings, evaluate
from testwright.inside.scenario import Scenario, Step


class Money:
    def __init__(self, amount: int) -> None:
        self.amount = amount

    def __add__(self, other: object) -> Any:
        return NotImplemented if not isinstance(other, Money) else Money(self.amount + other.amount)

    def __lt__(self, other: object) -> Any:
        return NotImplemented

    def __sub__(self, other: Any) -> Any:
        return Money(self.amount - other)


MONEY = Call(Name("planted", "Money"), (Const(1),))


def refused(recipe: Recipe, target: str) -> bool:
    with pytest.raises(TypeError) as caught:
        evaluate(recipe, Surroundings(names={("planted", "Money"): Money}))
    return is_refused_operand(caught.value, Scenario((Step(recipe, "result"),), target))


@pytest.mark.parametrize(("symbol", "target"), [("+", "Money.__add__"), ("<", "Money.__lt__")])
def test_an_operand_that_the_method_under_test_does_not_want_is_its_behaviour(symbol: str, target: str) -> None:
    assert refused(Operation(symbol, MONEY, Const("abc")), target)


@pytest.mark.parametrize(
    ("recipe", "target"),
    [
        (Operation("-", MONEY, Const("abc")), "Money.__sub__"),
        (Operation("+", MONEY, Const("abc")), "Money.other"),
        (Call(Name("builtins", "sum"), (Const("abc"),)), "Money.__add__"),
    ],
)
def test_a_failure_inside_the_method_or_elsewhere_is_not(recipe: Recipe, target: str) -> None:
    assert not refused(recipe, target)
