"""A test that calls another function of the project for its arguments is told from one that only makes objects."""

from __future__ import annotations

import pytest

from testwright.inside.recipes import Attribute, Await, Call, Const, Name, Recipe, Variable
from testwright.inside.scenario import Scenario, Step, composed_calls

MINE = Name("shop", "price")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([Call(MINE, (Const(1),))], 0),
        ([Await(Call(MINE, (Const(1),)))], 0),
        ([Call(MINE, (Call(Name("shop", "tax"), (Const(1),)),))], 1),
        ([Call(Name("shop", "tax")), Call(MINE, (Variable("tax"),))], 1),
        ([Call(MINE, (Call(Name("datetime", "date"), (Const(2024), Const(1), Const(2))),))], 0),
        ([Call(Name("shop", "Cart")), Call(Attribute(Variable("cart"), "total"))], 0),
        ([Call(Name("shop", "Cart.empty")), Call(Attribute(Variable("cart"), "total"))], 0),
        ([Call(Attribute(Call(Name("shop", "cart_of"), (Const(1),)), "total"))], 1),
    ],
    ids=["alone", "awaited", "nested", "before", "standard", "class", "class method", "made by a function"],
)
def test_functions_called_for_arguments_are_counted(steps: list[Recipe], expected: int) -> None:
    assert composed_calls(Scenario(tuple(Step(recipe) for recipe in steps), "price")) == expected
