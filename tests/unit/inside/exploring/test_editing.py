"""Every node of a scenario has a place, and can be replaced there alone."""

from __future__ import annotations

import pytest

from testwright.inside.exploring.editing import (
    largest_number,
    nodes,
    replace_node,
    with_children,
    without_idle_values,
    without_repeats,
)
from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Function,
    Item,
    Name,
    Operation,
    Recipe,
    Sequence,
    Variable,
    children,
)
from testwright.inside.scenario import Scenario, Step

ONE, TWO = Const(1), Const(2)
NODES: list[Recipe] = [
    ONE,
    Sequence("list", (ONE, TWO)),
    Dictionary(((ONE, TWO), (TWO, ONE))),
    Call(Name("m", "f"), (ONE,), (("key", TWO),)),
    Attribute(Variable("x"), "name"),
    Await(Variable("x")),
    Item(Variable("x"), ONE),
    Operation("-", ONE),
    Operation("+", ONE, TWO),
    Function("x", Variable("x")),
]


@pytest.mark.parametrize("recipe", NODES, ids=lambda r: type(r).__name__)
def test_with_its_own_children_a_node_stays_the_same(recipe: Recipe) -> None:
    assert with_children(recipe, list(children(recipe))) == recipe


@pytest.mark.parametrize("recipe", NODES, ids=lambda r: type(r).__name__)
def test_each_place_leads_to_its_node_only(recipe: Recipe) -> None:
    scenario = Scenario((Step(TWO, "other"), Step(recipe, "result")), "f", "built")
    for place, node in nodes(scenario):
        assert replace_node(scenario, place, node) == scenario
        changed = replace_node(scenario, place, Const("planted"))
        assert [p for p, n in nodes(changed) if n == Const("planted")] == [place]
        assert (changed.target, changed.origin) == ("f", "built")


def of_one_step(recipe: Recipe) -> Scenario:
    return Scenario((Step(Call(Name("m", "f"), (recipe,)), "result"),), "f", "built")


@pytest.mark.parametrize(
    ("display", "tidied"),
    [
        (Dictionary(((ONE, ONE), (TWO, TWO), (ONE, TWO))), Dictionary(((ONE, TWO), (TWO, TWO)))),
        (Sequence("set", (ONE, TWO, ONE)), Sequence("set", (ONE, TWO))),
        (Sequence("list", (Sequence("set", (ONE, ONE)),)), Sequence("list", (Sequence("set", (ONE,)),))),
        (Dictionary(((ONE, Dictionary(((TWO, ONE), (TWO, TWO)))),)), Dictionary(((ONE, Dictionary(((TWO, TWO),))),))),
    ],
)
def test_what_a_display_repeats_is_dropped(display: Recipe, tidied: Recipe) -> None:
    assert without_repeats(of_one_step(display)) == of_one_step(tidied)


@pytest.mark.parametrize(
    "display",
    [
        Sequence("list", (ONE, ONE)),
        Sequence("set", (ONE, Const(True), Const(1.0))),
        Sequence("set", (Variable("x"), Variable("x"))),
        Dictionary(((ONE, Call(Name("m", "f"))), (ONE, TWO))),
    ],
)
def test_what_may_differ_stays(display: Recipe) -> None:
    assert without_repeats(of_one_step(display)) == of_one_step(display)


@pytest.mark.parametrize(
    ("first", "goes"),
    [
        (Step(Dictionary(((Const("e"), Const(None)),))), True),
        (Step(Sequence("list", (ONE,)), "unused"), True),
        (Step(Sequence("list", (ONE,)), "x"), False),
        (Step(ONE, "x", "name"), False),
        (Step(Call(Name("m", "g"))), False),
        (Step(Sequence("set", (Sequence("list", ()),))), False),
        (Step(Sequence("list", (Call(Name("m", "g")),)), "unused"), False),
    ],
    ids=["bare", "unused", "used", "attribute", "call", "cannot be made", "holds a call"],
)
def test_a_value_that_nothing_asks_for_goes(first: Step, goes: bool) -> None:
    last = Step(Call(Name("m", "f"), (Variable("x"),)), "result")
    scenario = Scenario((Step(ONE, "x"), first, last), "f", "built")
    steps = without_idle_values(scenario).steps
    assert steps == ((Step(ONE, "x"), last) if goes else (Step(ONE, "x"), first, last))


@pytest.mark.parametrize(
    ("values", "expected"),
    [((3, -70), 70), ((True, "900"), 1), ((2.5, float("nan"), float("-inf")), 2), ((10**40,), 10**18), ((), 0)],
)
def test_the_largest_number_is_told_by_its_size(values: tuple[object, ...], expected: int) -> None:
    call = Call(Name("m", "f"), tuple(map(Const, values)))
    assert largest_number(Scenario((Step(call, "result"),), "f")) == expected
