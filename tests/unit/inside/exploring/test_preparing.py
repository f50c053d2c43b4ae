"""Calls before the one under test: those that change what it reads come first, and what worked is done again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from testwright.inside.exploring.preparing import Preparing
from testwright.inside.recipes import Attribute, Call, Const, Name, Recipe, Variable
from testwright.inside.scenario import Scenario, Step

STORE = """
class Store:
    def __init__(self):
        self.items, self.looks, self.seen = {}, 0, 0

    def put(self, key: str, value: int) -> None:
        self.items[key] = value

    def look(self) -> int:
        self.looks += 1
        return self.looks

    def glance(self) -> int:
        self.seen = 1
        return self.seen

    def report(self) -> str:
        return ", ".join(self.items)
"""


def called(steps: list[Step]) -> list[str]:
    recipes = [step.recipe for step in steps]
    return [r.function.name for r in recipes if isinstance(r, Call) and isinstance(r.function, Attribute)]


@pytest.fixture
def preparing(builder_of: Any) -> tuple[Preparing, dict[str, Any]]:
    builder, callables = builder_of(STORE)
    return builder.preparing, callables


def test_what_changes_an_attribute_that_is_read_is_called_most(preparing: Any) -> None:
    plan, callables = preparing
    counts = Counter(name for _ in range(300) for name in called(plan.steps(callables["Store.report"], "store")))
    assert counts["put"] > counts["look"] + counts["glance"] > 0


def test_a_call_that_took_a_new_way_is_made_again(preparing: Any) -> None:
    plan, callables = preparing
    plan.learn(callables["Store.put"], Call(Attribute(Variable("store"), "put"), (Const("rare"), Const(77))))
    steps = [step for _ in range(60) for step in plan.steps(callables["Store.report"], "shop")]
    assert Step(Call(Attribute(Variable("shop"), "put"), (Const("rare"), Const(77)))) in steps


def test_a_call_that_needs_another_variable_is_not_made_again(preparing: Any) -> None:
    plan, callables = preparing
    plan.learn(callables["Store.put"], Call(Attribute(Variable("store"), "put"), (Variable("key"), Const(77))))
    assert not plan.known


def scenario_of(*earlier: Recipe) -> Scenario:
    store = Variable("store")
    steps = (Step(Call(Name("m", "Store")), "store"), *map(Step, earlier))
    return Scenario((*steps, Step(Call(Attribute(store, "report")), "result")), "Store.report", "built")


def test_a_change_adds_a_call_or_takes_one_away(preparing: Any) -> None:
    plan, callables = preparing
    look = Call(Attribute(Variable("store"), "look"))
    start = scenario_of(look)
    made = [plan.changed(start, callables["Store.report"]) for _ in range(60)]
    lengths = Counter(len(one.steps) for one in made if one is not None)
    assert set(lengths) == {2, 4}
    assert lengths[4] > lengths[2]
    for one in made:
        assert one is None or (one.steps[0], one.steps[-1]) == (start.steps[0], start.steps[-1])


def test_a_function_has_nothing_to_prepare(builder_of: Any) -> None:
    builder, callables = builder_of("def f(x: int) -> int:\n    return x\n")
    scenario = Scenario((Step(Call(Name("m", "f"), (Const(1),)), "result"),), "f", "built")
    assert builder.preparing.changed(scenario, callables["f"]) is None
