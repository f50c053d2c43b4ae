"""Reads the report of `coverage json`, of coverage.py 5 and newer."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from testwright.assess.coverage_files.told import Reading, Reported, node_ids, unreadable
from testwright.nouns.coverage import BranchPoint
from testwright.python_source.coverage_shape import Arc

__all__ = ["read"]

_NO_LINES: frozenset[int] = frozenset()


class _Summary(msgspec.Struct):
    num_branches: int | None = None
    covered_branches: int | None = None


class _File(msgspec.Struct):
    """The regions of format 3 (`functions`, `classes`) are passed over: whoever needs them has the source."""

    executed_lines: frozenset[int]
    missing_lines: frozenset[int]
    excluded_lines: frozenset[int] = _NO_LINES
    summary: _Summary = msgspec.field(default_factory=_Summary)
    executed_branches: list[Arc] | None = None
    missing_branches: list[Arc] | None = None
    contexts: dict[int, list[str]] = msgspec.field(default_factory=dict)


class _Report(msgspec.Struct):
    files: dict[str, _File]


def read(path: str, content: bytes) -> Reading:
    """All files of the report. Raises ProjectError `coverage-unreadable`."""
    try:
        report = msgspec.json.decode(content, type=_Report)
    except msgspec.ValidationError as error:
        raise unreadable(path, f"it is JSON, but no report of `coverage json`: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(
            path, f"it is damaged JSON: {error}", "run `coverage json` again; it may be cut off"
        ) from error
    listed = any(file.missing_branches is not None for file in report.files.values())
    counted = any(file.summary.num_branches for file in report.files.values())
    return Reading(
        path,
        tuple((name, _reported(file)) for name, file in report.files.items()),
        bases=(os.path.dirname(os.path.abspath(path)),),
        has_branches=listed,
        notices=(f"{path} counts branches but does not list them: only its lines are used",)
        if counted and not listed
        else (),
    )


def _reported(file: _File) -> Reported:
    executed, missing = file.executed_branches, file.missing_branches
    known = executed is not None and missing is not None
    total, taken = file.summary.num_branches, file.summary.covered_branches
    return Reported(
        statements=file.executed_lines | file.missing_lines,
        covered=file.executed_lines,
        excluded=file.excluded_lines,
        knows_excluded=True,
        branches=_points(executed or (), missing or (), file.excluded_lines) if known else None,
        counted=(total, taken) if known and total is not None and taken is not None else None,
        tests=_tests(file.contexts),
    )


def _points(executed: Sequence[Arc], missing: Sequence[Arc], excluded: frozenset[int]) -> dict[int, BranchPoint]:
    """A way to an excluded line may have been taken, but is none that counts."""
    taken = Counter(start for start, end in executed if end not in excluded)
    never: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in missing:
        never[start].append(end)
    return {
        line: BranchPoint(line, taken[line] + len(never.get(line, ())), taken[line], tuple(sorted(never.get(line, ()))))
        for line in sorted(taken.keys() | never.keys())
    }


def _tests(contexts: dict[int, list[str]]) -> dict[int, frozenset[str]]:
    tests = {line: node_ids(names) for line, names in contexts.items()}
    return {line: names for line, names in tests.items() if names}
