"""Chooses the fewest tests that together reach all that the whole set reaches."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from typing import TypeVar

__all__ = ["fewest", "within_ceiling"]

Goal = TypeVar("Goal", bound=Hashable)


def fewest(
    reached: Mapping[str, Set[Goal]], cost: Mapping[str, float] | None = None, *, last: Set[str] = frozenset()
) -> frozenset[str]:
    """The nodes to keep, of all that passed: `reached` says by node which statements and branches it reaches.

    Greedy set cover (most new goals for its cost; what comes first in `reached` wins ties), then what the others make
    superfluous goes again, the dearest and last first. So each kept node reaches something that no other kept one does.
    The nodes in `last` are asked only for what none of the others reaches.
    """
    rank = {node: number for number, node in enumerate(reached)}
    price = {node: max((cost or {}).get(node, 1.0), 1e-9) for node in reached}
    first = {node: goals for node, goals in reached.items() if node not in last}
    chosen = _cover(first, price, rank, set())
    done = set[Goal]().union(*(reached[node] for node in chosen))
    chosen += _cover({node: goals for node, goals in reached.items() if node in last}, price, rank, done)
    for node in sorted(chosen, key=lambda node: (-price[node], -rank[node])):
        others = set[Goal]().union(*(reached[other] for other in chosen if other != node))
        if reached[node] <= others:
            chosen.remove(node)
    return frozenset(chosen)


def within_ceiling(
    chosen: Set[str],
    reached: Mapping[str, Set[Goal]],
    target_of: Mapping[str, str],
    ceiling: int,
    is_minor: Callable[[Goal], bool],
) -> frozenset[str]:
    """Without those nodes of a target above `ceiling` whose loss costs the fewest goals, and minor ones alone."""
    kept = [node for node in reached if node in chosen]
    for target in dict.fromkeys(target_of[node] for node in kept):
        while len(own := [node for node in kept if target_of[node] == target]) > ceiling:
            losses = {node: _lost(node, kept, reached) for node in own}
            minor = [node for node in own if all(map(is_minor, losses[node]))]
            if not minor:
                break
            kept.remove(min(reversed(minor), key=lambda node: len(losses[node])))
    return frozenset(kept)


def _lost(node: str, kept: Sequence[str], reached: Mapping[str, Set[Goal]]) -> Set[Goal]:
    return reached[node] - set[Goal]().union(*(reached[other] for other in kept if other != node))


def _cover(
    reached: Mapping[str, Set[Goal]], price: Mapping[str, float], rank: Mapping[str, int], done: Set[Goal]
) -> list[str]:
    missing = set[Goal]().union(*reached.values()) - done
    chosen: list[str] = []
    while missing:
        best = min(reached, key=lambda node: (-len(reached[node] & missing) / price[node], rank[node]))
        chosen.append(best)
        missing -= reached[best]
    return chosen
