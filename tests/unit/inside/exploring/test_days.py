"""A date moves to other dates, and becomes one that people write."""

from __future__ import annotations

import random
from datetime import date, datetime

import pytest

from testwright.inside.exploring.days import is_day, moved_day, plainer_days
from testwright.inside.recipes import Call, Const, Name, Recipe


def day(*numbers: int, kind: str = "date") -> Call:
    return Call(Name("datetime", kind), tuple(Const(n) for n in numbers))


def shown(recipe: Recipe) -> tuple[int, ...]:
    assert isinstance(recipe, Call)
    return tuple(arg.value for arg in recipe.args if isinstance(arg, Const))


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        (day(2024, 1, 31), True),
        (day(2024, 1, 31, 12, kind="datetime"), True),
        (day(2024, 1), False),
        (Call(Name("datetime", "timedelta"), (Const(1), Const(2), Const(3))), False),
        (Call(Name("datetime", "date"), (Const("2024"), Const(1), Const(1))), False),
        (Const(2024), False),
    ],
)
def test_what_is_a_day(recipe: Recipe, expected: bool) -> None:
    assert is_day(recipe) is expected


def test_a_day_moves_to_another_that_there_is() -> None:
    found = {moved_day(day(2024, 2, 29), random.Random(seed)) for seed in range(60)}
    days = {shown(one) for one in found if one is not None}
    assert {(2024, 3, 1), (2024, 2, 28), (2025, 2, 28)} <= days
    assert all(date(*numbers) for numbers in days)


def test_a_moment_moves_by_seconds_too() -> None:
    found = {moved_day(day(2023, 12, 31, 23, 59, 59, kind="datetime"), random.Random(seed)) for seed in range(60)}
    moments = {shown(one) for one in found if one is not None}
    assert (2024, 1, 1, 0, 0, 0) in moments
    assert all(datetime(year, *rest) for year, *rest in moments)  # type: ignore[arg-type]


@pytest.mark.parametrize("recipe", [day(9999, 12, 31), day(2024, 2, 30)], ids=["the last", "none"])
def test_where_there_is_no_such_day_nothing_moves(recipe: Call) -> None:
    moved = [moved_day(recipe, random.Random(seed)) for seed in range(20)]
    assert None in moved


def test_plainer_ones_are_near_the_first_of_january_2024() -> None:
    plainer = [shown(one) for one in plainer_days(day(1, 2, 3, 4, 5, kind="datetime"))]
    assert {(1, 2, 3), (1, 2, 3, 4), (2024, 2, 3, 4, 5), (1, 1, 3, 4, 5), (1, 2, 3, 4, 0)} <= set(plainer)
    assert list(plainer_days(day(2024, 1, 1))) == []
