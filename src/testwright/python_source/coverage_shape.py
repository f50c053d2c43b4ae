"""Says what of a source file can be executed at all: its statements, branches and exclusions, as coverage.py knows them."""

from __future__ import annotations

import os
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from testwright.errors import ProjectError
from testwright.python_source.parsing import PARSING

if TYPE_CHECKING:
    from coverage import Coverage
    from coverage.python import PythonFileReporter

__all__ = ["Arc", "CoverageShape", "coverage_shape"]

Arc: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CoverageShape:
    """One file as coverage.py's parser sees it, all by the first line of each statement.

    `exits` counts the ways out of each line, excluded ones apart; `branches` are the possible arcs out of lines with more
    than one. `docstrings` may be executed and are no statements. `unasked` are lines with `# pragma: no branch`.
    """

    path: str
    statements: frozenset[int]
    excluded: frozenset[int]
    docstrings: frozenset[int]
    exits: Mapping[int, int]
    branches: frozenset[Arc]
    unasked: frozenset[int]
    only_exit: Mapping[int, int]
    reporter: PythonFileReporter

    def first_lines(self, lines: Iterable[int]) -> frozenset[int]:
        """Of the statements that these lines are in; a line in none stays."""
        return frozenset(self.reporter.translate_lines(lines))

    def whole_arcs(self, arcs: Iterable[Arc]) -> frozenset[Arc]:
        """Executed arcs from statement to statement; steps within one that has several ways out are left out."""
        whole = {self._made_whole(arc) for arc in self.reporter.translate_arcs(arcs)}
        return frozenset(self.reporter.translate_arcs(arc for arc in whole if arc))

    def missing_branches(self, executed: Iterable[Arc]) -> dict[int, tuple[int, ...]]:
        """By line, sorted, where it never went; `executed` as `whole_arcs` gives them."""
        missing: defaultdict[int, list[int]] = defaultdict(list)
        for start, end in sorted(self.branches.difference(executed)):
            if start not in self.unasked and end not in self.excluded:
                missing[start].append(end)
        return {line: tuple(ends) for line, ends in missing.items()}

    def missing_arc_description(self, start: int, end: int) -> str:
        """In words: "line 3 didn't jump to line 4 because the condition on line 3 was never true"."""
        with PARSING:
            return self.reporter.missing_arc_description(start, end)

    def _made_whole(self, arc: Arc) -> Arc | None:
        """An arc within one statement stands for that statement's way out if it has only one, else for nothing."""
        start, end = arc
        if start != end:
            return arc
        return (start, self.only_exit[start]) if start in self.only_exit else None


def coverage_shape(source: str | os.PathLike[str], *, config_file: str = "") -> CoverageShape:
    """The shape of `source`; the last few are kept. `config_file` is the one of coverage.py that says what is excluded, ""
    for coverage.py's own defaults. Raises ProjectError `source-unreadable` for what cannot be read or parsed.
    """
    name = os.path.realpath(source)
    with PARSING:
        try:
            return _parsed(name, _stamp(name), config_file, _stamp(config_file) if config_file else ())
        except OSError as error:
            raise _unreadable(name, error.strerror or str(error)) from error


def _stamp(path: str) -> tuple[int, ...]:
    """What tells an edited file from the one before."""
    status = os.stat(path)
    return (status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def _parsed(name: str, stamp: tuple[int, ...], config_file: str, config_stamp: tuple[int, ...]) -> CoverageShape:
    """The stamps are there for the cache: an edited file is parsed anew."""
    from coverage.exceptions import CoverageException
    from coverage.python import PythonFileReporter

    with warnings.catch_warnings():
        # Of the code that is read, as of an invalid escape in it: it is told to whoever runs that code.
        warnings.simplefilter("ignore")
        reporter = PythonFileReporter(name, _configured(config_file, config_stamp))
        try:
            return _shape(name, reporter)
        # A null byte, an unknown encoding or too deep a nesting are not CoverageExceptions.
        except (CoverageException, SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
            raise _unreadable(name, str(error) or type(error).__name__) from error


@lru_cache(maxsize=4)
def _configured(config_file: str, stamp: tuple[int, ...]) -> Coverage:
    """A coverage.py that writes no data file, loads no plugin and knows of no other configuration."""
    from coverage import Coverage

    return Coverage(data_file=None, branch=True, config_file=config_file or False, messages=False)


def _shape(name: str, reporter: PythonFileReporter) -> CoverageShape:
    possible = reporter.arcs()
    exits = dict(reporter.exit_counts())
    ends: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in possible:
        ends[start].append(end)
    return CoverageShape(
        path=name,
        statements=frozenset(reporter.lines()),
        excluded=frozenset(reporter.excluded_lines()),
        docstrings=frozenset(reporter.translate_lines(reporter.parser.raw_docstrings)),
        exits=exits,
        branches=frozenset(arc for arc in possible if exits.get(arc[0], 0) > 1),
        unasked=frozenset(reporter.no_branch_lines()),
        only_exit={start: to[0] for start, to in ends.items() if len(to) == 1},
        reporter=reporter,
    )


def _unreadable(name: str, reason: str) -> ProjectError:
    return ProjectError(
        f"{name!r} cannot be parsed: {reason}",
        slug="source-unreadable",
        where=name,
        hint="run testwright with a Python at least as new as the project's",
    )
