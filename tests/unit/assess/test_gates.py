"""Which limits a project fails, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from testwright.assess.baseline import Counts
from testwright.assess.diff_coverage import DiffCoverage, DiffFile
from testwright.assess.gates import GateFailure, GateFigures, GateLimits, failed_gates
from testwright.assess.ratchet import Drop
from testwright.errors import InternalError
from testwright.nouns.coverage import Effort, FunctionCoverage, MissingBranch, ModuleCoverage, percentage


def module(name: str, covered: int, statements: int, taken: int = 0, branches: int = 0) -> ModuleCoverage:
    return ModuleCoverage(
        module=name,
        path=f"{name}.py",
        statements=statements,
        covered=covered,
        missing_lines=tuple(range(covered + 1, statements + 1)),
        branches=branches,
        taken=taken,
        percent=percentage(covered + taken, statements + branches),
        priority=0.0,
    )


def function(name: str, crap: float, *, line: int = 1, covered: int = 0) -> FunctionCoverage:
    return FunctionCoverage(
        module="a",
        qualname=name,
        path="a.py",
        line=line,
        end_line=line + 5,
        statements=2,
        covered=covered,
        missing_lines=(),
        branches=0,
        taken=0,
        missing_branches=(),
        complexity=5,
        crap=crap,
        risk=0.0,
        priority=0.0,
        effort=Effort("S", 1),
    )


def of_all(limit: float, *modules: ModuleCoverage) -> GateFailure | None:
    failures = failed_gates(GateFigures(modules=modules), GateLimits(fail_under=limit))
    return failures[0] if failures else None


def of_diff(limit: float, *files: DiffFile) -> GateFailure | None:
    figures = GateFigures(modules=[], diff=DiffCoverage(files), root="/p")
    failures = failed_gates(figures, GateLimits(diff_fail_under=limit))
    return failures[0] if failures else None


def of_crap(limit: float, *functions: FunctionCoverage) -> GateFailure | None:
    figures = GateFigures(modules=[replace(module("a", 1, 1), functions=functions)])
    failures = failed_gates(figures, GateLimits(max_crap=limit))
    return failures[0] if failures else None


def test_without_limits_nothing_fails() -> None:
    assert failed_gates(GateFigures(modules=[module("a", 0, 9)]), GateLimits()) == []


def test_lines_and_branches_of_all_modules_count_together() -> None:
    modules = module("a", 6, 10, 1, 4), module("b", 1, 2)
    assert of_all(50.0, *modules) is None
    failure = of_all(80.0, *modules)
    assert failure is not None
    assert (failure.name, failure.slug, failure.where) == ("--fail-under", "gate-coverage", "a.py:7")
    assert failure.message == (
        "of all lines and branches 50.00 % (8 of 16) are covered, 30.00 points below 80 %: 5 more would do; "
        "most is missing in a.py:7 (7), b.py:2 (1)"
    )


@pytest.mark.parametrize(
    ("covered", "limit", "shown"),
    [
        (7996, 80.0, "79.96 % (7996 of 10000) are covered, 0.04 points below 80 %: 4 more"),
        (79_999_999, 80.0, "79.99 % (79999999 of 100000000) are covered, 0.01 points below 80 %: 1 more"),
        (99_999_999, 100.0, "99.99 % (99999999 of 100000000) are covered, 0.01 points below 100 %: 1 more"),
        (7999, 79.999, "79.99 % (7999 of 10000) are covered, 0.01 points below 79.999 %: 1 more"),
    ],
)
def test_what_fails_never_reads_as_the_limit(covered: int, limit: float, shown: str) -> None:
    failure = of_all(limit, module("a", covered, 10 ** len(str(covered))))
    assert failure is not None
    assert shown in failure.message


@pytest.mark.parametrize(
    ("covered", "whole", "limit"), [(333, 1000, 33.3), (1, 3, 33.3), (0, 1, 0.0), (57, 100, 57.0), (29, 100, 29.0)]
)
def test_what_reaches_the_limit_exactly_passes(covered: int, whole: int, limit: float) -> None:
    assert of_all(limit, module("a", covered, whole)) is None


def test_a_limit_that_nothing_can_reach_says_so() -> None:
    failure = of_all(101.0, module("a", 2, 2))
    assert failure is not None
    assert "no more than 100 % can be had" in failure.message
    assert failure.where == ""


def test_a_project_without_statements_fails_nothing() -> None:
    assert of_all(100.0, module("a", 0, 0)) is None


def test_a_module_of_which_only_a_branch_is_missing_is_named_by_its_line() -> None:
    lacking = msgspec.structs.replace(
        function("f", 1.0), missing_branches=(MissingBranch(12, 14, "the condition was never true"),)
    )
    failure = of_all(100.0, replace(module("a", 3, 3, 1, 2), functions=(lacking,)))
    assert failure is not None
    assert failure.where == "a.py:12"


def test_only_the_first_few_places_are_named_and_the_rest_counted() -> None:
    failure = of_all(100.0, *(module(f"m{number}", 0, number) for number in range(1, 10)))
    assert failure is not None
    assert failure.message.endswith("m9.py:1 (9), m8.py:1 (8), m7.py:1 (7), m6.py:1 (6), m5.py:1 (5), 4 more")


def test_one_changed_line_is_not_too_small_to_fail() -> None:
    failure = of_diff(80.0, DiffFile("/p/src/a.py", statements=(4,), covered=()))
    assert failure is not None
    assert (failure.name, failure.slug, failure.where) == ("--diff-fail-under", "gate-diff-coverage", "src/a.py:4")
    assert failure.message == (
        "of the changed lines and branches 0.00 % (0 of 1) are covered, 80.00 points below 80 %: 1 more would do; "
        "not covered is src/a.py:4"
    )


def test_changed_lines_and_branches_are_named_as_ranges() -> None:
    lines = DiffFile("/p/a.py", (1, 2, 3, 4, 9), (1,), partial=(1,), branches=2, taken=1)
    branch = DiffFile("/p/b.py", (5,), (5,), partial=(5,), branches=2, taken=1)
    failure = of_diff(99.5, lines, DiffFile("/p/fine.py", (1,), (1,)), branch)
    assert failure is not None
    assert failure.message.endswith("not covered is a.py:2-4,9 (and branches of 1), b.py (branches of 5)")
    assert failure.where == "a.py:1"


def test_changes_that_count_for_nothing_fail_nothing() -> None:
    assert of_diff(100.0) is None


def test_a_limit_on_changes_that_were_not_told_is_our_mistake() -> None:
    with pytest.raises(InternalError):
        failed_gates(GateFigures(modules=[]), GateLimits(diff_fail_under=0.0))


def test_stale_evidence_is_what_to_look_at_first() -> None:
    failure = of_diff(80.0, DiffFile("/p/a.py", (4,), (), stale="edited since"))
    assert failure is not None
    assert failure.hint == "run the tests again first: measured in another state was a.py"
    failure = of_all(80.0, replace(module("b", 0, 1), stale="edited since"))
    assert failure is not None
    assert failure.hint.endswith("b.py")


def test_the_worst_function_is_named_first() -> None:
    failure = of_crap(30.0, function("mild", 30.001, line=3), function("bad", 156.0, line=9), function("fine", 30.0))
    assert failure is not None
    assert (failure.name, failure.slug, failure.where) == ("--max-crap", "gate-crap", "a.py:9")
    assert failure.message == (
        "2 functions have a CRAP above 30: a.bad with 156.00, 126.00 too much (a.py:9), "
        "a.mild with 30.01, 0.01 too much (a.py:3)"
    )
    assert "test the worst first" in failure.hint


def test_crap_at_the_limit_passes_whatever_the_last_digit_of_the_float() -> None:
    assert of_crap(30.0, function("f", 30.000000000000004)) is None


def test_functions_that_are_covered_can_only_be_split() -> None:
    failure = of_crap(30.0, function("f", 31.0, covered=2))
    assert failure is not None
    assert "1 function has" in failure.message
    assert "only splitting" in failure.hint


def test_the_deepest_fall_is_named_first() -> None:
    small = Drop("a.py", Counts(2, 3), Counts(666_666, 1_000_000))
    deep = Drop("b.py", Counts(9, 10, 5, 10), Counts(1, 10))
    (failure,) = failed_gates(GateFigures(modules=[], drops=[small, deep]), GateLimits())
    assert (failure.name, failure.slug, failure.where) == ("--ratchet", "gate-ratchet", "b.py")
    assert failure.message == (
        "2 files are covered less than before: b.py with 10.00 %, 80.00 points below 90.00 %, "
        "a.py with 66.66 %, 0.01 points below 66.67 %"
    )


def test_each_gate_that_fails_is_told() -> None:
    figures = GateFigures(
        modules=[replace(module("a", 0, 1), functions=(function("f", 31.0),))],
        diff=DiffCoverage((DiffFile("/p/a.py", (1,), ()),)),
        drops=[Drop("a.py", Counts(1, 1), Counts(0, 1))],
    )
    failures = failed_gates(figures, GateLimits(fail_under=1.0, diff_fail_under=1.0, max_crap=30.0))
    assert [failure.slug for failure in failures] == [
        "gate-coverage",
        "gate-diff-coverage",
        "gate-crap",
        "gate-ratchet",
    ]
    assert all(failure.hint and failure.where for failure in failures)
