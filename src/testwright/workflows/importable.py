"""Finds the candidates with which a test file cannot be imported, or pytest does not come to its end, by trying halves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from testwright.nouns import Candidate

__all__ = ["importable"]

MOST_TRIES = 40


def importable(
    proposed: Sequence[Candidate], can_be_imported: Callable[[Sequence[Candidate]], bool]
) -> tuple[list[Candidate], list[Candidate]]:
    """Those that can stand in a file, and those that spoil it. After MOST_TRIES a part that fails is given up whole."""
    kept: list[Candidate] = []
    spoiling: list[Candidate] = []
    parts = _halves(proposed)
    tries = 0
    while parts:
        part = parts.pop(0)
        tries += 1
        if can_be_imported(part):
            kept += part
        elif len(part) == 1 or tries >= MOST_TRIES:
            spoiling += part
        else:
            parts = _halves(part) + parts
    return kept, spoiling


def _halves(part: Sequence[Candidate]) -> list[Sequence[Candidate]]:
    """The two, of one candidate the one."""
    middle = len(part) // 2
    return [half for half in (part[:middle], part[middle:]) if half]
