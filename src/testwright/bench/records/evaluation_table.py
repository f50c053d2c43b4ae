"""Holds many evaluations as columns: what reports are made of, small and quick to go through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

__all__ = ["TEXTS", "Coded", "EvaluationTable", "joined"]

TEXTS = (
    "name",
    "model",
    "prompt_label",
    "prompt_strategy",
    "device",
    "experiment",
    "schema",
    "version_prompt",
    "version_pt",
    "parameters",
    "outcome",
    "language",
)
"""Columns of texts that repeat; the parameters are JSON."""
_UNSCORED = ("skipped", "infra_error")


@dataclass(slots=True)
class Coded:
    """A column of texts: each text once, and for each row the place of its text."""

    texts: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    def of(self, row: int) -> str:
        return self.texts[self.codes[row]]


@dataclass
class EvaluationTable:
    """Rows are numbered from 0. Numbers that a file does not have are None, its texts ""; costs are in dollars."""

    texts: dict[str, Coded]
    timestamps: list[str]
    scores: list[float]
    elapsed: list[float | None]
    costs: list[float | None]
    paths: Callable[[int], str]
    """The file of a row."""

    def __len__(self) -> int:
        return len(self.scores)

    def text(self, key: str, row: int) -> str:
        return self.texts[key].of(row)

    @cached_property
    def parameters(self) -> list[dict[str, Any]]:
        """Of each code of the column."""
        return [json.loads(text) if text else {} for text in self.texts["parameters"].texts]

    @cached_property
    def scored(self) -> list[int]:
        """The rows that say anything about a model."""
        unscored = {code for code, text in enumerate(self.texts["outcome"].texts) if text in _UNSCORED}
        codes = self.texts["outcome"].codes
        return [row for row, code in enumerate(codes) if code not in unscored] if unscored else list(range(len(self)))

    def outcomes(self, rows: Iterable[int]) -> dict[str, int]:
        """How many of these rows have each outcome that is not scored."""
        counts: dict[str, int] = {}
        for row in rows:
            outcome = self.text("outcome", row)
            if outcome in _UNSCORED:
                counts[outcome] = counts.get(outcome, 0) + 1
        return counts


def joined(tables: Sequence[EvaluationTable]) -> EvaluationTable:
    """One after another."""
    if len(tables) == 1:
        return tables[0]
    starts = [0]
    for table in tables:
        starts.append(starts[-1] + len(table))

    def path(row: int) -> str:
        place = next(number for number in range(len(tables)) if row < starts[number + 1])
        return tables[place].paths(row - starts[place])

    return EvaluationTable(
        {key: _joined_texts([table.texts[key] for table in tables]) for key in TEXTS},
        [each for table in tables for each in table.timestamps],
        [each for table in tables for each in table.scores],
        [each for table in tables for each in table.elapsed],
        [each for table in tables for each in table.costs],
        path,
    )


def _joined_texts(columns: Sequence[Coded]) -> Coded:
    known: dict[str, int] = {}
    codes: list[int] = []
    for column in columns:
        places = [known.setdefault(text, len(known)) for text in column.texts]
        codes += [places[code] for code in column.codes]
    return Coded(list(known), codes)
