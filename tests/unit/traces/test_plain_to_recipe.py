"""A recorded value comes back as an equal one, or as none at all."""

from __future__ import annotations

import datetime
import decimal
import enum
import io
import pathlib
import sys
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pytest

from testwright.inside.recipes import Helper, Recipe, Surroundings, evaluate
from testwright.inside.recording.values import snapshot
from testwright.traces.plain_to_recipe import BARE, FLAT, Steps, recipe_of


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


class Basket:
    def __init__(self, owner: str, limit: int = 3) -> None:
        self._owner, self.limit, self.items, self.seen = owner, limit, [], 0


class Quiet:
    def __init__(self) -> None:
        self._a = 1


class Bag(dict[str, int]):
    def __init__(self, size: int = 9) -> None:
        self.size = size


class HerePlaces:
    """Knows this file as the source."""

    def parameters(self, module: str, qualname: str) -> list[tuple[str, bool]] | None:
        return {"Basket": [("owner", True), ("limit", False)], "Bag": [("size", False)]}.get(qualname)

    def has_constructor(self, module: str, qualname: str) -> bool:
        return qualname in ("Basket", "Bag")

    defines_constructor = has_constructor

    def is_attribute(self, module: str, qualname: str) -> bool:
        return False

    def stand_in(self, module: str, qualname: str) -> Recipe | None:
        return None

    def function(
        self, module: str, qualname: str, place: tuple[str, int, int], held: Mapping[str, Recipe]
    ) -> Recipe | None:
        return Helper("f", f"def f(x):\n    return x + {held['more'].value}\n")  # type: ignore[union-attr]


def again(value: Any, way: str = "") -> Any:
    """By the steps, all of them, and then the recipe."""
    steps, around = Steps(), Surroundings()
    recipe = recipe_of(snapshot(value), fields_of, None, HerePlaces(), steps, way=way)
    assert recipe is not None
    for step in steps.taken:
        made = evaluate(step.recipe, around)
        if step.attribute:
            setattr(around.variables[step.variable], step.attribute, made)
        elif step.variable:
            around.variables[step.variable] = made
    return evaluate(recipe, around)


def test_an_object_is_made_by_its_parameters_and_then_set() -> None:
    basket = Basket("ann", 7)
    basket.items.append("tea")
    assert vars(again(basket)) == vars(basket)


def test_what_derives_from_a_builtin_is_filled() -> None:
    bag = Bag(3)
    bag["tea"] = 2
    made = again(bag)
    assert (type(made), dict(made), made.size) == (Bag, {"tea": 2}, 3)


def test_an_object_of_which_nothing_is_known_is_set_attribute_by_attribute() -> None:
    made = again(Quiet())
    assert (type(made), vars(made)) == (Quiet, {"_a": 1})


class Many(dict[str, list[int]]):
    """As multi-value dictionaries do, it takes pairs, and keeps a list for each key."""

    def __init__(self) -> None:
        self.pairs = 0

    def update(self, pairs: Any) -> None:  # type: ignore[override]
        for key, value in pairs:
            self.setdefault(key, []).append(value)
            self.pairs += 1


class Manyplaces(HerePlaces):
    def has_constructor(self, module: str, qualname: str) -> bool:
        return True


def test_several_values_for_a_key_are_given_pair_by_pair() -> None:
    many = Many()
    many.update([("a", 1), ("a", 2), ("b", 3)])
    steps = Steps()
    assert recipe_of(snapshot(many), None, None, Manyplaces(), steps, way=FLAT) is not None
    filled = evaluate(steps.taken[1].recipe.args[0], Surroundings())  # type: ignore[union-attr]
    assert filled == [("a", 1), ("a", 2), ("b", 3)]


def test_an_object_that_is_still_being_made_is_made_without_its_constructor() -> None:
    half = Basket.__new__(Basket)
    half._owner = "ann"
    made = again(half, BARE)
    assert (type(made), vars(made)) == (Basket, {"_owner": "ann"})


def test_a_stream_is_read_up_to_the_same_place() -> None:
    stream = io.BytesIO(b"abc")
    stream.seek(2)
    made = again(stream)
    assert (made.getvalue(), made.tell()) == (b"abc", 2)


def test_what_is_in_two_places_is_one_thing_again() -> None:
    one: list[Any] = [1]
    first, second = again([one, one])
    assert first is second
    basket = Basket("ann")
    third, fourth = again((basket, basket))
    assert third is fourth


def test_a_function_without_a_name_is_asked_of_the_source() -> None:
    more = 5
    assert again([lambda x: x + more])[0](1) == 6


def test_a_thing_that_holds_itself_has_no_recipe() -> None:
    ring: list[Any] = []
    ring.append(ring)
    assert recipe_of(snapshot(ring), fields_of, None, HerePlaces(), Steps()) is None


def test_a_bound_method_is_one_again() -> None:
    assert again(Basket("ann").__init__).__self__.limit == 3  # type: ignore[misc]


def test_an_exception_is_made_of_its_arguments() -> None:
    class Refused(Exception): ...

    Refused.__qualname__ = "Refused"
    globals()["Refused"] = Refused
    assert again(Refused("no", 3)).args == ("no", 3)
