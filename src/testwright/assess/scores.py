"""Turns complexity, coverage and history of a function into figures to order functions by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from testwright.nouns import Effort

__all__ = ["CRAP_LIMIT", "crap", "effort", "priority", "risk"]

CRAP_LIMIT = 30.0
"""Above it crap4j calls a function crappy."""

_ON_CHANGED_LINES = 4.0
_SMALL, _MEDIUM = 2, 6


def crap(complexity: int, risk: float) -> float:
    """cc²·(1−cov)³ + cc: what tests can take away, and what they cannot.

    Source: Change Risk Anti-Patterns of crap4j, Alberto Savoia and Bob Evans, 2007.
    """
    return risk + complexity


def risk(complexity: int, fraction: float) -> float:
    """cc²·(1−cov)³, from cyclomatic complexity and the covered fraction, 0 to 1: the part of CRAP that tests can take away."""
    return float(complexity**2) * (1.0 - fraction) ** 3


def priority(risk: float, *, commits: int | None, importers: int, changed: bool) -> float:
    """risk · (1 + log2(1 + commits)) · (1 + log2(1 + importers)/4), and four times that on changed lines.

    `commits` are those of the last 12 months, unknown ones (None) count as 0; `importers` are modules of the project.
    Churn multiplies complexity as in hotspot analysis (Adam Tornhill, "Your Code as a Crime Scene", 2015); the weights
    are our own.
    """
    return risk * _churn(commits or 0) * _use(importers) * (_ON_CHANGED_LINES if changed else 1.0)


# All functions of a module have the same.
@lru_cache(maxsize=1024)
def _churn(commits: int) -> float:
    return 1.0 + math.log2(1 + commits)


@lru_cache(maxsize=1024)
def _use(importers: int) -> float:
    return 1.0 + math.log2(1 + importers) / 4


def effort(
    uncovered_branches: float, *, entered: bool, hard_inputs: Sequence[str] = (), nothing_missing: bool = False
) -> Effort:
    """Estimated tests: half the uncovered branches, one more if no test enters the function (halves are rounded up, at
    least one in all), and one for each hard input. Size S up to 2 tests, M up to 6, else L; none if nothing is missing.
    """
    if nothing_missing:
        return Effort("S", 0)
    tests = max(1, math.floor(uncovered_branches / 2 + (0 if entered else 1) + 0.5)) + len(hard_inputs)
    size = "S" if tests <= _SMALL else "M" if tests <= _MEDIUM else "L"
    return Effort(size, tests, tuple(hard_inputs))
