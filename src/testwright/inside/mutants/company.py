"""Judges many mutants one after another in one fork, as far as what a test says can only be the mutant's doing.

A fork for each costs more than the tests of most. What one mutant leaves behind may change what tests say of the next, so
two things are asked: a test that fails with a mutant passes at once when run again without it, in the same process; and a
mutant that nothing fails with is left to a fork of its own, as is each that a fork ended with.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ..isolation.children import restrict_fork
from ..isolation.forking import fork_for
from .importing import WovenModules
from .single_test import SingleTests, can_run_again
from .trial import FAILED, PASSED, RUNNING, WALL_FACTOR, WALL_MARGIN, Promising, Trial, limit

__all__ = ["Company"]

SIZE = 40
"""Mutants that share a fork."""
LOOK, ALL = 0.01, 0.1
"""Seconds of tests that are run before a mutant is left to a fork of its own; and when every test is to be run."""
IDLE_SECONDS = 0.5
SPOILT = 0.25
"""When more than so many of the forks' mutants leave them unfit for the next, each gets its own from then on."""
LEFT, CAUGHT = 4, 5
"""Marks of a mutant: it needs a fork of its own; tests that fail with it pass without."""


class Company:
    """`judge` gives, by number, the places of the tests that fail with a mutant; those that it says nothing of are left.

    With `every` that is all of them, otherwise the first.
    """

    def __init__(
        self,
        modules: WovenModules,
        tests: SingleTests,
        items: Mapping[str, Any],
        promising: Promising,
        *,
        every: bool,
        filtered: bool,
    ) -> None:
        self._modules, self._tests, self._items = modules, tests, items
        self._promising, self._every, self._filtered = promising, every, filtered
        self._marks = mmap.mmap(-1, 1)
        self._judged = self._spoilt = 0

    def parts(self, trials: Sequence[Trial]) -> Iterator[Sequence[Trial]]:
        for first in range(0, len(trials), SIZE):
            yield trials[first : first + SIZE]

    def judge(self, trials: Sequence[Trial], there: Sequence[Sequence[int]]) -> dict[int, list[int]]:
        """`there`: of each the places of the tests that can be run."""
        found: dict[int, list[int]] = {}
        both = zip(trials, there, strict=True)
        waiting = [(trial, places) for trial, places in both if self._is_welcome(trial, places)]
        while len(waiting) > 1 and self._pays():
            starts = self._laid_out([trial for trial, _ in waiting])
            self._run_all(waiting, starts)
            statuses = [self._marks[start] for start in starts]
            for (trial, places), start, status in zip(waiting, starts, statuses, strict=True):
                if status == CAUGHT:
                    found[trial.number] = [place for place in places if self._marks[start + 1 + place] == FAILED]
            done = sum(status in (RUNNING, LEFT, CAUGHT) for status in statuses)
            self._judged += done
            self._spoilt += done < len(waiting)
            waiting = waiting[done:] if done else []
        return found

    def _is_welcome(self, trial: Trial, places: Sequence[int]) -> bool:
        """Its tests are quick, and can be run a second time in one process; and it can be taken back."""
        took = [trial.seconds[place] + trial.waited[place] for place in places]
        quick = bool(took) and (sum(took) <= ALL if self._every else took[0] <= LOOK)
        again = all(can_run_again(self._items[trial.nodes[place]]) for place in places)
        return quick and again and not self._modules.is_default(trial.number)

    def _pays(self) -> bool:
        return self._spoilt <= 2 + SPOILT * self._judged

    def _looked_at(self, trial: Trial, places: Sequence[int]) -> list[int]:
        """The tests that are run here."""
        if self._every:
            return list(places)
        chosen: list[int] = []
        left = LOOK
        for place in places:
            left -= trial.seconds[place] + trial.waited[place]
            if left < 0 and chosen:
                break
            chosen.append(place)
        return chosen

    def _laid_out(self, trials: Sequence[Trial]) -> list[int]:
        """Where each trial's marks begin: its own, then one a test."""
        starts, size = [], 0
        for trial in trials:
            starts.append(size)
            size += 1 + len(trial.nodes)
        self._marks = mmap.mmap(-1, size)
        return starts

    def _run_all(self, waiting: Sequence[tuple[Trial, Sequence[int]]], starts: Sequence[int]) -> None:
        seconds = sum(
            trial.seconds[place] + trial.waited[place]
            for trial, places in waiting
            for place in self._looked_at(trial, places)
        )
        work = partial(self._one_by_one, waiting, starts)
        fork_for(work, seconds=WALL_MARGIN + WALL_FACTOR * seconds, idle=lambda: IDLE_SECONDS + 3 * max(LOOK, ALL))

    def _one_by_one(self, waiting: Sequence[tuple[Trial, Sequence[int]]], starts: Sequence[int]) -> bytes:
        restrict_fork(self._filtered)
        for (trial, places), start in zip(waiting, starts, strict=True):
            self._marks[start] = RUNNING
            self._modules.activate(trial.number)
            failed = self._failing(trial, start, self._looked_at(trial, self._promising.first(trial, places)))
            self._modules.activate(0)
            if failed and not all(self._passes_again(trial, place) for place in failed):
                break  # what it left behind would tell in the next too
            self._marks[start] = CAUGHT if failed else LEFT
            if failed:
                self._promising.caught(trial, failed[0])
        return b""

    def _failing(self, trial: Trial, start: int, places: Sequence[int]) -> list[int]:
        failed: list[int] = []
        items = [self._items[trial.nodes[place]] for place in places]
        for place, item, following in zip(places, items, [*items[1:], None], strict=True):
            limit(trial.seconds[place])
            passed = self._tests.passes(item, following)
            self._marks[start + 1 + place] = PASSED if passed else FAILED
            if not passed:
                failed.append(place)
                if not self._every:
                    self._tests.tear_down(item)
                    break
        return failed

    def _passes_again(self, trial: Trial, place: int) -> bool:
        limit(trial.seconds[place])
        return self._tests.passes(self._items[trial.nodes[place]], None)
