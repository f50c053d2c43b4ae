"""Decides which assertions of a test are superfluous: those that catch no mutant which the others let pass."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from ..scenario import Check, Outcome

__all__ = ["ENOUGH", "broken_checks", "superfluous"]

ENOUGH = 2
"""So many assertions are no burden to a reader."""


def broken_checks(expected: Outcome, outcome: Outcome | None) -> frozenset[int]:
    """The places of the checks that do not hold of another outcome; all of them when it ended otherwise."""
    every = frozenset(range(len(expected.checks)))
    if outcome is None or outcome.broken or outcome.raised is not None:
        return every
    there = [check.to_plain() for check in (*outcome.checks, *outcome.fallback)]
    return frozenset(n for n, check in enumerate(expected.checks) if check.to_plain() not in there)


def superfluous(checks: tuple[Check, ...], broken: Mapping[int, Set[int]]) -> list[list[Any]]:
    """In their plain form; `broken` says by mutant which checks fail with it.

    The first check stays, being what the test is about; then greedily the ones that catch most (earlier ones first).
    """
    kept = {0}
    left = [set(places) for places in broken.values() if places and 0 not in places]
    while left:
        counts = {place: sum(place in places for places in left) for place in range(len(checks))}
        best = max(counts, key=lambda place: (counts[place], -place))
        kept.add(best)
        left = [places for places in left if best not in places]
    return [check.to_plain() for place, check in enumerate(checks) if place not in kept]
