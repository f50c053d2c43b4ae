"""A recorded value comes back as an equal one, or as none at all."""

from __future__ import annotations

import datetime
import decimal
import enum
import pathlib
import sys
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, fields
from typing import Any

import pytest

from testwright.inside.recipes import Surroundings, evaluate
from testwright.inside.recording.values import snapshot
from testwright.traces.plain_to_recipe import recipe_of


@dataclass
class Point:
    x: int
    y: Any


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Words(str):
    __slots__ = ()


class Plainly:
    def __init__(self) -> None:
        self.a = 1


Pair = namedtuple("Pair", "a b")


def fields_of(module: str, qualname: str) -> list[tuple[str, str]] | None:
    kind = getattr(sys.modules[module], qualname, None)
    if kind is Pair:
        return [("a", "a"), ("b", "b")]
    return [(field.name, field.name) for field in fields(kind)] if kind is Point else None


@pytest.mark.parametrize(
    "value",
    [
        *(None, 1, "é", b"ab", 2.5, 1j, [1, (2,)], {1: "a"}, {"a"}, frozenset({1}), float("inf"), "\ud800"),
        *(datetime.datetime(2024, 1, 2, fold=1, tzinfo=zoneinfo.ZoneInfo("UTC")), datetime.timedelta(1), datetime.UTC),
        *(decimal.Decimal("1.50"), uuid.UUID(int=5), pathlib.Path("/a"), range(3), slice(1), deque([1], 2)),
        *(OrderedDict(a=1), defaultdict(list, a=[1]), Counter("aab"), Access.READ | Access.WRITE, int, Words("ab")),
        *(Point(1, [Point(2, None)]), Pair(1, Point(1, 2))),
    ],
    ids=str,
)
def test_a_value_comes_back(value: Any) -> None:
    recipe = recipe_of(snapshot(value), fields_of)
    assert recipe is not None
    again = evaluate(recipe, Surroundings())
    assert type(again) is type(value)
    assert again == value


def shared() -> list[Any]:
    one: list[Any] = []
    return [one, one]


@pytest.mark.parametrize(
    "value",
    [
        list(range(100)),
        "x" * 9000,
        (i for i in ()),
        lambda: 0,
        [object()],
        Plainly(),
        shared(),
        type("Local", (), {})(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_made_has_no_recipe(value: Any) -> None:
    assert recipe_of(snapshot(value), fields_of) is None


def test_a_stand_in_takes_the_place_of_a_secret() -> None:
    assert recipe_of(["secret", "abc"]) == recipe_of("abc")


def test_without_fields_there_are_no_objects() -> None:
    assert recipe_of(snapshot(Point(1, 2))) is None


def test_an_object_that_has_more_than_its_fields_is_not_made() -> None:
    value = Point(1, 2)
    value.__dict__["z"] = 3
    assert recipe_of(snapshot(value), fields_of) is None
