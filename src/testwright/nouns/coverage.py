"""Holds what a run of tests covered: of a file line by line, of a function and of a module in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

__all__ = [
    "BranchPoint",
    "CoverageEvidence",
    "Effort",
    "FileCoverage",
    "FunctionCoverage",
    "MissingBranch",
    "ModuleCoverage",
    "percentage",
]


class BranchPoint(msgspec.Struct, frozen=True, gc=False):
    """A line that is left in more than one way. `missing` are the lines that were never gone to from it, as coverage.py
    counts them (negative: out of the block that begins there); () where the evidence gives numbers alone.
    """

    line: int
    exits: int
    taken: int
    missing: tuple[int, ...] = ()


class FileCoverage(msgspec.Struct, frozen=True):
    """One source file by line numbers. `path` is absolute and real; `tests` names the tests that ran a line.

    `measured` is False for a file that no evidence speaks of: nothing of it was executed. `branches` is None where the
    evidence did not measure any. `stale` says why the evidence is of another state of the source, "" if it is not
    known to be.
    """

    path: str
    statements: frozenset[int]
    covered: frozenset[int]
    branches: tuple[BranchPoint, ...] | None = None
    excluded: frozenset[int] = frozenset()
    tests: Mapping[int, tuple[str, ...]] = msgspec.field(default_factory=dict)
    measured: bool = True
    stale: str = ""

    @property
    def missing(self) -> frozenset[int]:
        return self.statements - self.covered

    @property
    def branch_count(self) -> int:
        return sum(point.exits for point in self.branches or ())

    @property
    def taken_count(self) -> int:
        return sum(point.taken for point in self.branches or ())

    @property
    def percent(self) -> float:
        """Lines and branches together, as coverage.py counts; 100 for a file without any."""
        return percentage(len(self.covered) + self.taken_count, len(self.statements) + self.branch_count)


@dataclass(frozen=True, slots=True)
class CoverageEvidence:
    """By real path what is known of each source file; `origins` says where from, `notices` what is doubtful of it."""

    files: Mapping[str, FileCoverage]
    origins: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class MissingBranch(msgspec.Struct, frozen=True, gc=False):
    """A way that no test goes, in words: "the condition on line 40 was never true"."""

    line: int
    end: int
    words: str


class Effort(msgspec.Struct, frozen=True, gc=False):
    """How much work the missing tests are: "S", "M" or "L", from the counts beside it. `hard_inputs` are in words."""

    size: str
    tests: int
    hard_inputs: tuple[str, ...] = ()


class FunctionCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One function or method, nested ones apart; `line` is that of its `def`, `end_line` its last.

    `crap` is cc²·(1−cov)³ + cc, `risk` the part that tests can take away, `priority` risk by churn, importers and
    whether it lies on changed lines. `commits` is None where no history is known.
    """

    module: str
    qualname: str
    path: str
    line: int
    end_line: int
    statements: int
    covered: int
    missing_lines: tuple[int, ...]
    branches: int
    taken: int
    missing_branches: tuple[MissingBranch, ...]
    complexity: int
    crap: float
    risk: float
    priority: float
    effort: Effort
    commits: int | None = None
    importers: int = 0
    tests: tuple[str, ...] = ()
    changed: bool = False

    @property
    def fraction(self) -> float:
        """Of its lines and branches, from 0 to 1."""
        return percentage(self.covered + self.taken, self.statements + self.branches) / 100

    @property
    def is_tested(self) -> bool:
        """Nothing of it is missing."""
        return self.covered == self.statements and self.taken == self.branches


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleCoverage:
    """One module in figures; `path` is relative to the project's root. `priority` is the sum of its functions'."""

    module: str
    path: str
    statements: int
    covered: int
    missing_lines: tuple[int, ...]
    branches: int | None
    taken: int | None
    percent: float
    priority: float
    measured: bool = True
    stale: str = ""
    functions: tuple[FunctionCoverage, ...] = ()


def percentage(part: int, whole: int) -> float:
    """100 for a part of nothing."""
    return 100.0 * part / whole if whole else 100.0
