"""Decides which assertions of a test are superfluous: those that catch no mutant which the others let pass."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

from ..recipes import Attribute, Const, Recipe
from ..scenario import Check, Outcome

__all__ = ["ENOUGH", "Equal", "broken_checks", "doubled", "superfluous", "weighed"]

ENOUGH = 2
"""So many assertions are no burden to a reader."""
Equal = Callable[[Recipe, Recipe], bool]
"""Whether what two recipes make is equal as Python has it: `1 == 1.0`, and subclasses of `dict` with the same items."""


def broken_checks(expected: Outcome, outcome: Outcome | None, equal: Equal) -> frozenset[int]:
    """The places of the checks that do not hold of another outcome; all of them when it ended otherwise."""
    every = frozenset(range(len(expected.checks)))
    if outcome is None or outcome.broken or outcome.raised is not None:
        return every
    there = (*outcome.checks, *outcome.further, *outcome.fallback)
    plain = [check.to_plain() for check in there]
    return frozenset(
        n
        for n, check in enumerate(expected.checks)
        if check.to_plain() not in plain and not _holds(check, there, equal)
    )


def _holds(check: Check, there: Sequence[Check], equal: Equal) -> bool:
    """Of another outcome that has no such check."""
    alike = (other for other in there if (other.kind, other.subject) == (check.kind, check.subject))
    if check.kind == "approx":
        return any(_is_close(check.expected, other.expected) for other in alike)
    return check.kind == "equals" and any(equal(check.expected, other.expected) for other in alike)


def _is_close(one: Recipe, other: Recipe) -> bool:
    """As pytest.approx has it."""
    if not isinstance(one, Const) or not isinstance(other, Const):
        return False
    numbers = (one.value, other.value)
    return all(type(n) in (int, float) for n in numbers) and math.isclose(*numbers, rel_tol=1e-6, abs_tol=1e-12)


def weighed(
    checks: tuple[Check, ...], further: tuple[Check, ...], broken: Mapping[int, Set[int]]
) -> tuple[list[list[Any]], list[list[Any]]]:
    """Which of the checks are superfluous, and which of the further ones catch what they do not, in their plain form.

    `broken` counts the places of the further ones on from those of the others.
    """
    first = frozenset(range(len(checks)))
    idle = superfluous(checks, {number: places & first for number, places in broken.items()})
    left = [set(places) for places in broken.values() if places and not places & first]
    return idle, [further[place - len(checks)].to_plain() for place in sorted(_fewest(left))]


def superfluous(checks: tuple[Check, ...], broken: Mapping[int, Set[int]]) -> list[list[Any]]:
    """In their plain form; `broken` says by mutant which checks fail with it.

    The first check stays, being what the test is about, and that it warns, as it may fail elsewhere otherwise; then
    greedily the ones that catch most (earlier ones first).
    """
    kept = {0, *(place for place, check in enumerate(checks) if check.kind == "warns")}
    kept |= _fewest([set(places) for places in broken.values() if places and kept.isdisjoint(places)])
    if len(checks) <= ENOUGH:
        kept |= set(range(len(checks))) - doubled(checks)
    return [check.to_plain() for place, check in enumerate(checks) if place not in kept]


def _fewest(left: list[set[int]]) -> set[int]:
    """Places of which each of the sets has one, greedily; earlier ones first."""
    chosen: set[int] = set()
    while left:
        counts = Counter(place for places in left for place in places)
        best = max(counts, key=lambda place: (counts[place], -place))
        chosen.add(best)
        left = [places for places in left if best not in places]
    return chosen


def doubled(checks: Sequence[Check]) -> set[int]:
    """The places of checks of the type or of an attribute of what is equal to something: only a mutant can need both."""
    equal = {check.subject for check in checks if check.kind == "equals"}
    return {n for n, check in enumerate(checks) if any(owner in equal for owner in _wholes(check))}


def _wholes(check: Check) -> Iterator[Recipe | None]:
    """What the check tells a part of."""
    if check.kind == "isinstance":
        yield check.subject
    subject = check.subject
    while isinstance(subject, Attribute):
        subject = subject.target
        yield subject
