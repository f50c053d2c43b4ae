"""Tests that are not written yet end in time, are told apart by their problems, and are tried on many mutants at a time."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from testwright.inside.rehearsing import checking
from testwright.inside.rehearsing.arranged_step import ArrangedStep


def a_step(name: str, *needs: str) -> ArrangedStep:
    arguments = [["name", 'name="a"', [], True], *([need, need, [need], False] for need in needs)]
    return ArrangedStep.from_plain({"name": name, "head": f"{name} = X(", "needs": [], "arguments": arguments})


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
    assert checking._said(caught.value, check, [a_step("a")]) == "AssertionError at `assert x == 2`"
    assert checking._said(LookupError("no\nline"), check, []) == "LookupError: no\nline"


class Played(checking.Checking):
    """Catches the mutants below 10; number 7 leaves something behind that makes tests fail until 9 was tried."""

    def __init__(self) -> None:
        super().__init__({})
        self.played: list[int] = []

    def _run(self, check: Any, steps: Any, mutant: int, lines: Any = None) -> str:
        self.played.append(mutant)
        left_behind = 7 in self.played and 9 not in self.played
        return "it failed" if 0 < mutant < 10 or left_behind else ""


class Over(BaseException):
    """The process ended."""


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    def over(code: int) -> None:
        raise Over

    monkeypatch.setattr(checking.os, "_exit", over)
    return Played()


def test_after_many_mutants_there_is_one_look_whether_the_test_still_passes(played: Played) -> None:
    assert played._caught({}, [], [1, 2, 12]) == [1, 2]
    assert played.played == [1, 2, 12, 0]
    assert played._caught({}, [], [12, 13]) == []
    assert played.played[4:] == [12, 13]


def test_what_a_mutant_leaves_behind_is_seen_and_with_care_blamed_on_it(played: Played) -> None:
    with pytest.raises(Over):
        played._caught({}, [], [2, 7, 12])
    assert bytes(played._at[:8]) == bytes(8)
    played.played.clear()
    played._careful = True
    with pytest.raises(Over):
        played._caught({}, [], [2, 7, 12])
    assert played.played == [2, 0, 7, 0]
    assert int.from_bytes(played._at[:8], "big") == 7


def test_a_mutant_that_ends_the_process_is_caught_without_another_try(played: Played) -> None:
    played._deadly = frozenset([7])
    assert played._caught({}, [], [2, 7, 12]) == [2, 7]
    assert played.played == [2, 12, 0]


def test_wanted_mutants_are_asked_until_one_is_missed_and_that_one_first_the_next_time(played: Played) -> None:
    is_as_good = played._as_good({}, [1, 12, 2])
    assert not is_as_good([])
    assert played.played == [0, 1, 12, 0]
    played.played.clear()
    assert not is_as_good([])
    assert played.played == [0, 12]
