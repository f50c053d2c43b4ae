"""A small promised call that never ends is a bug, unless going on is what it is for."""

import pytest

from testwright.decide.suspicions.hang import hang
from testwright.inside.scenario import Outcome

SLOW = Outcome(broken="too slow")


def of(planted, source, target="halve", raised="TimeLimit", outcome=SLOW):
    module = planted(source)
    return hang(module.observed(target, -2, raised=raised, outcome=outcome), module.code)


HALVE = "def halve(n: int) -> int:\n    while n != 1:\n        n //= 2\n    return n\n"


def test_it_is_suspected(planted):
    found = of(planted, HALVE)
    assert found.slug == "hang"
    assert found.line == 1
    assert found.confident


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("def halve(n: int) -> None:\n    while True:\n        step(n)\n", "halve"),
        (HALVE.replace("halve", "run_all"), "run_all"),
        (HALVE.replace("halve", "_halve"), "_halve"),
        ("def halve(n: int):\n    while n:\n        yield n\n", "halve"),
    ],
    ids=["for ever", "runs", "private", "generator"],
)
def test_what_goes_on_by_design_is_not(planted, source, target):
    assert of(planted, source, target) is None


def test_what_ended_when_it_was_seen_again_is_not(planted):
    assert of(planted, HALVE, outcome=Outcome()) is None
    assert of(planted, HALVE, raised="") is None
