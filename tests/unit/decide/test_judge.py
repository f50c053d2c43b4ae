"""What is said of tests from elsewhere: the first reason that counts, and nothing against those that may be sound."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from testwright.decide.judge import judge
from testwright.nouns import Dependence, Evidence, Mutant, Patch, Place, RunResult, Survivor, WrittenTest

PASSED, FAILED = RunResult("in order", "passed"), RunResult("reversed", "failed", "assert 1 == 2")
REACHED = {"calc.py": frozenset({(-1, 2), (2, -1)})}
HERE = Place(7, "text")
SOUND = Evidence("test_a", (PASSED,), written=WrittenTest("test_a", 3, effective=1), reached=REACHED)


SURVIVOR = Survivor(
    Mutant(1, "comparison", "/shop/calc.py", "f", (3, 7, 3, 12), "a >= b", 1),
    ("  def f(a, b):", "-     if a > b:", "+     if a >= b:"),
)


def written(**more: Any) -> Evidence:
    return replace(SOUND, written=replace(SOUND.written, **more) if SOUND.written else None)


def test_a_sound_test_is_kept_with_its_runs():
    verdict = judge(SOUND)
    assert verdict.kept
    assert verdict.judged
    assert verdict.proof is not None
    assert (verdict.proof.passed, verdict.proof.runs) == (1, 1)


@pytest.mark.parametrize(
    ("evidence", "slug", "line"),
    [
        (replace(SOUND, runs=(FAILED, FAILED)), "fails", 0),
        (replace(SOUND, runs=(PASSED, FAILED), depends=Dependence("chance", "x")), "flaky", 0),
        (replace(SOUND, runs=(FAILED, FAILED, PASSED), depends=Dependence("order", "x")), "order-dependent", 0),
        (replace(SOUND, left=("a thread left running",)), "leaves-state-behind", 0),
        (replace(written(writes=frozenset({"RATE"})), rebound=("calc.RATE",)), "leaves-state-behind", 0),
        (written(effective=0), "asserts-nothing", 3),
        (written(effective=0, idle=HERE), "asserts-nothing", 7),
        (written(effective=0, trivial=(HERE,)), "cannot-fail", 7),
        (written(effective=0, swallowing=HERE, trivial=(HERE,)), "swallows-errors", 7),
        (written(own_mock=HERE), "asserts-its-mock", 7),
        (replace(written(about_mocks=True), reached={}), "asserts-its-mock", 3),
        (replace(written(self_contained=True), reached={}), "never-calls-the-project", 3),
        (replace(SOUND, misplaced=((Patch("rates", "rate", 8), "cart.py:2"),)), "patches-the-wrong-place", 8),
        (written(sleeps=(HERE,)), "sleeps", 7),
        (replace(SOUND, same_as="test_b"), "duplicate", 3),
        (replace(SOUND, challenged=11, survivors=(SURVIVOR,) * 9), "weaker-than-it-looks", 3),
    ],
)
def test_each_weakness_has_its_slug_and_its_line(evidence, slug, line):
    verdict = judge(evidence)
    assert (verdict.kept, verdict.judged, verdict.slug, verdict.line) == (False, True, slug, line)
    assert verdict.reason


def test_a_weak_test_is_shown_bugs_that_it_lets_pass():
    verdict = judge(replace(SOUND, challenged=6, survivors=(SURVIVOR,) * 6))
    assert verdict.reason == (
        "it catches 0 of 6 bugs planted in what it calls; it passes with `if a >= b:` for `if a > b:` (calc.py:3)"
    )


@pytest.mark.parametrize(
    "evidence",
    [
        replace(SOUND, written=None),
        replace(SOUND, challenged=10, survivors=(SURVIVOR,) * 8),
        replace(SOUND, challenged=4, survivors=(SURVIVOR,) * 4),
        written(effective=0, may_assert=True),
        written(effective=1, trivial=(HERE,), swallowing=HERE),
        written(about_mocks=True),
        replace(written(self_contained=False), reached={}),
        replace(written(self_contained=True, patches=(Patch("calc", "add", 1),)), reached={}),
        replace(SOUND, rebound=("calc._cache",)),
        replace(SOUND, runs=(PASSED, FAILED), depends=Dependence("another test", "it fails after test_b")),
    ],
)
def test_what_may_be_sound_is_not_accused(evidence):
    assert judge(evidence).kept


def test_replacing_in_vain_explains_what_was_blocked():
    evidence = replace(SOUND, touched=("socket.connect",), misplaced=((Patch("mail", "send", 8), "bank.py:2"),))
    assert judge(evidence).slug == "patches-the-wrong-place"


def test_what_could_not_run_here_is_not_judged_whatever_else_is_known():
    blocked = replace(SOUND, runs=(FAILED, PASSED), depends=Dependence("chance", "x"), touched=("socket.connect",))
    skipped = replace(SOUND, runs=(RunResult("in order", "skipped", "not here"),), written=None)
    for evidence, slug in ((blocked, "blocked-side-effect"), (skipped, "skipped")):
        verdict = judge(evidence)
        assert (verdict.kept, verdict.judged, verdict.slug) == (False, False, slug)
    assert judge(skipped).reason == "it was skipped: not here"
