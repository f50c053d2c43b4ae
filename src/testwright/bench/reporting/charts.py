"""Places what a leaderboard shows on charts: bars with their intervals, and scores over cost and time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from testwright.bench.reporting.leaderboard import Cell, Leaderboard

__all__ = ["Bar", "Point", "Scatter", "bars", "scatter"]

WIDTH, HEIGHT = 760.0, 380.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 50.0, 20.0, 15.0, 45.0
_MOST_LABELS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """Of a row: all in points of 100, None where not known."""

    key: str
    score: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """Of a row, in pixels; `label` is "" where it would lie over others."""

    key: str
    x: float
    y: float
    told: str
    label: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """Points, and the ticks of both axes as (pixels, text)."""

    points: tuple[Point, ...]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    name: str
    width: float = WIDTH
    height: float = HEIGHT


def keys_of(board: Leaderboard, row: Sequence[Cell]) -> str:
    return " · ".join(str(each) for each in row[: board.keys])


def bars(board: Leaderboard) -> list[Bar]:
    """In the order of the rows; those without a score have none."""
    cell = _cells(board)
    return [
        Bar(keys_of(board, row), score, cell(row, "score_low"), cell(row, "score_high"))
        for row in board.rows
        if (score := cell(row, "score")) is not None
    ]


def scatter(board: Leaderboard, column: str, name: str) -> Scatter | None:
    """Scores over a column on a logarithmic axis; None where fewer than two rows have more than 0 of it."""
    cell = _cells(board)
    found = [
        (keys_of(board, row), across, score)
        for row in board.rows
        if (across := cell(row, column)) and (score := cell(row, "score")) is not None
    ]
    if len(found) < 2:
        return None
    low = math.floor(math.log10(min(each[1] for each in found)))
    high = max(math.ceil(math.log10(max(each[1] for each in found))), low + 1)
    wide, tall = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM

    def x(value: float) -> float:
        return round(_LEFT + wide * (math.log10(value) - low) / (high - low), 1)

    def y(score: float) -> float:
        return round(_TOP + tall * (1 - score / 100), 1)

    labels = _labelled([(x(across), y(score), key) for key, across, score in found])
    points = tuple(
        Point(key, x(across), y(score), f"{key}: {score:.1f} points, {across:.3g} {name}", labels.get(key, ""))
        for key, across, score in found
    )
    ticks = tuple((x(10.0**power), f"{10.0**power:g}") for power in range(low, high + 1))
    return Scatter(points, ticks, tuple((y(score), str(score)) for score in range(0, 101, 20)), name)


def _labelled(places: Sequence[tuple[float, float, str]]) -> dict[str, str]:
    """The best get their names, as long as these do not cover each other."""
    taken: list[tuple[float, float, float]] = []
    labels: dict[str, str] = {}
    for x, y, key in sorted(places, key=lambda each: each[1]):
        text = key if len(key) <= 26 else key[:25] + "…"
        width = 6.6 * len(text) + 10
        is_free = all(abs(y - other) > 14 or x + width < left or x > right for left, right, other in taken)
        if is_free and x + width < WIDTH and len(labels) < _MOST_LABELS:
            taken.append((x, x + width, y))
            labels[key] = text
    return labels


def _cells(board: Leaderboard) -> Callable[[Sequence[Cell], str], float | None]:
    places = {name: place for place, name in enumerate(board.columns)}

    def cell(row: Sequence[Cell], column: str) -> float | None:
        found = row[places[column]]
        return None if found is None or isinstance(found, str) else float(found)

    return cell
