"""What may stand in a table that pytest builds while it collects."""

from __future__ import annotations

import pytest

from testwright.inside.recipes import Call, Const, Name, Recipe, Sequence
from testwright.python_source.render_slots import is_table_value

TURNS = Call(Name("unittest.mock", "Mock"), (), (("side_effect", Sequence("list", (Const(1), Const(2)))),))


@pytest.mark.parametrize(
    ("recipe", "may"),
    [
        (Const(1), True),
        (Call(Name("datetime", "date"), (Const(2024), Const(1), Const(31))), True),
        (TURNS, False),
        (Sequence("list", (TURNS,)), False),
    ],
)
def test_what_remembers_its_calls_is_made_by_each_test(recipe: Recipe, may: bool) -> None:
    assert is_table_value(recipe, "shop.carts") is may
