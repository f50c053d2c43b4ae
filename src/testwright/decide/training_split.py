"""Decides which pairs a model may learn from and which are kept to examine it: no pair twice, no module on both sides."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from testwright.nouns.training_pair import TrainingPair
from testwright.python_source.parsing import parse_source

__all__ = ["TrainingSplit", "split_by_module", "without_duplicates"]


@dataclass(frozen=True, slots=True)
class TrainingSplit:
    """The two sides, each in the order given."""

    train: tuple[TrainingPair, ...]
    test: tuple[TrainingPair, ...]


def without_duplicates(pairs: Sequence[TrainingPair]) -> list[TrainingPair]:
    """The first of each answer, and of functions that are asked about alike, the first; how they are laid out makes no
    difference. One function may have several answers.
    """
    asked_of: dict[str, tuple[str, str]] = {}
    answers: set[str] = set()
    kept = []
    for pair in pairs:
        question, answer = " ".join(pair.question.split()), ast.dump(parse_source(pair.answer))
        function = (pair.module, pair.function)
        if asked_of.setdefault(question, function) == function and answer not in answers:
            kept.append(pair)
        answers.add(answer)
    return kept


def split_by_module(pairs: Sequence[TrainingPair], *, share: float, seed: int) -> TrainingSplit:
    """About that share of the modules is kept to examine with, chosen by their names and the seed. Of two
    modules or more, each side has at least one, unless the share is 0.
    """
    modules = sorted({pair.module for pair in pairs}, key=lambda module: _drawn(module, seed))
    number = round(len(modules) * share)
    if share > 0 and len(modules) > 1:
        number = min(max(number, 1), len(modules) - 1)
    held = set(modules[:number])
    train = tuple(pair for pair in pairs if pair.module not in held)
    return TrainingSplit(train, tuple(pair for pair in pairs if pair.module in held))


def _drawn(module: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{module}".encode()).hexdigest()
