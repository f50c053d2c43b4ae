"""A result that its annotation rules out is a bug of one of them."""

import pytest

from testwright.decide.suspicions.contradicted_annotation import contradicted_annotation
from testwright.inside.recipes import Call, Const, Name
from testwright.inside.scenario import Outcome, Scenario, Sign, Step
from testwright.nouns import Observation

SIGN = "def sign(number: int) -> str:\n    if number > 0:\n        return 'positive'\n"


def of(planted, source, sign):
    module = planted(source)
    return contradicted_annotation(module.observed("sign", 0, outcome=Outcome(signs=(sign,))), module.code)


def test_none_for_a_text_is_suspected(planted):
    found = of(planted, SIGN, Sign("type", "str", "None", 1, "sign"))
    assert found.confident
    assert found.happened == "None"
    assert found.expected == "str, as it is annotated"


@pytest.mark.parametrize(
    ("source", "sign"),
    [
        (SIGN, Sign("type", "bool", "''", 1, "sign", weak=True)),
        (SIGN, Sign("type", "str", "None", 1, "sign", outside="number may be no such value")),
        ("@cached\n" + SIGN, Sign("type", "str", "None", 1, "sign")),
        ("def sign(number: int) -> str:\n    ...\n", Sign("type", "str", "None", 1, "sign")),
        (
            'def sign(n: int) -> str:\n    """Gives None for 0."""\n    return T[n]\n',
            Sign("type", "str", "None", 1, "sign"),
        ),
    ],
    ids=["loose", "outside", "decorated", "stub", "documented"],
)
def test_what_is_meant_so_is_not(planted, source, sign):
    found = of(planted, source, sign)
    assert found is None or not found.confident


def test_a_none_that_was_put_in_comes_out(planted):
    module = planted("def sign(number: Number) -> str:\n    return number.name\n")
    number = Call(Name("m", "Number"), (Const(None),))
    scenario = Scenario((Step(Call(Name("m", "sign"), (number,)), "result"),), "sign")
    outcome = Outcome(signs=(Sign("type", "str", "None", 1, "sign"),))
    assert not contradicted_annotation(Observation(scenario, (), outcome), module.code).confident
