"""Puts line numbers together as a reader of a report wants them: 3, 7-9."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["line_ranges", "line_runs", "shown_range"]


def line_runs(lines: Iterable[int]) -> list[tuple[int, int]]:
    """The first and last line of each unbroken run, in order."""
    runs: list[tuple[int, int]] = []
    for line in sorted(lines):
        if runs and line <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], line)
        else:
            runs.append((line, line))
    return runs


def line_ranges(lines: Iterable[int]) -> str:
    """ "3, 7-9" for 3, 7, 8 and 9; "" for none."""
    return ", ".join(shown_range(first, last) for first, last in line_runs(lines))


def shown_range(first: int, last: int) -> str:
    """ "7-9", or "7" where it is one line."""
    return str(first) if first == last else f"{first}-{last}"
