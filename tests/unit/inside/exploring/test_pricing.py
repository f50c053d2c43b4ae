"""A scenario's price says how it would read: what fits its parameters, what is known from the docs, what comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from testwright.inside.exploring.pricing import Pricing, familiar_texts, price_of_value
from testwright.inside.recipes import Call, Const, Name
from testwright.inside.scenario import Scenario, Step


def price(pricing: Pricing, module: str, name: str, argument: object) -> float:
    call = Call(Name(module, name), (Const(argument),))
    return pricing(Scenario((Step(call, "result"),), name), "", False)


def test_an_argument_of_the_wrong_type_is_dear() -> None:
    pricing = Pricing()
    assert price(pricing, "textwrap", "dedent", "abc") == price(pricing, "textwrap", "dedent", "abc")
    assert price(Pricing(), __name__, "shout", True) > price(Pricing(), __name__, "shout", "some text")


def shout(text: str) -> str:
    return text.upper()


def test_texts_of_the_documentation_are_cheaper_than_any_other() -> None:
    texts = familiar_texts([{"examples": [{"source": "shout('4.2.1-rc')"}]}, {"examples": None}, {}])
    assert texts == {"4.2.1-rc"}
    pricing = Pricing(texts)
    assert price(pricing, __name__, "shout", "4.2.1-rc") < price(pricing, __name__, "shout", "abc")


class Opaque: ...


@pytest.mark.parametrize(
    ("better", "worse"),
    [(3, lambda: None), (None, iter([])), ([], None), (3, Opaque()), (Opaque(), (x for x in ()))],
)
def test_results_that_can_be_asserted_are_cheaper(better: Any, worse: Any) -> None:
    assert price_of_value(better) < price_of_value(worse)


def test_a_value_is_not_asked_for_its_class() -> None:
    class Liar:
        @property
        def __class__(self) -> Any:
            raise AssertionError("asked")

    ask: Callable[[Any], float] = price_of_value
    assert ask(Liar()) > 0
