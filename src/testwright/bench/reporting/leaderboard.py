"""Makes the rows of a leaderboard: groups of evaluations by keys, each with its figures, or a pivot of mean scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from testwright.bench.records.evaluation_table import EvaluationTable
from testwright.bench.reporting.figures import FIGURES, Figures, counted, mean, rounded
from testwright.bench.reporting.intervals import Interval, kept_intervals
from testwright.bench.reporting.selection import Keys
from testwright.errors import UsageError

__all__ = ["Cell", "Leaderboard", "grouped", "pivoted"]

_LOW_FIRST = frozenset({"elapsed", "elapsed_median", "cost_cents", "zero_scores", "score_std", "rank_low", "rank_high"})
Cell = str | float | None


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """`columns` name the cells of each row; the first `keys` of them are texts, the others numbers or None (not known).

    Numbers are not rounded. `unscored` counts by outcome the evaluations that say nothing about a model.
    """

    columns: tuple[str, ...]
    keys: int
    rows: tuple[tuple[Cell, ...], ...]
    unscored: dict[str, int]

    def rounded(self) -> tuple[tuple[Cell, ...], ...]:
        """As published tables are: halves to even."""
        return tuple(tuple(self._rounded(*each) for each in zip(self.columns, row, strict=True)) for row in self.rows)

    @staticmethod
    def _rounded(column: str, cell: Cell) -> Cell:
        return cell if isinstance(cell, str) else rounded(column, cell)

    def to_plain(self, *, raw: bool = False) -> dict[str, Any]:
        rows = self.rows if raw else self.rounded()
        return {
            "columns": list(self.columns),
            "rows": [dict(zip(self.columns, row, strict=True)) for row in rows],
            "unscored": self.unscored,
        }


def grouped(table: EvaluationTable, rows: Sequence[int], keys: Keys, by: Sequence[str], sort: str = "") -> Leaderboard:
    """A row for each combination of values, best score first or sorted by a column. UsageError for a column there is not."""
    scored, unscored = _scored(table, rows)
    columns = (*by, *FIGURES)
    groups = _groups(scored, keys, by)
    sure = kept_intervals([_by_case(table, found) for found in groups.values()])
    made = [
        (*_texts(keys, by, key), *_cells(_with_interval(counted(table, found), each)))
        for (key, found), each in zip(groups.items(), sure, strict=True)
    ]
    return Leaderboard(columns, len(by), _sorted(made, columns, sort or "score"), unscored)


def pivoted(
    table: EvaluationTable, rows: Sequence[int], keys: Keys, down: str, across: str, sort: str = ""
) -> Leaderboard:
    """Mean scores: a row for each value of one key, a column for each value of the other, and the average of a row's cells.

    A cell without evaluations is None and not averaged.
    """
    scored, unscored = _scored(table, rows)
    groups = _groups(scored, keys, (down, across))
    values = keys.values(across)
    order = sorted({key[1] for key in groups}, key=lambda code: values[code])
    columns = (down, *(values[code] for code in order), "average")
    made: list[tuple[Cell, ...]] = []
    for code in dict.fromkeys(key[0] for key in groups):
        cells = [mean([table.scores[row] for row in groups.get((code, each), [])]) for each in order]
        made.append((keys.values(down)[code], *cells, mean([each for each in cells if each is not None])))
    return Leaderboard(columns, 1, _sorted(made, columns, sort or "average"), unscored)


def _scored(table: EvaluationTable, rows: Sequence[int]) -> tuple[list[int], dict[str, int]]:
    known = set(table.scored)
    return [row for row in rows if row in known], table.outcomes(rows)


def _groups(rows: Sequence[int], keys: Keys, by: Sequence[str]) -> dict[tuple[int, ...], list[int]]:
    columns = [keys.codes(key) for key in by]
    groups: dict[tuple[int, ...], list[int]] = {}
    for row in rows:
        groups.setdefault(tuple(column[row] for column in columns), []).append(row)
    return groups


def _by_case(table: EvaluationTable, rows: Sequence[int]) -> dict[int, list[float]]:
    cases: dict[int, list[float]] = {}
    for row in rows:
        cases.setdefault(table.texts["name"].codes[row], []).append(table.scores[row])
    return cases


def _with_interval(figures: Figures, sure: Interval | None) -> Figures:
    if sure is None:
        return figures
    return replace(figures, score_low=sure.low, score_high=sure.high, rank_low=sure.rank_low, rank_high=sure.rank_high)


def _texts(keys: Keys, by: Sequence[str], codes: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(keys.values(key)[code] for key, code in zip(by, codes, strict=True))


def _cells(figures: Figures) -> tuple[Cell, ...]:
    return tuple(getattr(figures, name) for name in FIGURES)


def _sorted(rows: list[tuple[Cell, ...]], columns: tuple[str, ...], sort: str) -> tuple[tuple[Cell, ...], ...]:
    """What is better or later in the alphabet's favour comes first; `-` before the key turns it round; unknown ones last."""
    name = sort.removeprefix("-")
    if name not in columns:
        raise UsageError(
            f"there is no column {name!r}", slug="unknown-key", where="--sort", hint=f"there are {', '.join(columns)}"
        )
    place = columns.index(name)
    rows = sorted(rows, key=lambda row: tuple(str(each) for each in row if isinstance(each, str)))
    known = [row for row in rows if row[place] is not None]
    is_text = any(isinstance(row[place], str) for row in known)
    known.sort(
        key=lambda row: row[place] or "" if is_text else row[place] or 0.0,
        reverse=not is_text and name not in _LOW_FIRST,
    )
    if sort.startswith("-"):
        known.reverse()
    return (*known, *(row for row in rows if row[place] is None))
