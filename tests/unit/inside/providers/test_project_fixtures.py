"""Fixtures of the project: offered by name, by class, and only where they fit."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.inside.exploring.live_module import UNKNOWN, Parameter
from testwright.inside.providers.project_fixtures import FixtureProvider
from testwright.inside.recipes import Call, Const, Fixture, Name, to_plain

CART = Fixture("full_cart", "/tests/conftest.py", "full_cart")
RATES = Fixture("rates", "/tests/conftest.py", "rates")
PATH = Fixture("config_file", "/tests/conftest.py", "config_file")


class Cart: ...


class BigCart(Cart): ...


@pytest.fixture
def provider() -> FixtureProvider:
    provider = FixtureProvider()
    provider.learn(
        [
            [to_plain(CART), [__name__, "BigCart"]],
            [to_plain(RATES), ["builtins", "dict"]],
            [to_plain(PATH), ["pathlib", "Path"]],
            [to_plain(Const(1)), ["builtins", "int"]],
            "damaged",
            [["fixture", 1], ["a", "b"]],
        ]
    )
    return provider


def test_by_name_where_nothing_says_otherwise(provider: FixtureProvider) -> None:
    assert provider.fitting(Parameter("rates", "positional", UNKNOWN)) == [RATES]
    assert provider.fitting(Parameter("rates", "positional", dict)) == [RATES]
    assert provider.fitting(Parameter("rates", "positional", dict[str, int])) == [RATES]
    assert provider.fitting(Parameter("rates", "positional", str)) == []
    assert provider.fitting(Parameter("other", "positional", UNKNOWN)) == []


@pytest.mark.parametrize("kind", [Cart, BigCart])
def test_by_class_a_subclass_included(provider: FixtureProvider, kind: type) -> None:
    assert provider.fitting(Parameter("basket", "positional", kind)) == [CART]
    assert provider.of_class(kind) == [CART]


@pytest.mark.parametrize("kind", [object, dict, int])
def test_classes_that_everything_has_say_nothing(provider: FixtureProvider, kind: type) -> None:
    assert provider.fitting(Parameter("anything", "positional", kind)) == []


def test_a_maker_offers_them_and_can_do_without(maker_of: Any) -> None:
    source = "class Cart: ...\ndef total(cart: Cart): ...\n"
    maker = maker_of(source)
    kind = maker.live.classes["Cart"]
    (parameter,) = maker.live.callables()[0].parameters
    without = {type(maker.argument(parameter)) for _ in range(50)}
    assert Fixture not in without
    maker.fixtures.learn([[to_plain(CART), [kind.__module__, "Cart"]]])
    made = [maker.argument(parameter) for _ in range(50)]
    assert CART in made
    assert Call(Name(maker.live.name, "Cart")) in made
    assert CART in [maker.objects.make(kind, 0) for _ in range(50)]
