"""How much of the changed lines is covered."""

from __future__ import annotations

from testwright.assess.diff_coverage import DiffCoverage, diff_coverage
from testwright.nouns.coverage import BranchPoint, CoverageEvidence, FileCoverage

HALF = FileCoverage(
    "/p/half.py",
    statements=frozenset({1, 2, 4, 5, 8}),
    covered=frozenset({1, 2, 4}),
    branches=(BranchPoint(2, 2, 1, (8,)), BranchPoint(5, 2, 0, (6, 8))),
    excluded=frozenset({6, 7}),
)


def of(*files: FileCoverage, **changed: set[int]) -> DiffCoverage:
    evidence = CoverageEvidence({file.path: file for file in files})
    return diff_coverage(evidence, {f"/p/{name}.py": lines for name, lines in changed.items()})


def test_only_changed_statements_and_branches_that_begin_there_count() -> None:
    (file,) = of(HALF, half={2, 3, 5}).files
    assert (file.statements, file.covered, file.missing, file.partial) == ((2, 5), (2,), (5,), (2,))
    assert (file.branches, file.taken) == (4, 1)
    assert file.percent == 100 * 2 / 6


def test_lines_of_all_files_are_one_percentage() -> None:
    whole = FileCoverage("/p/whole.py", frozenset({1, 2}), frozenset({1, 2}), branches=())
    found = of(HALF, whole, half={5}, whole={1, 2})
    assert (found.statements, found.covered, found.branches, found.taken) == (3, 2, 2, 0)
    assert found.percent == 40.0
    assert found.line_percent == 100 * 2 / 3


def test_blank_and_excluded_lines_are_nothing_that_counts() -> None:
    found = of(HALF, half={3, 6, 7, 99})
    assert found.files == ()
    assert found.percent is None
    assert found.line_percent is None


def test_an_excluded_line_does_not_count_even_if_it_is_named_a_statement() -> None:
    file = FileCoverage("/p/a.py", frozenset({1, 2}), frozenset({1}), excluded=frozenset({2}))
    assert of(file, a={1, 2}).percent == 100.0


def test_a_file_that_nothing_ran_is_all_missing_and_says_so() -> None:
    never = FileCoverage("/p/never.py", frozenset({1, 2}), frozenset(), measured=False)
    (file,) = of(never, never={1, 2}).files
    assert (file.missing, file.percent, file.measured, file.branches) == ((1, 2), 0.0, False, None)


def test_stale_evidence_stays_named() -> None:
    (file,) = of(FileCoverage("/p/old.py", frozenset({1}), frozenset({1}), stale="edited since"), old={1}).files
    assert file.stale == "edited since"


def test_changed_files_without_evidence_are_named_and_do_not_count() -> None:
    found = of(HALF, half={1}, test_half={1, 2})
    assert found.unknown == ("/p/test_half.py",)
    assert found.percent == 100.0


def test_without_a_change_there_is_no_percentage() -> None:
    assert of(HALF).percent is None
