"""Mutations reach the planted neighbours of an input, and always give another scenario of the same target."""

from __future__ import annotations

import random
import types
from typing import Any

import pytest

from testwright.inside.exploring.live_module import Callable_, LiveModule
from testwright.inside.exploring.mutation import mutate
from testwright.inside.providers.maker import Maker
from testwright.inside.recipes import Attribute, Call, Const, Dictionary, Name, Recipe, Sequence, Variable
from testwright.inside.scenario import Scenario, Step


def mutants(
    argument: Recipe, *, operands: tuple[str, ...] = (), learned: tuple[str, ...] = (), count: int = 9000
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


FIELDS = """
class Field:
    def __init__(self, *, title: str = "", allow_null: bool = False): ...

class Number(Field):
    def __init__(self, minimum: int = 0, **kwargs):
        super().__init__(**kwargs)

    def validate(self, value): ...
"""


def test_options_of_a_constructor_are_added_and_those_that_it_hands_on(live_module_of: Any) -> None:
    live = live_module_of(FIELDS)
    rng = random.Random(3)
    maker = Maker(live, rng)
    made = Step(Call(Name(live.name, "Number"), ()), "number")
    call = Step(Call(Attribute(Variable("number"), "validate"), (Const(None),)), "result")
    target = Callable_("Number.validate", "method", Name(live.name, "Number.validate"), [], {})
    scenario = Scenario((made, call), "Number.validate")
    found = [mutate(scenario, target, maker, [], rng) for _ in range(400)]
    given = {option for s in found if s is not None for option in s.steps[0].recipe.kwargs}  # type: ignore[union-attr]
    assert ("allow_null", Const(True)) in given
    assert "minimum" in {name for name, _ in given}
