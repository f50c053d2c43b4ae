"""Finds the lines and arguments that a test can do without."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from .arranged_step import ArrangedStep, without

__all__ = ["IsAsGood", "with_fewer_arguments", "with_fewer_rows", "without_idle_rows"]

_MOST_ATTEMPTS = 250

IsAsGood = Callable[[list[ArrangedStep]], bool]
"""Whether a test that is arranged so is as good as the whole one."""


def with_fewer_rows(steps: list[ArrangedStep], fixed: Collection[str], is_as_good: IsAsGood) -> list[ArrangedStep]:
    """Large parts first, the last rows first; the `fixed` ones stay.

    Source: delta debugging (Zeller, Hildebrandt: Simplifying and isolating failure-inducing input, 2002).
    """
    kept = list(steps)
    fixed = set(fixed)
    size = max(1, len(kept) // 2)
    attempts = 0
    while size:
        at = len(kept)
        while at > 0 and attempts < _MOST_ATTEMPTS:
            start = max(0, at - size)
            gone = {step.name for step in kept[start:at]} - fixed
            fewer = without(kept, gone) if gone else kept
            if len(fewer) < len(kept) and fixed <= {step.name for step in fewer}:
                attempts += 1
                if is_as_good(fewer):
                    kept = fewer
            at = min(start, len(kept))
        size //= 2
    return kept


def with_fewer_arguments(
    steps: list[ArrangedStep], fixed: Collection[tuple[str, str]], is_as_good: IsAsGood
) -> list[ArrangedStep]:
    """All that can be spared at once, else one half after the other; of the `fixed` ones (row, argument) none goes."""
    kept = list(steps)
    spare = [(step.name, name) for step in steps for name in sorted(step.spare - step.gone)]
    waiting = [[each for each in spare if each not in fixed]]
    while waiting:
        group = waiting.pop()
        if not group:
            continue
        fewer = [replace(step, gone=step.gone | {n for row, n in group if row == step.name}) for step in kept]
        if is_as_good(fewer):
            kept = fewer
        elif len(group) > 1:
            half = len(group) // 2
            waiting += [group[half:], group[:half]]
    return kept


def without_idle_rows(steps: list[ArrangedStep], stay: Collection[str], is_as_good: IsAsGood) -> list[ArrangedStep]:
    """Without rows that were there for others only, which do not refer to them any more; those that `stay` do."""
    kept = list(steps)
    for step in reversed(steps):
        if not step.label or step.name in stay or any(step.name in other.needs for other in kept):
            continue
        fewer = [other for other in kept if other.name != step.name]
        if is_as_good(fewer):
            kept = fewer
    return kept
