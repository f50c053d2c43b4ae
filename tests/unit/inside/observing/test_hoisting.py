"""Inline arguments move to steps of their own, under the names that a person would give."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from testwright.inside.observing.hoisting import hoist_changed, hoist_inline
from testwright.inside.recipes import Attribute, Await, Call, Const, Dictionary, Name, Recipe, Sequence, Variable
from testwright.inside.scenario import Scenario, Step

SOURCE = """
    class LineItem: pass
    def fill(target_list, n, *rest): target_list.append(n)
    def put(x, y): pass
"""
EMPTY = Sequence("list", ())
ITEM = Call(Name("observed", "LineItem"))


def scenario(recipe: Recipe) -> Scenario:
    return Scenario((Step(recipe, "result"),), "t")


def test_names_come_from_the_parameters(load: Callable[[str], ModuleType]) -> None:
    load(SOURCE)
    function = Name("observed", "fill")
    assert hoist_inline(scenario(Call(function, (EMPTY, Const(1))))).steps == (
        Step(EMPTY, "target_list"),
        Step(Call(function, (Variable("target_list"), Const(1))), "result"),
    )


def test_or_from_what_the_value_is(load: Callable[[str], ModuleType]) -> None:
    load(SOURCE)
    hoisted = hoist_inline(scenario(Call(Name("observed", "put"), (EMPTY, Dictionary(())))))
    assert [s.variable for s in hoisted.steps] == ["items", "mapping", "result"]
    twice = hoist_inline(scenario(Call(Name("observed", "put"), (EMPTY, EMPTY))))
    assert [s.variable for s in twice.steps] == ["items", "items_2", "result"]


def test_the_object_of_a_method_moves_too(load: Callable[[str], ModuleType]) -> None:
    load(SOURCE)
    hoisted = hoist_inline(scenario(Await(Call(Attribute(ITEM, "save")))))
    assert hoisted.steps == (
        Step(ITEM, "line_item"),
        Step(Await(Call(Attribute(Variable("line_item"), "save"))), "result"),
    )


def test_only_the_changed_ones_move(load: Callable[[str], ModuleType]) -> None:
    load(SOURCE)
    before = scenario(Call(Name("observed", "put"), (EMPTY, Dictionary(()))))
    after = hoist_changed(before, {"mapping"})
    assert after.steps == (
        Step(Dictionary(()), "mapping"),
        Step(Call(Name("observed", "put"), (EMPTY, Variable("mapping"))), "result"),
    )


def test_what_cannot_change_stays() -> None:
    for recipe in (Call(Name("builtins", "abs"), (Const(1),)), Const(1)):
        before = scenario(recipe)
        assert hoist_inline(before) is before


def test_a_class_called_like_a_keyword_gives_a_name_that_can_be_written(load: Callable[[str], ModuleType]) -> None:
    load("class And: pass\ndef put(x, y): pass\n")
    hoisted = hoist_inline(scenario(Call(Name("observed", "put"), (Call(Name("observed", "And")), Const(1)))))
    assert [s.variable for s in hoisted.steps] == ["and_", "result"]
