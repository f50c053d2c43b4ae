"""What a model reads in a docstring, and what the code gives instead."""

from __future__ import annotations

from dataclasses import replace

from testwright.decide.suspicions.contradicted_docstring import contradicted_docstring
from testwright.decide.suspicions.contradicted_example import contradicted_example
from testwright.inside.recipes import Const, Variable
from testwright.inside.scenario import Check, Outcome
from testwright.nouns.suspicion import FROM_DOCSTRING

SOURCE = "def double(number):\n    return number * 2\n"


def of(planted, shown, given, origin=FROM_DOCSTRING):
    module = planted(SOURCE)
    outcome = Outcome((Check("equals", Variable("result"), Const(given)),))
    observation = module.observed("double", 2, outcome=outcome, documented=shown)
    asked = replace(observation, scenario=replace(observation.scenario, origin=origin))
    return contradicted_docstring(asked, module.code), contradicted_example(asked, module.code)


def test_another_result_is_suspected_by_nobody_for_sure(planted):
    found, of_examples = of(planted, "5", 4)
    assert (found.happened, found.expected) == ("4", "5, as a model reads the documentation")
    assert not found.confident
    assert of_examples is None


def test_the_same_result_and_what_no_model_read_are_not(planted):
    assert of(planted, "4", 4) == (None, None)
    assert of(planted, "", 4) == (None, None)
    assert of(planted, "5", 4, origin="documented")[0] is None
