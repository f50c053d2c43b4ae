"""Evaluates answers: sends each to the backend of its language, and hands back what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from testwright.bench.evaluating.python_answers import evaluate_python
from testwright.bench.evaluating.submission import EvaluatorSettings, Submission
from testwright.nouns.evaluation import Judged

__all__ = ["EvaluatorSettings", "Submission", "evaluate_answers"]


def evaluate_answers(
    submissions: Sequence[Submission], settings: EvaluatorSettings, *, told: Callable[[int, Judged], None]
) -> None:
    """Tell what each gave, by its index, as soon as it is known; in any order, each exactly once, from several threads."""
    python = [(index, each) for index, each in enumerate(submissions) if each.definition.language == "python"]
    known = {index for index, _ in python}
    for index, each in enumerate(submissions):
        if index not in known:
            told(index, Judged("skipped", message=f"nothing here runs {each.definition.language}"))
    if python:
        evaluate_python(python, settings, told)
