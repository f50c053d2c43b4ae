"""Assertions that catch no mutant which the others of their test let pass are superfluous."""

from __future__ import annotations

from testwright.inside.recipes import Attribute, Const, Name, Variable
from testwright.inside.scenario import Check, Outcome, Raised
from testwright.inside.surviving.weighing import broken_checks, superfluous

RESULT = Variable("result")
CHECKS = tuple(Check("equals", Attribute(RESULT, name), Const(n)) for n, name in enumerate("abcd"))


def test_what_others_catch_too_goes() -> None:
    broken = {1: {0, 1}, 2: {2, 3}, 3: {3}, 4: {0, 1, 2, 3}}
    assert superfluous(CHECKS, broken) == [CHECKS[1].to_plain(), CHECKS[2].to_plain()]


def test_the_first_stays_though_it_catches_nothing() -> None:
    assert superfluous(CHECKS[:2], {1: {1}}) == []
    assert superfluous(CHECKS[:3], {}) == [CHECKS[1].to_plain(), CHECKS[2].to_plain()]


def test_checks_that_fail_with_another_outcome() -> None:
    expected = Outcome(CHECKS)
    other = Outcome((CHECKS[0], Check("equals", Attribute(RESULT, "b"), Const(True)), CHECKS[2]))
    assert broken_checks(expected, other) == {1, 3}  # 1 and True are equal, yet not the same
    assert broken_checks(expected, expected) == set()
    every = {0, 1, 2, 3}
    assert broken_checks(expected, None) == every
    assert broken_checks(expected, Outcome(broken="crashed")) == every
    assert broken_checks(expected, Outcome(raised=Raised(Name("builtins", "ValueError"), None, True))) == every
