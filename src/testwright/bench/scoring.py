"""Decides what an evaluation is worth: the leaderboard's points, the strict pass, and pass@k."""

from __future__ import annotations

import math
from collections.abc import Mapping
from math import comb
from typing import Any, Protocol

from testwright.nouns.evaluation import Evaluation

__all__ = ["is_full", "is_scored", "pass_at_k", "score_eval"]

_UNSCORED = frozenset({"skipped", "infra_error"})


def is_scored(evaluation: Evaluation) -> bool:
    """Whether it says anything about the model: not where its runtime was missing or our side failed."""
    return evaluation.extra.get("outcome") not in _UNSCORED


class Scorable(Protocol):
    """What a score is made of."""

    @property
    def parsed(self) -> bool | None: ...
    @property
    def executed(self) -> bool | None: ...
    @property
    def unit_tests_count(self) -> int | None: ...
    @property
    def unit_tests_passed(self) -> int | None: ...
    @property
    def examples_count(self) -> int | None: ...
    @property
    def examples_executed(self) -> int | None: ...
    @property
    def extra(self) -> Mapping[str, Any]: ...


def score_eval(evaluation: Scorable, max_points: float = 100) -> float:
    """Points of 0 to `max_points`: each of parsed, executed, unit tests and examples that is known weighs the same, the last
    two by the share that passed; of tests, the mean of the criteria that were judged.

    Source: `score_eval` of the Julia LLM Leaderboard (MIT). A count of 0 is left out, where upstream gives NaN; nothing
    known gives 0.
    """
    criteria = evaluation.extra.get("criteria")
    if criteria:  # of tests, which are worth more than four numbers can say
        return max_points * math.fsum(criteria.values()) / len(criteria)
    shares = [
        *(float(each) for each in (evaluation.parsed, evaluation.executed) if each is not None),
        *_share(evaluation.unit_tests_passed, evaluation.unit_tests_count),
        *_share(evaluation.examples_executed, evaluation.examples_count),
    ]
    # The order of multiplication is upstream's, so that sums come out equal to the last digit.
    return sum(each * (max_points / len(shares)) for each in shares) if shares else 0.0


def _share(passed: int | None, count: int | None) -> list[float]:
    return [passed / count] if passed is not None and count else []


def is_full(evaluation: Evaluation) -> bool:
    """The strict pass: everything parsed, executed and passed."""
    return score_eval(evaluation) == 100


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """The unbiased estimate that one of k samples passes: 1 - C(n-c, k) / C(n, k), for k <= n.

    Source: Chen et al., "Evaluating Large Language Models Trained on Code" (2021), equation 1. ValueError for k > n.
    """
    if not 1 <= k <= samples or not 0 <= passed <= samples:
        raise ValueError(f"pass@{k} of {samples} samples, {passed} passed")
    return 1.0 - comb(samples - passed, k) / comb(samples, k)
