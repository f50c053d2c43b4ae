"""How sure scores and places are."""

from __future__ import annotations

import pytest

from testwright.bench.reporting import intervals as module
from testwright.bench.reporting.intervals import intervals, kept_intervals

EASY = {0: [100.0] * 5, 1: [90.0] * 5, 2: [80.0] * 5, 3: [20.0] * 5}


def test_answers_of_one_case_are_drawn_together():
    (few,) = intervals([EASY])
    (many,) = intervals([{case: scores * 50 for case, scores in EASY.items()}])
    assert few == many
    assert few.low < 50 < 90 < few.high


def test_one_case_tells_nothing():
    assert intervals([{0: [1.0, 2.0]}, EASY])[0] is None


def test_a_row_that_is_worse_on_each_case_is_below_though_intervals_overlap():
    worse = {case: [score - 5 for score in scores] for case, scores in EASY.items()}
    first, second = intervals([EASY, worse])
    assert second.high > first.low
    assert (first.rank_low, first.rank_high, second.rank_low, second.rank_high) == (1, 1, 2, 2)


def test_rows_that_differ_by_case_share_their_places():
    other = {0: [20.0] * 5, 1: [80.0] * 5, 2: [90.0] * 5, 3: [90.0] * 5}
    assert [(each.rank_low, each.rank_high) for each in intervals([EASY, other])] == [(1, 2), (1, 2)]


def test_cases_that_a_row_lacks_are_not_counted_as_zero():
    (_, part) = intervals([EASY, {0: [100.0], 1: [90.0, 90.0]}])
    assert part.low >= 90


def test_intervals_are_kept_for_the_very_same_scores_alone(monkeypatch):
    rows = [EASY, {0: [1.0, 2.0]}]
    drawn = kept_intervals(rows)
    assert drawn == intervals(rows)
    other = [{**EASY, 3: [20.0] * 4 + [20.5]}, rows[1]]
    assert kept_intervals(other) == intervals(other) != drawn
    monkeypatch.setattr(module, "intervals", lambda rows: pytest.fail("drawn again"))
    assert kept_intervals(rows) == drawn
