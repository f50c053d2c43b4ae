"""Turns executed arcs into coverage.py's own numbers and words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage
from coverage.exceptions import CoverageException

from testwright.errors import ProjectError
from testwright.python_source.coverage_shape import Arc, coverage_shape
from testwright.python_source.parsing import PARSING
from testwright.workers import scratch_folder

__all__ = ["Arc", "CoverageFigures", "MissingArc", "executed", "figures"]


@dataclass(frozen=True, slots=True)
class MissingArc:
    """A branch that nothing takes, in coverage.py's words ("the condition on line 3 was never true")."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class CoverageFigures:
    """What `coverage report --branch` says of one file."""

    statements: int
    covered_lines: int
    branches: int
    covered_branches: int
    missing_lines: tuple[int, ...]
    missing_arcs: tuple[MissingArc, ...]

    @property
    def percent(self) -> float:
        """Lines and branches together, as coverage.py counts its total."""
        whole = self.statements + self.branches
        return 100.0 * (self.covered_lines + self.covered_branches) / whole if whole else 100.0


def figures(source: Path, arcs: Iterable[Arc]) -> CoverageFigures:
    """The figures of `source` had exactly these arcs been executed."""
    name = str(source.resolve())
    with scratch_folder() as folder, PARSING:
        measured = _coverage()
        measured.get_data().add_arcs({name: list(arcs)})
        report = folder / "report.json"
        try:
            measured.json_report(morfs=[name], outfile=str(report))
        except CoverageException as error:
            raise _unreadable(name, error) from error
        told: dict[str, Any] = next(iter(json.loads(report.read_text(encoding="utf-8"))["files"].values()))
    summary = told["summary"]
    return CoverageFigures(
        statements=summary["num_statements"],
        covered_lines=summary["covered_lines"],
        branches=summary["num_branches"],
        covered_branches=summary["covered_branches"],
        missing_lines=tuple(told["missing_lines"]),
        missing_arcs=_with_words(source, told["missing_branches"]),
    )


def executed(source: Path, arcs: Iterable[Arc]) -> tuple[frozenset[int], frozenset[Arc]]:
    """The statements and branches, as coverage.py knows them, among what was executed.

    Lines inside a statement count as its first one; excluded lines (`# pragma: no cover`) and jumps that are no choice
    do not count at all. The same as `figures` counts, but parsed once per file: it is asked for each test.
    """
    shape = coverage_shape(source)
    wanted = list(arcs)
    lines = {line for arc in wanted for line in arc if line > 0}
    return shape.first_lines(lines) & shape.statements, shape.whole_arcs(wanted) & shape.branches


def _coverage() -> coverage.Coverage:
    """A coverage.py that writes no data file and knows nothing of anybody's configuration."""
    return coverage.Coverage(data_file=None, branch=True, config_file=False, messages=False)


def _with_words(source: Path, missing: Iterable[Iterable[int]]) -> tuple[MissingArc, ...]:
    shape = coverage_shape(source)
    arcs = [tuple(arc) for arc in missing]
    return tuple(MissingArc(start, end, shape.missing_arc_description(start, end)) for start, end in arcs)


def _unreadable(name: str, error: CoverageException) -> ProjectError:
    return ProjectError(
        f"{name!r} cannot be parsed: {error}",
        slug="source-unreadable",
        where=name,
        hint="run testwright with a Python at least as new as the project's",
    )
