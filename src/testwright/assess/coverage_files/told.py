"""Holds what one evidence file tells, before it is known which of the project's sources it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from testwright.errors import ProjectError
from testwright.nouns.coverage import BranchPoint
from testwright.python_source.coverage_shape import Arc

__all__ = ["LEAVES", "Executed", "Reading", "Reported", "Told", "node_ids", "unreadable"]

LEAVES = 0
"""Stands in `BranchPoint.missing` for a way out of the block, where a report does not say of which."""

_PHASES = ("|setup", "|run", "|teardown")


@dataclass(frozen=True, slots=True)
class Executed:
    """What was seen of one file at run time: any line numbers, statements or not. `arcs` is None if none were measured."""

    lines: frozenset[int]
    arcs: frozenset[Arc] | None = None
    tests: Mapping[int, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report made of one file. `counted` are the report's own totals, branches and those taken, if it gives any.

    `knows_excluded` is False for formats that leave excluded lines out without a word.
    """

    statements: frozenset[int]
    covered: frozenset[int]
    excluded: frozenset[int] = frozenset()
    knows_excluded: bool = False
    branches: Mapping[int, BranchPoint] | None = None
    counted: tuple[int, int] | None = None
    tests: Mapping[int, frozenset[str]] = field(default_factory=dict)


Told: TypeAlias = Executed | Reported


@dataclass(frozen=True, slots=True)
class Reading:
    """One evidence file. `files` pairs paths as they are written there with what is told; `bases` are the folders that
    relative ones may start from.
    """

    origin: str
    files: tuple[tuple[str, Told], ...]
    bases: tuple[str, ...] = ()
    has_branches: bool = False
    notices: tuple[str, ...] = ()


def _node_id(context: str) -> str:
    """A context without the phase that pytest-cov puts behind the test's id."""
    for phase in _PHASES:
        if context.endswith(phase):
            return context.removesuffix(phase)
    return context


def node_ids(contexts: Iterable[str]) -> frozenset[str]:
    """The empty context, which stands for no test, left out."""
    return frozenset(_node_id(context) for context in contexts if context)


def unreadable(path: str, reason: str, hint: str = "") -> ProjectError:
    """The error for a file that is there and is no evidence."""
    return ProjectError(
        f"{path!r} cannot be read as coverage: {reason}",
        slug="coverage-unreadable",
        where=path,
        hint=hint or "make it anew, or name a coverage.py data file, coverage.json, a Cobertura XML or an LCOV file",
    )
