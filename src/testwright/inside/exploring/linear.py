"""Decides by which whole numbers to change what moves linearly, so that a distance is bridged and others stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, islice
from math import ceil, floor, gcd, lcm

__all__ = ["bridging", "preserving"]

MOST_PRESERVING = 10
MOST_MIXED = 6
"""Of the unknowns that are changed two at a time, and how far the first of them."""

BESIDE = (1, -1, 2, -2)
"""Where a division hides what happens between, the numbers beside may do."""

Row = Sequence[Fraction]


def preserving(slopes: Row) -> list[dict[int, int]]:
    """Changes of two unknowns that leave a sum as it is, by unknown; `slopes` say how it moves with each."""
    moving = [place for place, slope in enumerate(slopes) if slope]
    pairs = islice(combinations(moving, 2), MOST_PRESERVING)
    return [dict(zip(pair, _whole([slopes[pair[1]], -slopes[pair[0]]]), strict=True)) for pair in pairs]


def _whole(change: Row) -> list[int]:
    """The same direction in the smallest whole numbers."""
    times = lcm(*(each.denominator for each in change))
    numbers = [int(each * times) for each in change]
    return [each // gcd(*numbers) for each in numbers]


def bridging(slopes: Row, distance: Fraction, beyond: int) -> list[dict[int, int]]:
    """Changes by unknown: those that are exact (for `beyond` 1 or -1: or go on from there) first, then the nearest."""
    exact: list[dict[int, int]] = []
    near: list[dict[int, int]] = []
    for place, slope in ((place, slope) for place, slope in enumerate(slopes) if slope):
        times = distance / slope
        if times.denominator == 1:
            exact.append({place: int(times)})
        else:
            ends = (floor(times), ceil(times))
            over = [end for end in ends if beyond and (end * slope - distance) * beyond >= 0]
            exact.extend({place: end} for end in over)
            near.extend({place: end} for end in ends if end not in over)
    mixed = [] if exact else _mixed(slopes, distance)
    ordered = [*_smallest(exact), *mixed, *_smallest(near)]
    beside = [{place: times + by} for place, times in islice(_single(ordered), 1) for by in BESIDE]
    return [change for change in [*ordered[:MOST_MIXED], *beside] if any(change.values())]


def _single(changes: Iterable[dict[int, int]]) -> Iterator[tuple[int, int]]:
    return (next(iter(change.items())) for change in changes if len(change) == 1)


def _smallest(changes: list[dict[int, int]]) -> list[dict[int, int]]:
    return sorted(changes, key=lambda change: sum(map(abs, change.values())))


def _mixed(slopes: Row, distance: Fraction) -> list[dict[int, int]]:
    moving = [place for place, slope in enumerate(slopes) if slope][:MOST_MIXED]
    found = []
    for first, second in combinations(moving, 2):
        for times in range(-MOST_MIXED, MOST_MIXED + 1):
            rest = (distance - times * slopes[first]) / slopes[second]
            if rest.denominator == 1:
                found.append({first: times, second: int(rest)})
    return _smallest(found)[:4]
