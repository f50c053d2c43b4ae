"""Evaluates answers: sends each to the backend of its language, and hands back what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Judged

__all__ = ["EvaluatorSettings", "Submission", "evaluate_answers"]


@dataclass(frozen=True, slots=True)
class Submission:
    """An answer to a definition: the text of a model, or (`is_code`) code in which nothing is to be searched for."""

    definition: Definition
    answer: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class EvaluatorSettings:
    """`python` and `julia` are the interpreters ("" for julia: none); `jobs` how many samples run at once.

    `remove_tests` takes the answer's own tests out before it runs. `timeout_s` (None: what the definition says) bounds each
    item. `require_sandbox` refuses to run where the system gives less than namespaces and an unprivileged user.
    """

    python: str
    julia: str = ""
    jobs: int = 1
    remove_tests: bool = True
    timeout_s: float | None = None
    require_sandbox: bool = False


def evaluate_answers(
    submissions: Sequence[Submission], settings: EvaluatorSettings, *, told: Callable[[int, Judged], None]
) -> None:
    """Tell what each gave, by its index, as soon as it is known; in any order, each exactly once."""
    raise NotImplementedError
