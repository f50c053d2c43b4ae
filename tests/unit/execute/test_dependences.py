"""On what a test depends, told from made-up runs: one thing is changed at a time."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from testwright.execute.conditions import Condition
from testwright.execute.dependences import FIRST, PLAIN, dependence, probes_for
from testwright.nouns import RunResult
from testwright.workers.surroundings import ELSEWHERE

ALONE = Condition(0, "alone")
LATER = Condition(0, "given", clock="later")
STAND_IN = Condition(0, "given", clock="stand-in")
SEED_1 = Condition(1, "given")
HERE = Condition(0, "given", elsewhere=ELSEWHERE)
REVERSED = Condition(0, "reversed")
MIXED = Condition(1, "reversed", elsewhere=ELSEWHERE)


def runs(outcomes: Mapping[Condition, str]) -> dict[Condition, list[RunResult]]:
    """One letter a run: p passed, f failed, m missing."""
    words = {"p": "passed", "f": "failed", "m": "missing", "s": "skipped"}
    return {
        condition: [RunResult(condition.words, words[letter], "why" if letter == "f" else "") for letter in letters]
        for condition, letters in outcomes.items()
    }


@pytest.mark.parametrize(
    ("outcomes", "on"),
    [
        ({PLAIN: "pppp", MIXED: "f", SEED_1: "ff", HERE: "pp", REVERSED: "pp"}, "hash seed"),
        ({PLAIN: "pppp", MIXED: "f", SEED_1: "pp", HERE: "ff", REVERSED: "pp"}, "surroundings"),
        ({PLAIN: "pppp", MIXED: "f", SEED_1: "pp", HERE: "pp", REVERSED: "ff"}, "order"),
        ({PLAIN: "pppp", ALONE: "ff"}, "order"),
        ({PLAIN: "ffff", ALONE: "pp"}, "order"),
        ({PLAIN: "pppp", LATER: "ff", STAND_IN: "pp"}, "date"),
        ({PLAIN: "ppfp", MIXED: "p"}, "chance"),
        ({PLAIN: "pppp", MIXED: "f", SEED_1: "pf", HERE: "pp", REVERSED: "pp"}, "chance"),
        ({PLAIN: "pppp", ALONE: "fp"}, "chance"),
        ({PLAIN: "pppp", ALONE: "f"}, "chance"),
    ],
)
def test_what_was_changed_decides_only_if_it_does_so_each_time(outcomes, on):
    found = dependence(runs(outcomes))
    assert found is not None
    assert found.on == on
    assert "why" in found.detail


@pytest.mark.parametrize(
    "outcomes",
    [
        {PLAIN: "pp", MIXED: "p", ALONE: "p"},
        {PLAIN: "ff", MIXED: "f", ALONE: "f"},
        {PLAIN: "pp", MIXED: "m", ALONE: "s"},
        {PLAIN: "pppp", LATER: "ff", STAND_IN: "ff"},
    ],
)
def test_nothing_is_said_of_what_is_always_the_same_or_is_our_own_doing(outcomes):
    assert dependence(runs(outcomes)) is None


def test_only_what_bears_on_the_odd_run_is_tried():
    passed = dict.fromkeys(FIRST, "p")

    def probes(**changed: str) -> tuple[Condition, ...]:
        found = runs({**passed, LATER: changed.get("later", "p"), MIXED: changed.get("mixed", "p")})
        return probes_for("test_a", lambda condition: found.get(condition, []))

    assert probes() == ()
    assert [condition for condition in probes(later="f") if condition != PLAIN] == [LATER, STAND_IN, STAND_IN]
    assert set(probes(mixed="f")) == {PLAIN, SEED_1, HERE, REVERSED}
