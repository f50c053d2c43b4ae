"""Knows which arcs are next: not covered, though a run got to the decision before them, and which runs those were."""

from __future__ import annotations

import random

from ..instrument.arcs import FINER_KINDS, Arc
from .corpus import Entry, numbers_in

__all__ = ["FINER", "Frontier"]

FINER = FINER_KINDS | {"except-none"}
"""Arcs that no line and no counted branch hangs on; they are worth less than the others."""
ENTRIES_AN_ARC = 8


class Frontier:
    """After AFLGo's idea (Böhme et al., CCS 2017) of spending work where it is near a goal, with every goal one step away.

    Masks are ints with byte i for arc i, as in the corpus.
    """

    def __init__(self, arcs: list[Arc], rng: random.Random) -> None:
        self._rng = rng
        self._arcs = arcs
        self._before = [sum(1 << (8 * n) for n in arc.before) for arc in arcs]
        self._tried = [0] * len(arcs)
        self._near: dict[int, list[Entry]] = {}
        """For each arc that comes before others: runs that took it, the plainest first half, the latest the rest."""
        self._leading = 0
        for mask in self._before:
            self._leading |= mask
        self._deciding = [0] * max((arc.sites[1] for arc in arcs), default=0)
        """For each site the arcs that its comparison takes part in deciding, as a mask."""
        for arc in arcs:
            for site in range(*arc.sites):
                self._deciding[site] |= 1 << (8 * arc.number)
        self.finer = sum(1 << (8 * arc.number) for arc in arcs if arc.kind in FINER)

    def note(self, entry: Entry) -> None:
        """Files a run under the arcs it took that others come after."""
        mask = entry.mask & self._leading
        while mask:
            low = mask & -mask
            self._file(self._near.setdefault((low.bit_length() - 1) // 8, []), entry)
            mask ^= low

    def _file(self, entries: list[Entry], entry: Entry) -> None:
        entries.append(entry)
        if len(entries) > ENTRIES_AN_ARC:
            older = range(len(entries) - ENTRIES_AN_ARC // 2)
            del entries[max(older, key=lambda number: entries[number].cost)]

    def open_arcs(self, wanted: int) -> list[int]:
        """The numbers of the arcs in `wanted` (not covered yet) that a run was one decision away from."""
        return [n for n in numbers_in(wanted) if any(b in self._near for b in self._arcs[n].before)]

    def choose(self, open_arcs: list[int]) -> tuple[int, Entry] | None:
        """One of the arcs tried least, and a run that got to its decision."""
        if not open_arcs:
            return None
        some = self._rng.sample(open_arcs, min(3, len(open_arcs)))
        number = min(some, key=self._weight)
        self._tried[number] += 1
        near = [e for b in self._arcs[number].before for e in self._near.get(b, ())]
        return number, self._rng.choice(near)

    def _weight(self, number: int) -> int:
        return self._tried[number] * (4 if self._arcs[number].kind in FINER else 1)

    def sites_of(self, number: int) -> tuple[int, int]:
        """The first of the hooked expressions that take part in deciding an arc, and the one after the last."""
        return self._arcs[number].sites

    def decides(self, site: int, wanted: int) -> int:
        """The wanted arcs that the comparison at `site` decides, as a mask."""
        return self._deciding[site] & wanted if site < len(self._deciding) else 0
