"""Finds the lines and arguments that a test can do without."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from .arranged_step import ArrangedStep, without

__all__ = ["IsAsGood", "with_fewer_arguments", "with_fewer_rows", "without_idle_rows"]

_MOST_ATTEMPTS = 250
_ENOUGH = 2
"""Rows that want a field of theirs, to believe it of the others."""

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
    """All that can be spared at once, else each field of a model in all of its rows, else in one row after the other; of the
    `fixed` ones (row, argument) none goes.
    """
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for step in steps:
        for name in sorted(step.spare - step.gone):
            if (step.name, name) not in fixed:
                groups.setdefault((step.label, name), []).append((step.name, name))
    every = [each for group in groups.values() for each in group]
    if not every or is_as_good(fewer := _without_arguments(steps, every)):
        return fewer if every else steps
    for group in groups.values() if len(groups) > 1 else (every,):
        steps = _with_less_of(steps, group, is_as_good)
    return steps


def _with_less_of(steps: list[ArrangedStep], group: list[tuple[str, str]], is_as_good: IsAsGood) -> list[ArrangedStep]:
    """Where the first few rows want the field, and the others together too, each of these keeps it."""
    kept, failed = steps, 0
    waiting = [group]
    while waiting:
        some = waiting.pop(0)
        fewer = _without_arguments(kept, some)
        if is_as_good(fewer):
            kept = fewer
        elif some == group and len(group) > 1:
            waiting = [[each] for each in group]
        else:
            failed += 1
        if failed == _ENOUGH and len(waiting) > 1:
            waiting, failed = [[each for one in waiting for each in one]], failed + 1
    return kept


def _without_arguments(steps: list[ArrangedStep], gone: Collection[tuple[str, str]]) -> list[ArrangedStep]:
    return [replace(step, gone=step.gone | {name for row, name in gone if row == step.name}) for step in steps]


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
