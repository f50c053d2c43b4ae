"""Holds what a model can learn from: a function as it is asked about, and tests of it that were proven."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TrainingPair"]


@dataclass(frozen=True, slots=True)
class TrainingPair:
    """`answer` stands alone: imports, what the tests need, the tests. `tests` are their names, `by` who wrote them."""

    module: str
    function: str
    question: str
    answer: str
    tests: tuple[str, ...]
    by: str
