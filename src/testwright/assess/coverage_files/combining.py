"""Adds up what several evidence files say of one source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from testwright.assess.coverage_files.told import Executed
from testwright.nouns.coverage import BranchPoint, FileCoverage

__all__ = ["combined", "executed_together"]


def executed_together(parts: Sequence[Executed]) -> Executed:
    """All that any of them ran. Arcs of those that measured them; none did: None."""
    with_arcs = [part.arcs for part in parts if part.arcs is not None]
    tests: dict[int, frozenset[str]] = {}
    for part in parts:
        for line, names in part.tests.items():
            tests[line] = tests.get(line, frozenset()) | names
    return Executed(
        lines=frozenset().union(*(part.lines for part in parts)),
        arcs=frozenset().union(*with_arcs) if with_arcs else None,
        tests=tests,
    )


def combined(parts: Sequence[FileCoverage]) -> FileCoverage:
    """Of the same source, in at least one part: a line is covered that is so in any."""
    return reduce(_both, parts)


def _both(one: FileCoverage, other: FileCoverage) -> FileCoverage:
    statements = one.statements | other.statements
    return FileCoverage(
        one.path,
        statements=statements,
        covered=one.covered | other.covered,
        branches=_branches(one.branches, other.branches),
        excluded=(one.excluded | other.excluded) - statements,
        tests=_tests(one.tests, other.tests),
        measured=one.measured or other.measured,
        stale=one.stale or other.stale,
    )


def _branches(
    ones: tuple[BranchPoint, ...] | None, others: tuple[BranchPoint, ...] | None
) -> tuple[BranchPoint, ...] | None:
    if ones is None or others is None:
        return others if ones is None else ones
    points = {point.line: point for point in ones}
    for point in others:
        known = points.get(point.line)
        points[point.line] = point if known is None else _point(known, point)
    return tuple(points[line] for line in sorted(points))


def _point(one: BranchPoint, other: BranchPoint) -> BranchPoint:
    """Where both know what is missing, that is missing which is so in both; else the larger count."""
    if one.exits == other.exits and _is_complete(one) and _is_complete(other):
        missing = tuple(end for end in one.missing if end in other.missing)
        return BranchPoint(one.line, one.exits, one.exits - len(missing), missing)
    # Of two with the same count the one is better that can say which.
    return max(one, other, key=lambda point: (point.taken, _is_complete(point)))


def _is_complete(point: BranchPoint) -> bool:
    return len(point.missing) == point.exits - point.taken


def _tests(ones: Mapping[int, tuple[str, ...]], others: Mapping[int, tuple[str, ...]]) -> Mapping[int, tuple[str, ...]]:
    if not ones or not others:
        return ones or others
    lines = sorted(ones.keys() | others.keys())
    return {line: tuple(sorted({*ones.get(line, ()), *others.get(line, ())})) for line in lines}
