"""Writes a leaderboard as CSV or Markdown."""

from __future__ import annotations

import csv
import io

from testwright.bench.reporting.leaderboard import Cell, Leaderboard

__all__ = ["as_csv", "as_markdown", "shown"]


def as_csv(board: Leaderboard, *, raw: bool = False) -> str:
    """With a line of column names; what is not known is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(board.columns)
    writer.writerows([[_exact(each) for each in row] for row in (board.rows if raw else board.rounded())])
    return text.getvalue().rstrip("\n")


def as_markdown(board: Leaderboard, *, raw: bool = False) -> str:
    """A table whose numbers stand to the right."""
    rules = [":---" if place < board.keys else "---:" for place in range(len(board.columns))]
    rows = [[_cell(each, raw=raw) for each in row] for row in (board.rows if raw else board.rounded())]
    lines = [[_escaped(each) for each in board.columns], rules, *([_escaped(each) for each in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shown(cell: Cell) -> str:
    """For people: n/a where nothing is known."""
    return _cell(cell, raw=False)


def _cell(cell: Cell, *, raw: bool) -> str:
    if cell is None:
        return "n/a"
    return f"{cell:g}" if isinstance(cell, float) and not raw and abs(cell) < 1e5 else str(cell)


def _exact(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
