"""What comes back another is a bug of one of two functions."""

from testwright.decide.suspicions.broken_round_trip import broken_round_trip
from testwright.inside.recipes import Const, Variable
from testwright.inside.scenario import Check, Outcome
from testwright.nouns.suspicion import ROUND_TRIP

SOURCE = "def decode(text: str) -> int:\n    return int(text, 35)\n"


def of(planted, equal, origin=ROUND_TRIP):
    module = planted(SOURCE)
    outcome = Outcome((Check("is", Variable("result"), Const(equal)),))
    return broken_round_trip(module.observed("decode", "a", outcome=outcome, origin=origin), module.code)


def test_it_is_suspected(planted):
    assert of(planted, False).confident


def test_what_comes_back_as_it_was_is_not(planted):
    assert of(planted, True) is None


def test_an_ordinary_call_that_gives_false_is_not(planted):
    assert of(planted, False, origin="typed") is None
