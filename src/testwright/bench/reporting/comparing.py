"""Compares two rows of a leaderboard on the cases that both have: case by case, and as a whole with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from testwright.bench.reporting.figures import mean
from testwright.bench.reporting.intervals import difference
from testwright.errors import UsageError

__all__ = ["CaseDifference", "Comparison", "compared"]

ByCase = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class CaseDifference:
    """Mean scores of one case."""

    name: str
    first: float
    second: float

    @property
    def difference(self) -> float:
        return self.first - self.second


@dataclass(frozen=True, slots=True)
class Comparison:
    """`difference` in points, first minus second, with bounds of 95 % (None with a single case). `alone`: cases that only
    one of them has, which are left out.
    """

    cases: tuple[CaseDifference, ...]
    difference: float
    low: float | None
    high: float | None
    alone: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """ "first", "second" or "not told apart"."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return "not told apart"
        return "first" if self.low > 0 else "second"

    def to_plain(self) -> dict[str, Any]:
        return {
            "difference": self.difference,
            "low": self.low,
            "high": self.high,
            "verdict": self.verdict,
            "cases": [
                {"name": each.name, "first": each.first, "second": each.second, "difference": each.difference}
                for each in self.cases
            ],
            "left_out": list(self.alone),
        }


def compared(first: ByCase, second: ByCase) -> Comparison:
    """Scores by case. Cases are drawn with replacement, with all answers of both (paired, clustered bootstrap).

    UsageError where they have no case in common.
    """
    names = sorted(set(first) & set(second))
    if not names:
        raise UsageError(
            "they have no case in common",
            slug="no-evaluations",
            where="testwright bench compare",
            hint="choose what both were asked: see `testwright bench report DIR --pivot name:model`",
        )
    numbered = [dict(enumerate(row[name] for name in names)) for row in (first, second)]
    points, low, high = difference(*numbered)
    cases = [CaseDifference(name, mean(first[name]) or 0.0, mean(second[name]) or 0.0) for name in names]
    cases.sort(key=lambda each: (-each.difference, each.name))
    alone = tuple(sorted(set(first) ^ set(second)))
    sure = len(names) > 1
    return Comparison(tuple(cases), points, low if sure else None, high if sure else None, alone)
