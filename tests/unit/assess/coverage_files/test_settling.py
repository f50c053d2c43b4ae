from __future__ import annotations

from pathlib import Path

import pytest

from testwright.assess.coverage_files.settling import of_executed, of_nothing, of_reported
from testwright.assess.coverage_files.source_file import SourceFile
from testwright.assess.coverage_files.told import LEAVES, Executed, Reported
from testwright.nouns.coverage import BranchPoint, FileCoverage

TEXT = '''\
"""Says
what it is."""
def f(x):
    if x:
        return (
            1
        )
    return 2
'''


@pytest.fixture
def source(tmp_path: Path) -> SourceFile:
    path = tmp_path / "a.py"
    path.write_text(TEXT)
    return SourceFile(str(path.resolve()))


def reported(
    statements: set[int], covered: set[int], *points: BranchPoint, excluded: frozenset[int] = frozenset()
) -> Reported:
    branches = {point.line: point for point in points} if points else None
    return Reported(frozenset(statements), frozenset(covered), excluded, knows_excluded=True, branches=branches)


def point_of(file: FileCoverage) -> BranchPoint:
    assert file.branches is not None
    (point,) = file.branches
    return point


def test_a_report_of_the_source_is_taken_as_it_is(source: SourceFile) -> None:
    file = of_reported(reported({3, 4, 5, 8}, {3, 4, 8}, BranchPoint(4, 2, 1, (5,))), source)
    assert (file.covered, file.branch_count, file.taken_count, file.stale) == ({3, 4, 8}, 2, 1, "")
    assert "shape" not in vars(source)  # coverage.py's parser is slow


def test_a_way_out_of_the_block_gets_its_line(source: SourceFile) -> None:
    file = of_reported(reported({3, 4, 5, 8}, {3, 4}, BranchPoint(4, 2, 1, (LEAVES,))), source)
    assert point_of(file).missing == (-3,)


def test_lines_that_are_no_statements_make_a_report_stale(source: SourceFile) -> None:
    file = of_reported(reported({3, 4, 5, 7, 8, 90}, {3, 4, 7, 90}, BranchPoint(4, 2, 1, (5,))), source)
    assert file.stale == "2 of its lines are no statements of the file as it is now"
    assert (file.statements, file.covered, point_of(file).taken) == ({3, 4, 5, 8}, {3, 4}, 1)


def test_a_statement_that_a_report_lacks_makes_it_stale(source: SourceFile) -> None:
    file = of_reported(reported({3, 4, 5}, {3, 4, 5}), source)
    assert file.stale == "one of the file's statements is not in it"
    assert (file.statements, file.covered, file.branches) == ({3, 4, 5, 8}, {3, 4, 5}, None)


def test_an_excluded_line_beyond_the_end_makes_a_report_stale(source: SourceFile) -> None:
    file = of_reported(reported({3, 4, 5, 8}, {3}, excluded=frozenset({40})), source)
    assert file.stale == "one of its lines is no statement of the file as it is now"


def test_a_branch_that_is_no_longer_as_it_was_counts_as_not_taken(source: SourceFile) -> None:
    file = of_reported(reported({3, 4, 5, 9}, {3, 4}, BranchPoint(4, 2, 1, (9,))), source)
    assert point_of(file) == BranchPoint(4, 2, 0, (5, 8))


def test_what_a_report_excludes_needs_no_marker_here(source: SourceFile) -> None:
    file = of_reported(reported({3, 4, 8}, {3}, excluded=frozenset({5})), source)
    assert (file.stale, file.statements, file.excluded) == ("", {3, 4, 8}, {5})


def test_executed_lines_that_are_no_statements_are_stale(source: SourceFile) -> None:
    file = of_executed(Executed(frozenset({1, 2, 3, 4, 6, 9, 30})), source)
    assert file.stale == "2 of its lines are no statements of the file as it is now"
    assert file.covered == {3, 4, 5}


def test_docstrings_and_inner_lines_may_be_executed(source: SourceFile) -> None:
    arcs = frozenset({(-1, 1), (1, 3), (3, -1), (-3, 4), (4, 6), (6, 5), (5, -3)})
    file = of_executed(Executed(frozenset({1, 3, 4, 5, 6}), arcs), source)
    assert (file.stale, file.covered, point_of(file)) == ("", {3, 4, 5}, BranchPoint(4, 2, 1, (8,)))


def test_tests_are_those_of_the_whole_statement(source: SourceFile) -> None:
    tests = {1: frozenset({"t0"}), 5: frozenset({"t2"}), 6: frozenset({"t1"}), 70: frozenset({"t3"})}
    file = of_executed(Executed(frozenset({1, 5, 6, 70}), tests=tests), source)
    assert file.tests == {5: ("t1", "t2")}


def test_nothing_executed_leaves_all_missing(source: SourceFile) -> None:
    assert point_of(of_nothing(source, with_branches=True)) == BranchPoint(4, 2, 0, (5, 8))
    assert of_nothing(source, with_branches=False).branches is None


def test_of_a_source_that_does_not_parse_nothing_is_made_up(tmp_path: Path) -> None:
    path = tmp_path / "b.py"
    path.write_text("def (:\n")
    source = SourceFile(str(path))
    assert of_executed(Executed(frozenset({1})), source).statements == frozenset()
    assert "cannot be parsed" in source.problem
    assert of_reported(reported({1, 2}, {1}), SourceFile(str(path))).percent == 50
