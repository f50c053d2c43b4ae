"""Tests that are not written yet end in time, and lose no more than they can do without."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from testwright.inside.rehearsing import checking
from testwright.inside.rehearsing.checking import ArrangedStep


def a_step(name: str, *needs: str) -> ArrangedStep:
    arguments = [["name", 'name="a"', [], True], *([need, need, [need], False] for need in needs)]
    return ArrangedStep.from_plain({"name": name, "head": f"{name} = X(", "needs": [], "arguments": arguments})


def test_a_step_without_some_of_its_arguments() -> None:
    step = a_step("a", "b")
    assert (step.text, step.needs, step.spare) == ('a = X(name="a", b)', {"b"}, {"name"})
    lean = checking.replace(step, gone=frozenset(["name", "b"]))
    assert (lean.text, lean.needs) == ("a = X()", set())


def test_what_needs_a_row_goes_with_it() -> None:
    steps = [a_step("a"), a_step("b", "a"), a_step("c", "b"), a_step("d")]
    assert [step.name for step in checking._without(steps, {"a"})] == ["d"]
    assert [step.name for step in checking._without(steps, {"c"})] == ["a", "b", "d"]


def loop() -> None:
    with checking._time_limit():
        while True:
            pass


def test_a_test_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_TEST_SECONDS", 0.05)
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(checking._TooSlow):
        loop()
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_problem_is_told_with_the_line_that_it_came_from() -> None:
    check: dict[str, Any] = {
        "imports": "",
        "fixtures": [],
        "decorators": [],
        "first": [],
        "rest": "x = 1\nassert x == 2",
    }
    names: dict[str, Any] = {}
    exec(compile(checking._source(check, [a_step("a")]).replace("a = X", "a = dict"), "<test>", "exec"), names)
    with pytest.raises(AssertionError) as caught:
        names["test"]()
    assert checking._told(caught.value, check, [a_step("a")]) == "AssertionError at `assert x == 2`"
    assert checking._told(LookupError("no\nline"), check, []) == "LookupError: no\nline"
