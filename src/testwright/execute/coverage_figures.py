"""Turns executed arcs into coverage.py's own numbers and words."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import coverage
from coverage.exceptions import CoverageException
from coverage.python import PythonFileReporter

from testwright.errors import ProjectError
from testwright.python_source.parsing import PARSING
from testwright.workers import scratch_folder

__all__ = ["Arc", "CoverageFigures", "MissingArc", "executed", "figures"]

Arc: TypeAlias = tuple[int, int]


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
    with PARSING:
        shape = _shape(source)
    wanted = list(arcs)
    lines = {line for arc in wanted for line in arc if line > 0}
    statements = frozenset(shape.reporter.translate_lines(lines)) & shape.statements
    taken = {_made_whole(arc, shape.only_exit) for arc in shape.reporter.translate_arcs(wanted)}
    return statements, frozenset(shape.reporter.translate_arcs(arc for arc in taken if arc)) & shape.branches


@dataclass(frozen=True, slots=True)
class _Shape:
    """What of a file can be executed at all. `only_exit` says where a line with a single way out goes."""

    reporter: PythonFileReporter
    statements: frozenset[int]
    branches: frozenset[Arc]
    only_exit: dict[int, int]


def _coverage() -> coverage.Coverage:
    """A coverage.py that writes no data file and knows nothing of anybody's configuration."""
    return coverage.Coverage(data_file=None, branch=True, config_file=False, messages=False)


def _shape(source: Path) -> _Shape:
    stamp = source.stat()
    return _parsed(str(source.resolve()), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=8)
def _parsed(name: str, changed: int, size: int) -> _Shape:
    """`changed` and `size` are there for the cache: an edited file is parsed anew."""
    reporter = PythonFileReporter(name, _coverage())
    try:
        possible = reporter.arcs()
        exits = reporter.exit_counts()
        statements = frozenset(reporter.lines())
    except CoverageException as error:
        raise _unreadable(name, error) from error
    ends: defaultdict[int, set[int]] = defaultdict(set)
    for start, end in possible:
        ends[start].add(end)
    branches = frozenset(arc for arc in possible if exits.get(arc[0], 0) > 1)
    only_exit = {start: next(iter(to)) for start, to in ends.items() if len(to) == 1}
    return _Shape(reporter, statements, branches, only_exit)


def _made_whole(arc: Arc, only_exit: dict[int, int]) -> Arc | None:
    """An arc within one statement stands for that statement's way out if it has only one, else for nothing."""
    start, end = arc
    if start != end:
        return arc
    return (start, only_exit[start]) if start in only_exit else None


def _with_words(source: Path, missing: Iterable[Iterable[int]]) -> tuple[MissingArc, ...]:
    arcs = [tuple(arc) for arc in missing]
    with PARSING:
        reporter = _shape(source).reporter
        return tuple(MissingArc(start, end, reporter.missing_arc_description(start, end)) for start, end in arcs)


def _unreadable(name: str, error: CoverageException) -> ProjectError:
    return ProjectError(
        f"{name!r} cannot be parsed: {error}",
        slug="source-unreadable",
        where=name,
        hint="run testwright with a Python at least as new as the project's",
    )
