"""A changed argument is a bug where the documentation says that it is left alone."""

import pytest

from testwright.decide.suspicions.changed_argument import changed_argument
from testwright.inside.recipes import Call, Const, Name, Sequence, Variable
from testwright.inside.scenario import Check, Outcome, Scenario, Step
from testwright.nouns import Observation

SORTED = 'def ordered(items: list[int]) -> list[int]:\n    """{}"""\n    items.sort()\n    return items\n'
GIVEN = Step(Sequence("list", (Const(2), Const(1))), "items")
ASKED = Step(Call(Name("m", "ordered"), (Variable("items"),)), "result")


def of(planted, documentation, changed="items"):
    check = Check("equals", Variable(changed), Sequence("list", (Const(1), Const(2))))
    observation = Observation(Scenario((GIVEN, ASKED), "ordered"), (), Outcome((check,)))
    return changed_argument(observation, planted(SORTED.format(documentation)).code)


@pytest.mark.parametrize(
    "words",
    [
        "Returns a sorted copy.",
        "Sorts without modifying the list.",
        "The list is left unchanged.",
        "Does not change it.",
    ],
)
def test_it_is_suspected(planted, words):
    found = of(planted, words)
    assert found.happened == "items is changed"
    assert found.confident


@pytest.mark.parametrize("words", ["Sorts the list.", "Does not change the order.", ""])
def test_a_function_that_promises_nothing_may_change_it(planted, words):
    assert of(planted, words) is None


def test_the_result_itself_is_no_argument(planted):
    assert of(planted, "Returns a sorted copy.", changed="result") is None
