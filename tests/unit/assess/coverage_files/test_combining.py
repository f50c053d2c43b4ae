from __future__ import annotations

from testwright.assess.coverage_files.combining import combined, executed_together
from testwright.assess.coverage_files.told import Executed
from testwright.nouns.coverage import BranchPoint, FileCoverage


def file(covered: set[int], *points: BranchPoint, **more: object) -> FileCoverage:
    return FileCoverage("/a.py", frozenset({1, 2, 3}), frozenset(covered), points or None, **more)  # type: ignore[arg-type]


def branch(one: BranchPoint, other: BranchPoint) -> BranchPoint:
    points = combined([file(set(), one), file(set(), other)]).branches
    assert points is not None
    assert points == combined([file(set(), other), file(set(), one)]).branches
    return points[0]


def test_a_line_is_covered_that_any_covers() -> None:
    both = combined([file({1}), file({3})])
    assert (both.covered, both.missing, both.branches) == ({1, 3}, {2}, None)


def test_a_way_is_missing_that_is_missing_in_all() -> None:
    one, other = BranchPoint(1, 3, 1, (2, 3)), BranchPoint(1, 3, 1, (3, -1))
    assert branch(one, other) == BranchPoint(1, 3, 2, (3,))
    assert branch(one, BranchPoint(1, 3, 3)) == BranchPoint(1, 3, 3)


def test_of_counts_alone_the_larger_is_taken() -> None:
    assert branch(BranchPoint(1, 4, 2), BranchPoint(1, 4, 1)) == BranchPoint(1, 4, 2)
    assert branch(BranchPoint(1, 2, 1), BranchPoint(1, 2, 1, (3,))) == BranchPoint(1, 2, 1, (3,))
    assert branch(BranchPoint(1, 3, 2), BranchPoint(1, 3, 1, (2, 3))) == BranchPoint(1, 3, 2)


def test_branches_of_one_are_kept_beside_lines_of_another() -> None:
    assert combined([file({1}), file({2}, BranchPoint(1, 2, 1, (3,)))]).taken_count == 1


def test_tests_and_staleness_add_up() -> None:
    both = combined([file({1}, tests={1: ("b",)}, stale="old"), file({1}, tests={1: ("a",), 2: ("a",)})])
    assert both.tests == {1: ("a", "b"), 2: ("a",)}
    assert both.stale == "old"


def test_what_one_excludes_and_another_counts_counts() -> None:
    one = FileCoverage("/a.py", frozenset({1}), frozenset({1}), excluded=frozenset({2}))
    assert combined([one, file({2})]).excluded == frozenset()


def test_executions_add_up() -> None:
    one = Executed(frozenset({1}), frozenset({(-1, 1)}), {1: frozenset({"a"})})
    both = executed_together([one, Executed(frozenset({2}), None, {1: frozenset({"b"})})])
    assert (both.lines, both.arcs, both.tests) == ({1, 2}, {(-1, 1)}, {1: {"a", "b"}})
    assert executed_together([Executed(frozenset({2}))]).arcs is None
