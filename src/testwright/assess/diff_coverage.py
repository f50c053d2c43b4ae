"""Counts how much of the changed lines the tests cover: statements on them, and branches that begin there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from testwright.nouns.coverage import CoverageEvidence, FileCoverage, percentage

__all__ = ["DiffCoverage", "DiffFile", "diff_coverage"]


@dataclass(frozen=True, slots=True)
class DiffFile:
    """The changed lines of one file that count. `path` is as in the evidence; `partial` are the executed lines that
    some branch is never taken from. `branches` and `taken` are None where the evidence did not measure any.
    """

    path: str
    statements: tuple[int, ...]
    covered: tuple[int, ...]
    partial: tuple[int, ...] = ()
    branches: int | None = None
    taken: int | None = None
    measured: bool = True
    stale: str = ""

    @property
    def missing(self) -> tuple[int, ...]:
        covered = set(self.covered)
        return tuple(line for line in self.statements if line not in covered)

    @property
    def percent(self) -> float:
        """Lines and branches together."""
        return percentage(len(self.covered) + (self.taken or 0), len(self.statements) + (self.branches or 0))


@dataclass(frozen=True, slots=True)
class DiffCoverage:
    """Only files with something that counts, by path. `unknown` are changed files that the evidence does not speak of:
    those of no target, as tests are. They do not count.
    """

    files: tuple[DiffFile, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def statements(self) -> int:
        return sum(len(file.statements) for file in self.files)

    @property
    def covered(self) -> int:
        return sum(len(file.covered) for file in self.files)

    @property
    def branches(self) -> int:
        return sum(file.branches or 0 for file in self.files)

    @property
    def taken(self) -> int:
        return sum(file.taken or 0 for file in self.files)

    @property
    def percent(self) -> float | None:
        """Lines and branches together; None where nothing changed that counts."""
        return _percent(self.covered + self.taken, self.statements + self.branches)

    @property
    def line_percent(self) -> float | None:
        """Lines alone, as diff-cover counts; None where no statement changed."""
        return _percent(self.covered, self.statements)


def diff_coverage(evidence: CoverageEvidence, changed: Mapping[str, Collection[int]]) -> DiffCoverage:
    """`changed` gives by real path the lines that are new or changed (`config.changed_lines.added_lines`).

    Lines that are no statement of the evidence do not count: blank, excluded, or inside a statement that begins above.
    So it is with diff-cover, which reads the same lines from a report.
    """
    known = [(evidence.files[path], lines) for path, lines in sorted(changed.items()) if path in evidence.files]
    files = [_diff_file(file, frozenset(lines)) for file, lines in known]
    unknown = sorted(path for path in changed if path not in evidence.files)
    return DiffCoverage(tuple(file for file in files if file.statements), tuple(unknown))


def _diff_file(file: FileCoverage, lines: frozenset[int]) -> DiffFile:
    counted = (file.statements & lines) - file.excluded
    points = [point for point in file.branches or () if point.line in counted]
    partial = (point.line for point in points if point.taken < point.exits and point.line in file.covered)
    return DiffFile(
        file.path,
        statements=_ordered(counted),
        covered=_ordered(counted & file.covered),
        partial=_ordered(partial),
        branches=None if file.branches is None else sum(point.exits for point in points),
        taken=None if file.branches is None else sum(point.taken for point in points),
        measured=file.measured,
        stale=file.stale,
    )


def _ordered(lines: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(lines))


def _percent(part: int, whole: int) -> float | None:
    return percentage(part, whole) if whole else None
