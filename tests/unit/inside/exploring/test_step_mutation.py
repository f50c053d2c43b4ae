"""Other calls come before the one under test, and the test stays one of the same object."""

from __future__ import annotations

import textwrap

import pytest

from testwright.inside.exploring.step_mutation import MOST_CALLS, with_other_steps
from testwright.inside.recipes import Attribute, Call, Const, Name, Patch, Variable, walk
from testwright.inside.scenario import Scenario, Step

CART = """
class Cart:
    def __init__(self): self.items = []
    def add(self, item: str): self.items.append(item)
    def clear(self): self.items = []
    def total(self): return len(self.items)

def plain(x: int): return x
"""


@pytest.fixture
def cart(builder_of):
    return builder_of(textwrap.dedent(CART))


def of_cart(live: str, *earlier: Step) -> Scenario:
    made = Step(Call(Name(live, "Cart")), "cart")
    return Scenario((made, *earlier, Step(call("total"), "result")), "Cart.total")


def call(method: str, *args: object) -> Call:
    return Call(Attribute(Variable("cart"), method), tuple(args))


def changed(cart, scenario: Scenario, donors=(), count: int = 300) -> list[Scenario]:
    builder, callables = cart
    made = (with_other_steps(scenario, callables["Cart.total"], builder, lambda owner: donors) for _ in range(count))
    return [one for one in made if one is not None]


def methods(scenario: Scenario) -> list[str]:
    return [node.name for step in scenario.steps for node in walk(step.recipe) if isinstance(node, Attribute)]


def test_calls_are_added_between_the_object_and_the_call_under_test(cart) -> None:
    found = changed(cart, of_cart("planted"))
    assert {"add", "clear"} <= {methods(s)[0] for s in found}
    assert all(s.steps[0].variable == "cart" for s in found)
    assert all(methods(s)[-1] == "total" for s in found)


def test_a_call_that_another_run_made_is_brought_in(cart) -> None:
    donor = of_cart("planted", Step(call("add", Const("apple"))))
    assert Step(call("add", Const("apple"))) in [
        step for s in changed(cart, of_cart("planted"), [donor]) for step in s.steps
    ]


def test_what_needs_other_variables_is_not_brought_in(cart) -> None:
    donor = of_cart("planted", Step(Const(1), "number"), Step(call("add", Variable("number"))))
    found = [step for s in changed(cart, of_cart("planted"), [donor]) for step in s.steps]
    assert Step(call("add", Variable("number"))) not in found


def test_a_call_goes_and_no_patch_does(cart) -> None:
    patch = Step(Patch("setenv", "MODE", Const("1")))
    scenario = of_cart("planted", patch, Step(call("clear")))
    gone = [s for s in changed(cart, scenario) if len(s.steps) < len(scenario.steps)]
    assert gone
    assert all(patch in s.steps for s in gone)


def test_there_is_an_end_to_it(cart) -> None:
    many = of_cart("planted", *[Step(call("clear"))] * MOST_CALLS)
    assert {len(s.steps) for s in changed(cart, many)} == {len(many.steps) - 1}


def test_a_function_has_no_such_calls(cart) -> None:
    builder, callables = cart
    scenario = Scenario((Step(Call(Name("planted", "plain"), (Const(1),)), "result"),), "plain")
    assert with_other_steps(scenario, callables["plain"], builder, lambda owner: []) is None
