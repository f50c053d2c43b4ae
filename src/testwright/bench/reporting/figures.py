"""Counts evaluations into the figures of a row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from statistics import median

from testwright.bench.records.evaluation_table import EvaluationTable
from testwright.bench.scoring import pass_at_k

__all__ = ["FIGURES", "Figures", "counted", "mean", "rounded"]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a row of a report. Seconds, cents of a dollar, points of 100; None where there is nothing to count it from.

    `pass_at_1` is the mean over (case, prompt) of the unbiased estimate, a full score being a pass; `score_low` and
    `score_high` bound the score with 95 %, `rank_low` and `rank_high` the place among the rows.
    """

    count: int
    score: float | None
    score_median: float | None = None
    score_std: float | None = None
    zero_scores: int = 0
    full_scores: int = 0
    elapsed: float | None = None
    elapsed_median: float | None = None
    cost_cents: float | None = None
    points_per_cent: float | None = None
    points_per_second: float | None = None
    pass_at_1: float | None = None
    score_low: float | None = None
    score_high: float | None = None
    rank_low: int | None = None
    rank_high: int | None = None


FIGURES = tuple(each.name for each in fields(Figures))
_DIGITS = {"cost_cents": 2, "pass_at_1": 3}


def counted(table: EvaluationTable, rows: Sequence[int]) -> Figures:
    """Of rows that have a score."""
    scores = [table.scores[row] for row in rows]
    elapsed = [each for row in rows if (each := table.elapsed[row]) is not None]
    costs = [each for row in rows if (each := table.costs[row]) is not None]
    score, seconds = mean(scores), mean(elapsed)
    cents = None if not costs else (mean(costs) or 0.0) * 100
    return Figures(
        count=len(rows),
        score=score,
        score_median=median(scores) if scores else None,
        score_std=_deviation(scores),
        zero_scores=sum(each == 0 for each in scores),
        full_scores=sum(each == 100 for each in scores),
        elapsed=seconds,
        elapsed_median=median(elapsed) if elapsed else None,
        cost_cents=cents,
        points_per_cent=score / cents if cents and score is not None else None,
        points_per_second=score / seconds if seconds and score is not None else None,
        pass_at_1=_pass_at_1(table, rows),
    )


def mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _deviation(values: Sequence[float]) -> float | None:
    """Of a sample: by n - 1."""
    if len(values) < 2:
        return None
    middle = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((each - middle) ** 2 for each in values) / (len(values) - 1))


def _pass_at_1(table: EvaluationTable, rows: Iterable[int]) -> float | None:
    names, prompts = table.texts["name"].codes, table.texts["prompt_label"].codes
    groups: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        count = groups.setdefault((names[row], prompts[row]), [0, 0])
        count[0] += 1
        count[1] += table.scores[row] == 100
    return mean([pass_at_k(count, passed, 1) for count, passed in groups.values()])


def rounded(name: str, value: float | None) -> float | None:
    """As the Julia LLM Leaderboard's tables have it: one digit (cents two), halves to even."""
    if value is None or isinstance(value, int):
        return value
    scale = 10.0 ** _DIGITS.get(name, 1)
    return round(value * scale) / scale
