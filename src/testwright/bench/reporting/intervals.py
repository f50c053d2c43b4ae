"""Decides how sure a score and its place are: bootstrap over cases, the same draws for every row."""

from __future__ import annotations

import hashlib
import json
import math
import random
from array import array
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from testwright.errors import ProjectError
from testwright.llm.model_settings import user_cache
from testwright.write.stored_file import write_atomically

__all__ = ["DRAWS", "Interval", "difference", "intervals", "kept_intervals"]

DRAWS = 10_000
_PAIRED_DRAWS = 2_000
"""For places: each row is compared with each other one."""
_SEED = 20240814
_METHOD = 1
"""Raised whenever the same scores may come out otherwise."""
_MOST_KEPT = 200
_SIDE = 0.025
"""On either side of the 95 % that an interval holds."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of the mean score, and of the place among the rows that were compared (1 = best)."""

    low: float
    high: float
    rank_low: int
    rank_high: int


def kept_intervals(rows: Sequence[Mapping[int, Sequence[float]]]) -> list[Interval | None]:
    """The same, taken from the user's cache where these very scores were drawn from before: that takes most of a report."""
    kept = user_cache() / "intervals" / f"{_digest(rows)}.json"
    with suppress(OSError, ValueError, TypeError):
        found = [each and Interval(*each) for each in json.loads(kept.read_text(encoding="utf-8"))]
        if len(found) == len(rows):
            return found
    made = intervals(rows)
    with suppress(ProjectError, OSError):  # what cannot be kept is drawn again
        write_atomically(kept, json.dumps([each and astuple(each) for each in made]))
        _forget_old(kept.parent)
    return made


def _digest(rows: Sequence[Mapping[int, Sequence[float]]]) -> str:
    """Of all that the result depends on."""
    found = hashlib.blake2b(repr((_METHOD, DRAWS, _PAIRED_DRAWS, _SEED, _SIDE)).encode(), digest_size=16)
    for row in rows:
        found.update(b"row")
        for case, scores in row.items():
            found.update(f"{case}:{len(scores)};".encode())
            found.update(array("d", scores).tobytes())
    return found.hexdigest()


def _forget_old(folder: Path) -> None:
    files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in files[:-_MOST_KEPT]:
        path.unlink(missing_ok=True)


def intervals(rows: Sequence[Mapping[int, Sequence[float]]]) -> list[Interval | None]:
    """For rows of scores by case. None for a row of fewer than two cases: how cases differ cannot be told from one.

    Answers to one case go up and down together, so whole cases are drawn, not answers (clustered bootstrap, percentile
    intervals). One row is above another where 95 % of the draws' differences, on the same cases, are on one side.
    """
    usable = [place for place, row in enumerate(rows) if len(row) > 1]
    cases = sorted({case for place in usable for case in rows[place]})
    draws, means = _draws(len(cases)), dict[int, list[float]]()
    for place in usable:
        means[place] = _means([rows[place].get(case, ()) for case in cases], draws)
    above = dict.fromkeys(usable, 0)
    below = dict.fromkeys(usable, 0)
    for number, one in enumerate(usable):
        for other in usable[number + 1 :]:
            low, high = _bounds(
                [a - b for a, b in zip(means[one][:_PAIRED_DRAWS], means[other][:_PAIRED_DRAWS], strict=True)]
            )
            if low > 0:
                below[one], above[other] = below[one] + 1, above[other] + 1
            elif high < 0:
                above[one], below[other] = above[one] + 1, below[other] + 1
    found: list[Interval | None] = [None] * len(rows)
    for place in usable:
        found[place] = Interval(*_bounds(means[place]), 1 + above[place], len(usable) - below[place])
    return found


def difference(one: Mapping[int, Sequence[float]], other: Mapping[int, Sequence[float]]) -> tuple[float, float, float]:
    """How much better one is than the other, and the bounds of that: both have the same cases, and are drawn together.

    ValueError where the cases differ, or there are none.
    """
    cases = sorted(one)
    if not cases or cases != sorted(other):
        raise ValueError("they have no cases, or not the same")
    both = [[row[case] for case in cases] for row in (one, other)]
    ((first,), (second,)) = (_means(row, [list(range(len(cases)))]) for row in both)
    draws = _draws(len(cases))
    low, high = _bounds([a - b for a, b in zip(*(_means(row, draws) for row in both), strict=True)])
    return first - second, low, high


def _draws(cases: int) -> list[list[int]]:
    """For each draw the cases that fell, with repeats."""
    chance = random.Random(_SEED)
    return [chance.choices(range(cases), k=cases) for _ in range(DRAWS)] if cases else []


def _means(scores: Sequence[Sequence[float]], draws: Sequence[Sequence[int]]) -> list[float]:
    """NaN where none of a row's cases was drawn."""
    sums, counts = [math.fsum(each) for each in scores], [len(each) for each in scores]
    totals = [sum(map(sums.__getitem__, draw)) for draw in draws]
    if len(set(counts)) == 1:
        return [total / (counts[0] * len(counts)) for total in totals]
    sizes = [sum(map(counts.__getitem__, draw)) for draw in draws]
    return [total / size if size else math.nan for total, size in zip(totals, sizes, strict=True)]


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    known = sorted(each for each in values if not math.isnan(each))
    if not known:
        return -math.inf, math.inf
    last = len(known) - 1
    return known[math.floor(last * _SIDE)], known[math.ceil(last * (1 - _SIDE))]
