"""Calls that existing tests were seen to make, as scenarios, and the results that docstrings show."""

from __future__ import annotations

import pytest

from testwright.inside.exploring.seeding import CALLERS, EXISTING, documented_results, first_scenarios
from testwright.inside.recipes import Attribute, Call, Const, Name, Variable, to_plain

SOURCE = '''
class Bare:
    pass


class Cart:
    def __init__(self, owner, size=3):
        self.owner = owner

    def __eq__(self, other):
        return self.owner == other.owner

    def total(self, price, *more, rate=1):
        return price

    @property
    def label(self):
        return self.owner

    @classmethod
    def empty(cls, owner):
        return cls(owner)


async def fetched(url):
    """
    >>> fetched("doc")
    """
    return url
'''


def call(function, positional, arguments, rest=(), keywords=()):
    return {
        "function": function,
        "positional": positional,
        "arguments": {name: None if value is None else to_plain(value) for name, value in arguments.items()},
        "rest": [to_plain(value) for value in rest],
        "keywords": {name: to_plain(value) for name, value in keywords},
    }


def scenarios(builder_of, *calls, values=None):
    builder, callables = builder_of(SOURCE)
    builder.maker.without = frozenset({"docstring-examples"})
    found = list(first_scenarios(builder, callables, {"calls": list(calls), "values": values or {}}))
    return builder, found


def cart(builder, *args):
    return Call(Name(builder.live.name, "Cart"), tuple(args))


def test_a_method_is_called_on_the_instance_that_was_seen(builder_of):
    made = Call(Name("planted", "Cart"), (Const("Ann"),))
    seen = call("Cart.total", ["self", "price"], {"self": made, "price": Const(5), "rate": Const(2)}, [Const(7)])
    _, (found,) = scenarios(builder_of, seen)
    assert found.origin == EXISTING
    assert found.target == "Cart.total"
    assert [step.recipe for step in found.steps] == [
        made,
        Call(Attribute(Variable("cart"), "total"), (Const(5), Const(7)), (("rate", Const(2)),)),
    ]


def test_arguments_that_are_the_default_are_left_out(builder_of):
    seen = call("Cart.__init__", ["self", "owner", "size"], {"self": None, "owner": Const("Ann"), "size": Const(3)})
    builder, (found,) = scenarios(builder_of, seen)
    assert found.steps[-1].recipe == cart(builder, Const("Ann"))
    assert builder.maker.by_class[builder.live.classes["Cart"]] == [cart(builder, Const("Ann"))]


def test_an_instance_that_could_not_be_written_is_made_anew(builder_of):
    _, (found,) = scenarios(builder_of, call("Cart.label", ["self"], {"self": None}))
    assert isinstance(found.steps[0].recipe, Call)
    assert found.steps[-1].recipe == Attribute(Variable("cart"), "label")


def test_operators_class_methods_and_coroutines_are_written_as_people_do(builder_of):
    made = Call(Name("planted", "Cart"), (Const("Ann"),))
    builder, found = scenarios(
        builder_of,
        call("Cart.__eq__", ["self", "other"], {"self": made, "other": made}),
        call("Cart.empty", ["cls", "owner"], {"cls": Name("planted", "Cart"), "owner": Const("Bob")}),
        call("fetched", ["url"], {"url": Const("here")}),
    )
    equal, empty, fetched = found
    assert type(equal.steps[-1].recipe).__name__ == "Operation"
    assert empty.steps[-1].recipe == Call(Name(builder.live.name, "Cart.empty"), (Const("Bob"),))
    assert fetched.is_async


def test_what_is_known_only_in_part_is_no_scenario_but_teaches_values(builder_of):
    seen = call("Cart.total", ["self", "price"], {"self": None, "price": None, "rate": Const(9)})
    builder, found = scenarios(builder_of, seen, values={"owner": [to_plain(Const("Cid"))]})
    assert found == []
    assert builder.maker.by_parameter["rate"] == [Const(9)]
    assert builder.maker.by_parameter["owner"] == [Const("Cid")]


@pytest.mark.parametrize("forged", [None, 7, {}, {"function": "fetched"}, call("gone", [], {})])
def test_what_is_no_call_is_passed_over(builder_of, forged):
    assert scenarios(builder_of, forged)[1] == []


def test_without_the_mechanism_none_is_made(builder_of):
    builder, callables = builder_of(SOURCE)
    builder.maker.without = frozenset({"docstring-examples", "existing-tests"})
    seeds = {"calls": [call("fetched", ["url"], {"url": Const("here")})]}
    assert list(first_scenarios(builder, callables, seeds)) == []


DOCUMENTED = '''
def double(number):
    """Twice as much.

    >>> double(2)
    4
    >>> kept = double(3)
    >>> double(kept)
    12
    >>> double(5)  # doctest: +SKIP
    11
    >>> double(6)
    12
    """
    return number * 2


def unclear(number):
    """
    >>> unclear(1)
    1
    >>> for n in range(3): unclear(n)
    >>> unclear(2)
    2
    """
    return number
'''


def test_results_are_read_with_what_goes_before(live_module_of):
    live = live_module_of(DOCUMENTED)
    found = [(s.target, len(s.steps), shown) for s, shown in documented_results(live, {"double", "unclear"})]
    assert found == [("double", 1, "4"), ("double", 3, "12"), ("unclear", 1, "1")]


def test_only_targets_are_asked_about(live_module_of):
    assert list(documented_results(live_module_of(DOCUMENTED), {"other"})) == []


def test_calls_that_source_elsewhere_makes_are_tried_after_those_of_tests(builder_of):
    builder, callables = builder_of(SOURCE)
    builder.maker.without = frozenset({"docstring-examples"})
    seeds = {
        "callers": [call("fetched", ["url"], {"url": Const("b")})],
        "calls": [call("fetched", ["url"], {"url": Const("a")})],
    }
    found = list(first_scenarios(builder, callables, seeds))
    assert [(each.origin, each.target) for each in found] == [(EXISTING, "fetched"), (CALLERS, "fetched")]
    assert {"a", "b"} == {each.value for each in builder.maker.by_parameter["url"]}
    builder.maker.without = frozenset({"docstring-examples", "callers"})
    assert [each.origin for each in first_scenarios(builder, callables, seeds)] == [EXISTING]


def test_an_instance_of_a_class_without_a_constructor_of_its_own_is_learned(builder_of):
    builder, _ = scenarios(builder_of, call("Bare.__init__", ["self"], {"self": None}))
    assert builder.maker.by_class[builder.live.classes["Bare"]] == [Call(Name(builder.live.name, "Bare"))]
