"""Mutations reach the planted neighbours of an input, and always give another scenario of the same target."""

from __future__ import annotations

import random
import types
from typing import Any

import pytest

from testwright.inside.exploring.live_module import Callable_, LiveModule
from testwright.inside.exploring.mutation import mutate
from testwright.inside.providers.maker import Maker
from testwright.inside.recipes import Call, Const, Dictionary, Name, Recipe, Sequence
from testwright.inside.scenario import Scenario, Step


def mutants(
    argument: Recipe, *, operands: tuple[str, ...] = (), learned: tuple[str, ...] = (), count: int = 3000
) -> list[Recipe]:
    """The argument as many mutations leave it."""
    rng = random.Random(3)
    maker = Maker(LiveModule(types.ModuleType("planted"), {"functions": [], "classes": []}), rng)
    for text in learned:
        maker.learn_argument("text", Const(text))
    function = Name("planted", "f")
    scenario = Scenario((Step(Call(function, (argument,)), "result"),), "f")
    target = Callable_("f", "function", function, [], {})
    changed = (mutate(scenario, target, maker, [Const(o) for o in operands], rng) for _ in range(count))
    return [s.steps[-1].recipe.args[0] for s in changed if s is not None]  # type: ignore[union-attr]


def texts(argument: str, **given: Any) -> set[Any]:
    return {m.value for m in mutants(Const(argument), **given) if isinstance(m, Const)}


@pytest.mark.parametrize(
    ("argument", "wanted", "given"),
    [
        ("a.b()", "a.split()", {"operands": ("split",)}),
        ("Args:\n    a: x", "Args:\n    a: x\n    b: y", {"learned": ("b: y",)}),
        ("Args:", "Args:\n    b: y", {"learned": ("b: y",)}),
        ("a: x", "    a: x", {}),
        ("f(x)", "f(y+1)", {"learned": ("y+1",)}),
        ("f(x)", "f((x))", {}),
        ("f(x)", "f(x,y)", {"learned": ("y",)}),
        ("one two", "one four", {"learned": ("three four",)}),
        ("b a", "a b", {}),
    ],
)
def test_structured_neighbours_are_reached(argument: str, wanted: str, given: dict[str, Any]) -> None:
    assert wanted in texts(argument, **given)


def test_containers_and_numbers_change_too() -> None:
    assert Const(2) in mutants(Const(1), count=200)
    pair = Sequence("list", (Const("a"), Const("b")))
    assert any(isinstance(m, Sequence) and len(m.items) == 1 for m in mutants(pair, count=200))
    keyed = Dictionary(((Const("a"), Const(1)),))
    assert Dictionary(()) in mutants(keyed, count=200)


def test_texts_stay_bounded() -> None:
    assert max(map(len, texts("ab" * 990, count=300))) <= 2000
