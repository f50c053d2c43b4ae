"""Assertions that catch no mutant which the others of their test let pass are superfluous."""

from __future__ import annotations

from testwright.inside.recipes import Attribute, Const, Name, Recipe, Variable
from testwright.inside.scenario import Check, Outcome, Raised
from testwright.inside.surviving.weighing import broken_checks, doubled, superfluous, weighed

RESULT = Variable("result")
CHECKS = tuple(Check("equals", Attribute(RESULT, name), Const(n)) for n, name in enumerate("abcd"))


def test_what_others_catch_too_goes() -> None:
    broken = {1: {0, 1}, 2: {2, 3}, 3: {3}, 4: {0, 1, 2, 3}}
    assert superfluous(CHECKS, broken) == [CHECKS[1].to_plain(), CHECKS[2].to_plain()]


def test_the_first_stays_though_it_catches_nothing() -> None:
    assert superfluous(CHECKS[:2], {1: {1}}) == []
    assert superfluous(CHECKS[:3], {}) == [CHECKS[1].to_plain(), CHECKS[2].to_plain()]


def equal(one: Recipe, other: Recipe) -> bool:
    return isinstance(one, Const) and isinstance(other, Const) and one.value == other.value


def test_checks_that_fail_with_another_outcome() -> None:
    expected = Outcome(CHECKS)
    other = Outcome((CHECKS[0], Check("is", Attribute(RESULT, "b"), Const(True)), CHECKS[2]))
    assert broken_checks(expected, other, equal) == {1, 3}
    assert broken_checks(expected, expected, equal) == set()
    every = {0, 1, 2, 3}
    assert broken_checks(expected, None, equal) == every
    assert broken_checks(expected, Outcome(broken="crashed"), equal) == every
    raised = Outcome(raised=Raised(Name("builtins", "ValueError"), None, True))
    assert broken_checks(expected, raised, equal) == every


def test_what_python_takes_for_equal_fails_no_test() -> None:
    expected = Outcome((Check("equals", RESULT, Const(1)),))
    assert broken_checks(expected, Outcome((Check("equals", RESULT, Const(1.0)),)), equal) == set()
    assert broken_checks(expected, Outcome((Check("equals", RESULT, Const(2)),)), equal) == {0}
    nearly = Outcome((Check("approx", RESULT, Const(0.3)),))
    assert broken_checks(nearly, Outcome((Check("approx", RESULT, Const(0.3 + 1e-9)),)), equal) == set()
    assert broken_checks(nearly, Outcome((Check("approx", RESULT, Const(0.4)),)), equal) == {0}


def test_a_type_beside_a_value_stays_only_where_it_catches_something() -> None:
    checks = (Check("equals", RESULT, Const(1)), Check("isinstance", RESULT, Name("m", "Count")))
    assert doubled(checks) == {1}
    assert superfluous(checks, {1: {0, 1}}) == [checks[1].to_plain()]
    assert superfluous(checks, {1: {1}}) == []


def test_an_attribute_beside_the_whole_stays_only_where_it_catches_something() -> None:
    checks = (Check("equals", RESULT, Const(1)), CHECKS[0], CHECKS[1], Check("equals", Variable("other"), Const(2)))
    assert doubled(checks) == {1, 2}
    assert doubled(CHECKS) == set()
    assert superfluous(checks, {1: {2}, 2: {3}}) == [checks[1].to_plain()]


def test_that_it_warns_is_always_said() -> None:
    warns = Check("warns", None, Name("builtins", "UserWarning"))
    assert superfluous((*CHECKS, warns), {}) == [check.to_plain() for check in CHECKS[1:]]


def test_further_checks_are_taken_where_the_others_let_a_mutant_pass() -> None:
    checks, further = CHECKS[:2], CHECKS[2:]
    assert weighed(checks, further, {1: {0, 2}, 2: {3}}) == ([], [further[1].to_plain()])
    assert weighed(checks, further, {1: {0, 2}, 2: {1, 3}}) == ([], [])
    assert weighed(checks, further, {1: {2, 3}, 2: {3}}) == ([], [further[1].to_plain()])
