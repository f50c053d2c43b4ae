"""Which properties are kept of those that hold, and which broken ones are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from testwright.decide.property_verdicts import fewest_properties, is_broken, property_verdict
from testwright.nouns import PropertyEvidence, PropertyTest, PropertyTrial

TEST = PropertyTest(
    "test_a", "round trip", "g(f(x)) == x", ("f", "g"), (), (), (), strong=True, documented=("BadCode",)
)
PASSED = PropertyTrial("1", 1000, "passed")
FAILED = PropertyTrial("1", 1000, "failed", "AssertionError", example="x=0")


def evidence(name: str, *caught: int) -> PropertyEvidence:
    return PropertyEvidence(name, (PASSED,), frozenset(caught), reached=9)


def named(name: str, kind: str = "idempotence", *targets: str) -> PropertyTest:
    return replace(TEST, name=name, kind=kind, targets=targets or (name,))


def test_it_must_hold_before_it_may_catch():
    assert property_verdict(TEST, evidence("test_a", 1)).kept
    assert property_verdict(TEST, evidence("test_a")).slug == "catches-a-mutant"
    fallen = replace(evidence("test_a", 1), trials=(PASSED, FAILED))
    verdict = property_verdict(TEST, fallen)
    assert verdict.slug == "holds-for-all-examples"
    assert verdict.reason == "it does not hold for x=0 (AssertionError)"


def test_what_only_crashes_is_not_caught():
    verdict = property_verdict(TEST, PropertyEvidence("test_a", (PASSED,), by_calling=frozenset({1, 2}), reached=9))
    assert verdict.reason == "the 2 of 9 planted bugs that it notices crash without its assertion"


def test_without_a_trial_nothing_is_believed():
    assert not property_verdict(TEST, PropertyEvidence("test_a", (), frozenset({1}))).kept


@pytest.mark.parametrize(
    ("test", "trial", "broken"),
    [
        (TEST, FAILED, True),
        (replace(TEST, strong=False), FAILED, False),
        (TEST, replace(FAILED, raised="IndexError"), True),
        (TEST, replace(FAILED, raised="BadCode"), False),
        (TEST, replace(FAILED, raised="TypeError"), False),
        (TEST, replace(FAILED, outcome="timeout"), False),
        (TEST, replace(FAILED, example=""), False),
        (TEST, PASSED, False),
    ],
)
def test_broken_is_what_should_hold_of_values_that_are_meant(test, trial, broken):
    assert is_broken(test, PropertyEvidence("test_a", (trial,))) is broken


def test_each_catches_what_no_other_does():
    tests = [named("a"), named("b"), named("c")]
    found = {"a": evidence("a", 1, 2), "b": evidence("b", 1, 2, 3), "c": evidence("c", 4)}
    assert [t.name for t in fewest_properties(tests, found)] == ["b", "c"]


def test_at_most_two_of_one_function():
    tests = [named(name, "idempotence", "f") for name in "abc"]
    found = {name: evidence(name, number) for number, name in enumerate("abc")}
    assert len(fewest_properties(tests, found)) == 2


def test_raising_nothing_else_comes_last():
    tests = [named("a", "never raises but", "f"), named("b", "round trip", "f")]
    found = {"a": evidence("a", 1, 2, 3), "b": evidence("b", 1, 2)}
    assert [t.name for t in fewest_properties(tests, found)] == ["a", "b"]
    found = {"a": evidence("a", 1, 2), "b": evidence("b", 1, 2)}
    assert [t.name for t in fewest_properties(tests, found)] == ["b"]
