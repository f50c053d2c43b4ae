"""Scenarios in the form of tests: the fixtures first, each under its own name, and no variable called like one."""

from __future__ import annotations

import pytest

from testwright.inside.exploring.corpus import cost_of
from testwright.inside.exploring.taking_fixtures import fixtures_first
from testwright.inside.recipes import Attribute, Call, Const, Fixture, Name, Recipe, Sequence, Variable
from testwright.inside.scenario import Scenario, Step

CART = Fixture("full_cart", "/tests/conftest.py", "full_cart")


def total(*args: Recipe) -> Step:
    return Step(Call(Name("shop", "total"), args), "result")


def scenario(*steps: Step) -> Scenario:
    return Scenario(steps, "total", "typed")


def test_one_that_takes_none_stays_as_it_is() -> None:
    plain = scenario(total(Const(1)))
    assert fixtures_first(plain) is plain


def test_a_fixture_is_set_up_first_and_once() -> None:
    made = fixtures_first(scenario(total(CART, Sequence("list", (CART,)))))
    assert made.steps == (
        Step(CART, "full_cart"),
        total(Variable("full_cart"), Sequence("list", (Variable("full_cart"),))),
    )
    assert fixtures_first(made) == made


def test_a_variable_that_holds_a_fixture_is_called_like_it() -> None:
    added = Step(Call(Attribute(Variable("cart"), "add")))
    set_ = Step(Const("EUR"), "cart", "currency")
    made = fixtures_first(scenario(Step(CART, "cart"), added, set_, total(Variable("cart"))))
    assert made.steps == (
        Step(CART, "full_cart"),
        Step(Call(Attribute(Variable("full_cart"), "add"))),
        Step(Const("EUR"), "full_cart", "currency"),
        total(Variable("full_cart")),
    )


def test_another_value_under_the_name_of_a_fixture_gets_another_name() -> None:
    other = Step(Call(Name("shop", "Cart")), "full_cart")
    made = fixtures_first(scenario(other, total(CART, Variable("full_cart"))))
    assert made.steps == (
        Step(CART, "full_cart"),
        Step(Call(Name("shop", "Cart")), "full_cart_2"),
        total(Variable("full_cart"), Variable("full_cart_2")),
    )


@pytest.mark.parametrize("literal", [Const(5), Const("a"), Const("abc"), Const(None)])
def test_a_fixture_reads_as_plainly_as_a_name_but_no_plainer_than_a_literal(literal: Recipe) -> None:
    def cost(argument: Recipe) -> float:
        return cost_of(scenario(total(argument)), "", False)

    assert cost(literal) < cost(CART) == cost(Name("shop", "EMPTY"))
    assert cost(CART) < cost(Call(Name("shop", "Cart"))) < cost(Call(Name("shop", "Cart"), (literal,)))


def test_the_step_that_sets_it_up_costs_no_line() -> None:
    inline = scenario(total(CART))
    assert cost_of(fixtures_first(inline), "", False) - cost_of(inline, "", False) < 2.5
