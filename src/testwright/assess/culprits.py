"""Finds which earlier tests make a test go otherwise than it does alone, by running ever fewer of them before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

__all__ = ["culprits"]


def culprits(before: Sequence[str], shows: Callable[[Sequence[str]], bool]) -> tuple[str, ...]:
    """The fewest of `before`, in their order, after which `shows` is still true, found by halving: one test as a rule,
    more where only several together do it, () where even all of them do not (any more).

    Like the minimisation of iDFlakies' polluters (Lam et al., ICST 2019; Shi et al., "iFixFlakies", ESEC/FSE 2019).
    """
    left = list(before)
    if not left or not shows(left):
        return ()
    while len(left) > 1:
        middle = len(left) // 2
        halves = (left[middle:], left[:middle])  # what is run just before is the likelier one
        smaller = next((half for half in halves if shows(half)), None)
        if smaller is None:
            break
        left = smaller
    return tuple(left)
