"""Makes of what is told about a file the lines and branches that count in its source as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from testwright.assess.coverage_files.source_file import SourceFile
from testwright.assess.coverage_files.told import LEAVES, Executed, Reported
from testwright.assess.statement_survey import StatementSurvey
from testwright.nouns.coverage import BranchPoint, FileCoverage
from testwright.python_source.coverage_shape import CoverageShape

__all__ = ["of_executed", "of_nothing", "of_reported"]


def of_nothing(source: SourceFile, with_branches: bool) -> FileCoverage:
    """A file that nobody ran."""
    shape = source.shape
    if shape is None:
        return FileCoverage(source.path, frozenset(), frozenset(), () if with_branches else None, measured=False)
    branches = _points(shape, shape.missing_branches(())) if with_branches else None
    return FileCoverage(source.path, shape.statements, frozenset(), branches, shape.excluded, measured=False)


def of_executed(executed: Executed, source: SourceFile) -> FileCoverage:
    """As `coverage json` counts it; where the source cannot be parsed, no statement is known."""
    shape = source.shape
    if shape is None:
        return FileCoverage(source.path, frozenset(), frozenset(), None if executed.arcs is None else ())
    lines = shape.first_lines(executed.lines)
    arcs = executed.arcs
    return FileCoverage(
        source.path,
        statements=shape.statements,
        covered=lines & shape.statements,
        branches=None if arcs is None else _points(shape, shape.missing_branches(shape.whole_arcs(arcs))),
        excluded=shape.excluded,
        tests=_tests_of_statements(executed.tests, shape),
        stale=_strangers({line for line in lines if line > 0} - shape.statements - shape.excluded - shape.docstrings),
    )


def of_reported(reported: Reported, source: SourceFile) -> FileCoverage:
    """As the report has it, if it is of this source or that cannot be told; else what of it still holds."""
    seen = source.survey
    if seen is None:
        return _as_it_is(reported, source.path, None)
    if _fits(reported, seen) and _adds_up(reported):
        return _as_it_is(reported, source.path, seen)
    shape = source.shape
    if shape is None:
        return _as_it_is(reported, source.path, seen)
    if stale := _difference(reported, seen, shape):
        return _what_still_holds(reported, shape, seen, stale)
    return _as_it_is(reported, source.path, seen, shape)


def _fits(reported: Reported, seen: StatementSurvey) -> bool:
    """False also where it only might not: the survey does not know all that coverage.py leaves out."""
    stated = reported.statements
    last = max(reported.excluded, default=0)
    return stated <= seen.possible and last <= seen.lines and seen.certain - stated <= reported.excluded


def _adds_up(reported: Reported) -> bool:
    """Branches of lines with `# pragma: no branch` are in a report's sums, and not in its lists."""
    if reported.counted is None or reported.branches is None:
        return True
    points = reported.branches.values()
    return reported.counted == (sum(point.exits for point in points), sum(point.taken for point in points))


def _difference(reported: Reported, seen: StatementSurvey, shape: CoverageShape) -> str:
    # What it counts and this configuration excludes is of another configuration, not of another source.
    strangers = reported.statements - shape.statements - shape.excluded
    beyond = {line for line in reported.excluded if line > seen.lines}
    if strangers or beyond:
        return _strangers(strangers | beyond)
    unknown = len(shape.statements - reported.statements - reported.excluded)
    if not unknown:
        return ""
    return (
        f"{unknown} of the file's statements are not in it"
        if unknown > 1
        else "one of the file's statements is not in it"
    )


def _strangers(lines: Iterable[int]) -> str:
    count = len(set(lines))
    if not count:
        return ""
    which = f"{count} of its lines are no statements" if count > 1 else "one of its lines is no statement"
    return f"{which} of the file as it is now"


def _as_it_is(
    reported: Reported, path: str, seen: StatementSurvey | None, shape: CoverageShape | None = None
) -> FileCoverage:
    excluded = reported.excluded
    if shape is not None and not reported.knows_excluded:
        excluded = shape.excluded - reported.statements
    branches = None
    if reported.branches is not None:
        known = _with_ends(reported.branches, seen)
        branches = (
            _counted_anew(known, shape) if shape is not None and not _adds_up(reported) else tuple(known.values())
        )
    return FileCoverage(
        path,
        statements=reported.statements,
        covered=reported.covered,
        branches=branches,
        excluded=excluded,
        tests=_sorted_tests(reported.tests),
    )


def _with_ends(points: Mapping[int, BranchPoint], seen: StatementSurvey | None) -> dict[int, BranchPoint]:
    """With the ways out of a block as lines, where a report has them in words alone."""
    return {
        line: _with_way_out(point, seen.way_out(line) if seen else -1) if LEAVES in point.missing else point
        for line, point in sorted(points.items())
    }


def _with_way_out(point: BranchPoint, out: int) -> BranchPoint:
    missing = tuple(sorted(out if end == LEAVES else end for end in point.missing))
    return BranchPoint(point.line, point.exits, point.taken, missing)


def _counted_anew(known: Mapping[int, BranchPoint], shape: CoverageShape) -> tuple[BranchPoint, ...]:
    """With the source's own count of ways; what the lists call missing stays so."""
    return _points(shape, {line: point.missing for line, point in known.items()})


def _what_still_holds(reported: Reported, shape: CoverageShape, seen: StatementSurvey, stale: str) -> FileCoverage:
    branches = None
    if reported.branches is not None:
        branches = _points_still_held(_with_ends(reported.branches, seen), shape)
    tests = {line: tests for line, tests in reported.tests.items() if line in shape.statements}
    return FileCoverage(
        shape.path,
        statements=shape.statements,
        covered=reported.covered & shape.statements,
        branches=branches,
        excluded=shape.excluded,
        tests=_sorted_tests(tests),
        stale=stale,
    )


def _points_still_held(known: Mapping[int, BranchPoint], shape: CoverageShape) -> tuple[BranchPoint, ...]:
    """A branch that is no longer as it was counts as not taken."""
    return tuple(
        old if (old := known.get(point.line)) and _still_held(old, point) else point
        for point in _points(shape, shape.missing_branches(()))
    )


def _still_held(old: BranchPoint, now: BranchPoint) -> bool:
    return old.exits == now.exits and set(old.missing) <= set(now.missing)


def _points(shape: CoverageShape, missing: Mapping[int, tuple[int, ...]]) -> tuple[BranchPoint, ...]:
    """One for each line with more than one way out."""
    return tuple(
        BranchPoint(line, exits, exits - len(missing.get(line, ())), missing.get(line, ()))
        for line, exits in sorted(shape.exits.items())
        if exits > 1
    )


def _tests_of_statements(tests: Mapping[int, frozenset[str]], shape: CoverageShape) -> dict[int, tuple[str, ...]]:
    """A test that ran any line of a statement ran the statement."""
    whole: dict[int, frozenset[str]] = {}
    for line, names in tests.items():
        (first,) = shape.first_lines((line,))
        if first in shape.statements:
            whole[first] = whole.get(first, frozenset()) | names
    return _sorted_tests(whole)


def _sorted_tests(tests: Mapping[int, frozenset[str]]) -> dict[int, tuple[str, ...]]:
    """Many lines are run by the same tests, whose names are then sorted and kept once."""
    known: dict[frozenset[str], tuple[str, ...]] = {}
    for names in tests.values():
        if names not in known:
            known[names] = tuple(sorted(names))
    return {line: known[names] for line, names in sorted(tests.items())}
