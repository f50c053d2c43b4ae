from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.assess.scores import crap, effort, priority, risk

COMPLEXITY = st.integers(1, 200)
FRACTION = st.floats(0, 1)


@pytest.mark.parametrize(
    ("complexity", "fraction", "expected"),
    [(1, 0.0, 2.0), (5, 0.0, 30.0), (5, 1.0, 5.0), (10, 0.5, 22.5), (30, 1.0, 30.0), (6, 0.0, 42.0)],
)
def test_crap_is_that_of_crap4j(complexity: int, fraction: float, expected: float) -> None:
    assert crap(complexity, risk(complexity, fraction)) == expected


def test_what_is_covered_altogether_is_no_risk() -> None:
    assert risk(50, 1.0) == 0


def test_priority_is_risk_by_churn_importers_and_change() -> None:
    assert priority(10.0, commits=0, importers=0, changed=False) == 10
    assert priority(10.0, commits=7, importers=0, changed=False) == 40
    assert priority(10.0, commits=0, importers=15, changed=False) == 20
    assert priority(10.0, commits=0, importers=0, changed=True) == 40
    assert priority(10.0, commits=7, importers=15, changed=True) == 320


def test_an_unknown_number_of_commits_counts_as_none() -> None:
    assert priority(3.0, commits=None, importers=2, changed=True) == priority(3.0, commits=0, importers=2, changed=True)


@pytest.mark.parametrize(
    ("uncovered", "entered", "hard", "tests", "size"),
    [
        (0, True, (), 1, "S"),  # lines are missing, no branches
        (0, False, (), 1, "S"),
        (1, True, (), 1, "S"),
        (3, True, (), 2, "S"),
        (2, False, (), 2, "S"),
        (5, True, (), 3, "M"),
        (12, True, (), 6, "M"),
        (13, True, (), 7, "L"),
        (2, False, ("files",), 3, "M"),
        (0, True, ("files", "network"), 3, "M"),
    ],
)
def test_effort_counts_branches_the_way_in_and_hard_inputs(
    uncovered: int, entered: bool, hard: tuple[str, ...], tests: int, size: str
) -> None:
    found = effort(uncovered, entered=entered, hard_inputs=hard)

    assert (found.tests, found.size, found.hard_inputs) == (tests, size, hard)


def test_nothing_missing_is_no_effort() -> None:
    found = effort(0, entered=True, hard_inputs=("files",), nothing_missing=True)

    assert (found.tests, found.size, found.hard_inputs) == (0, "S", ())


@given(COMPLEXITY, FRACTION, FRACTION)
def test_more_coverage_never_raises_risk(complexity: int, one: float, other: float) -> None:
    less, more = sorted((one, other))

    assert risk(complexity, more) <= risk(complexity, less)
    assert crap(complexity, risk(complexity, more)) <= crap(complexity, risk(complexity, less))


@given(COMPLEXITY, COMPLEXITY, FRACTION)
def test_more_complexity_never_lowers_risk(one: int, other: int, fraction: float) -> None:
    less, more = sorted((one, other))

    assert risk(less, fraction) <= risk(more, fraction)
    assert crap(less, risk(less, fraction)) <= crap(more, risk(more, fraction))


@given(st.floats(0, 1e6), st.integers(0, 1000), st.integers(0, 1000), st.booleans())
def test_history_importers_and_changes_only_ever_add(
    at_stake: float, commits: int, importers: int, changed: bool
) -> None:
    found = priority(at_stake, commits=commits, importers=importers, changed=changed)

    assert found >= at_stake
    assert priority(at_stake, commits=commits + 1, importers=importers, changed=changed) >= found
    assert priority(at_stake, commits=commits, importers=importers + 1, changed=changed) >= found
    assert priority(at_stake, commits=commits, importers=importers, changed=True) >= found


@given(st.integers(0, 100), st.booleans())
def test_more_uncovered_branches_are_never_less_effort(uncovered: int, entered: bool) -> None:
    here, more = effort(uncovered, entered=entered), effort(uncovered + 1, entered=entered)

    assert 1 <= here.tests <= more.tests
    assert "SML".index(here.size) <= "SML".index(more.size)
