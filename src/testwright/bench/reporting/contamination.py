"""Looks for models that have seen the tasks: better on seen cases than their peers are, canaries, copies of references."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from statistics import median

__all__ = ["Gap", "gaps", "is_near_copy", "mentions"]

_MOST_SPLITS = 10_000
_SEED = 20240814
_ALPHA = 0.05
_LEAST = 10.0
"""Points of excess below which nothing is flagged, however unlikely."""
_SIMILAR = 0.95
_FEWEST_TOKENS = 60
"""Shorter solutions are alike because there is one way to write them."""
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Gap:
    """Mean scores on seen and unseen cases; `excess`: by how many points the gap is wider than the peers' is; `p`: the share
    of all ways to split the cases that would give so wide a one.
    """

    model: str
    seen: float
    unseen: float
    excess: float
    p: float

    @property
    def is_suspicious(self) -> bool:
        return self.p <= _ALPHA and self.excess >= _LEAST


def gaps(scores: Mapping[str, Mapping[str, float]], seen: Collection[str]) -> list[Gap]:
    """For mean scores by model and case; models without a case of either side are left out, as are those without peers.

    Each case's score is taken relative to the median of the other models, so that hard cases are not held for unseen ones;
    then seen cases are compared with the others by an exact permutation test (10,000 random splits where there are more).
    """
    found = []
    for model, own in scores.items():
        relative = {
            case: score - peers for case, score in own.items() if (peers := _peers(scores, model, case)) is not None
        }
        inside, outside = (
            [value for case, value in relative.items() if (case in seen) is is_seen] for is_seen in (True, False)
        )
        if inside and outside:
            excess = _mean(inside) - _mean(outside)
            on_seen = _mean([own[case] for case in relative if case in seen])
            on_unseen = _mean([own[case] for case in relative if case not in seen])
            found.append(Gap(model, on_seen, on_unseen, excess, _p(inside, outside, excess)))
    return sorted(found, key=lambda each: -each.excess)


def _peers(scores: Mapping[str, Mapping[str, float]], model: str, case: str) -> float | None:
    others = [row[case] for name, row in scores.items() if name != model and case in row]
    return median(others) if others else None


def _p(inside: Sequence[float], outside: Sequence[float], excess: float) -> float:
    values = [*inside, *outside]
    total, few = math.fsum(values), min(len(inside), len(outside))
    sign = 1 if len(inside) == few else -1
    ways = math.comb(len(values), few)
    splits: Iterable[Sequence[float]]
    if ways <= _MOST_SPLITS:
        splits = itertools.combinations(values, few)
    else:
        chance = random.Random(_SEED)
        splits = (chance.sample(values, few) for _ in range(_MOST_SPLITS))
    wide = count = 0
    for chosen in splits:
        part = math.fsum(chosen)
        gap = sign * (part / few - (total - part) / (len(values) - few))
        wide += gap >= excess - 1e-9
        count += 1
    return wide / count if ways <= _MOST_SPLITS else (wide + 1) / (count + 1)


def is_near_copy(code: str, reference: str) -> bool:
    """Nearly the same tokens in the same order, and enough of them to mean something."""
    one, other = _TOKEN.findall(code), _TOKEN.findall(reference)
    if min(len(one), len(other)) < _FEWEST_TOKENS or min(len(one), len(other)) / max(len(one), len(other)) < 0.9:
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= _SIMILAR and matcher.ratio() >= _SIMILAR


def mentions(text: str, canaries: Collection[str]) -> bool:
    return any(each in text for each in canaries if each)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
