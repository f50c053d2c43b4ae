"""Says which samples are missing: combinations of case, model, prompt and parameters that have fewer than they should."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from testwright.bench.records.record_store import combination_of
from testwright.bench.running.planning import Question
from testwright.bench.scoring import is_scored
from testwright.nouns.evaluation import Evaluation

__all__ = ["Gap", "find_gaps", "missing_questions"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A combination that has `has` samples with a score, fewer than `wanted`; `failed` are records of failures."""

    name: str
    model: str
    prompt_label: str
    parameters: str
    prompt_strategy: str
    has: int
    wanted: int
    failed: int = 0

    @property
    def missing(self) -> int:
        return self.wanted - self.has

    def to_plain(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "model": self.model,
            "prompt_label": self.prompt_label,
            "parameters": json.loads(self.parameters),
            "prompt_strategy": self.prompt_strategy,
            "has": self.has,
            "wanted": self.wanted,
            "missing": self.missing,
            "failed": self.failed,
        }


def find_gaps(evaluations: Sequence[Evaluation], wanted: int, names: Sequence[str] = ()) -> list[Gap]:
    """Every case (of `names`, or that has any evaluation) with all that was asked of any case: (model, prompt, parameters,
    strategy). With `wanted` 0, as many as the fullest combination has.
    """
    has: Counter[tuple[str, ...]] = Counter()
    failed: Counter[tuple[str, ...]] = Counter()
    for each in evaluations:
        (has if is_scored(each) else failed)[combination_of(each)] += 1
    most = wanted or max(has.values(), default=1)
    cases = sorted(names or {combination[0] for combination in [*has, *failed]})
    asked = sorted({_rest(combination) for combination in [*has, *failed]})
    return [
        Gap(case, *rest, has[case, *rest], most, failed[case, *rest])
        for case in cases
        for rest in asked
        if has[case, *rest] < most
    ]


def _rest(combination: tuple[str, ...]) -> tuple[str, str, str, str]:
    _, model, label, parameters, strategy = combination
    return model, label, parameters, strategy


def missing_questions(planned: Sequence[Question], counts: Counter[tuple[str, ...]], strategy: str) -> list[Question]:
    """Of the samples that are planned for a combination, as many of the last as it lacks, however the others were made."""
    wanted = Counter(each.combination for each in planned)
    lacking = {each: count - counts[(*each, strategy)] for each, count in wanted.items()}
    found: list[Question] = []
    for question in reversed(planned):
        if lacking[question.combination] > 0:
            lacking[question.combination] -= 1
            found.append(question)
    return found[::-1]
