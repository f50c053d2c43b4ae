"""Decides which of what a campaign found is kept, and makes it plainer while there is time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from operator import or_

from ..recipes import Recipe
from ..scenario import Scenario
from .campaign import Campaign
from .corpus import Entry, contenders, fewest
from .pricing import price_of_value
from .progress import TargetState
from .seeding import RECORDED
from .shrinking import Shrinking, leaving_nothing, prefixes, settled

__all__ = ["Finishing"]

SHRINKING_SHARE = 1.4
"""Of the budget, after which nothing more is made plainer."""
FIRST_ATTEMPTS, FURTHER_ATTEMPTS = 40, 150
"""For making one entry plainer: such as all get, and such as there may be time for."""


class Finishing:
    """What follows when a campaign has run."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign

    def best(self) -> list[Entry]:
        """The fewest, plainest entries that reach everything that keepable entries reached, shrunk."""
        self.campaign.executor.rest()
        pool = contenders(self.campaign.corpus.keepable())
        for entry in pool:
            private = self.campaign.states[entry.scenario.target].target.is_private
            entry.cost = entry.value_cost + self.campaign.pricing(entry.scenario, entry.raised, private)
        chosen = fewest(pool)
        seen = {entry.scenario for entry in chosen}
        for entry in list(chosen):
            self.campaign.guarded(lambda entry=entry: chosen.extend(self._on_the_way(entry, seen)))  # type: ignore[misc]
        return fewest(self._all_shrunk(chosen))

    def _all_shrunk(self, chosen: list[Entry]) -> list[Entry]:
        """Each of them plainer; all get some attempts, the dearest first, before any gets many."""
        shrunk = list(chosen)
        shrinkings = [self._shrinking(entry) for entry in chosen]
        wanted = "shrinking" not in self.campaign.without
        real = {number for number, entry in enumerate(chosen) if entry.scenario.origin == RECORDED}
        for attempts in (FIRST_ATTEMPTS, FURTHER_ATTEMPTS):
            for number in sorted({*range(len(chosen))} - real, key=lambda number: -shrunk[number].cost):
                if not wanted or self.campaign.budget.spent(self.campaign.executor.executions) >= SHRINKING_SHARE:
                    break
                # Judged beside the others as they are by now: two must not both drop an arc because the other has it.
                further = partial(shrinkings[number].go, _needed(shrunk, number), attempts)
                self.campaign.guarded(partial(_put, shrunk, number, further))
        for number in range(len(chosen)):
            steadied = partial(self._steadied, shrunk[number], _needed(shrunk, number))
            self.campaign.guarded(partial(_put, shrunk, number, steadied))
        self.campaign.executor.rest()
        return shrunk

    def _on_the_way(self, entry: Entry, seen: set[Scenario]) -> list[Entry]:
        """Each call that a scenario makes before the one under test, as a scenario of its own, where it is new."""
        found = dict.fromkeys(map(self.campaign.maker.patches.renewed, prefixes(entry.scenario, self._target_of)))
        made = [scenario for scenario in found if scenario not in seen]
        seen.update(made)
        entries = [self._attempt(scenario, self.campaign.states[scenario.target]) for scenario in made]
        return [e for e in entries if e is not None and e.keepable]

    def _target_of(self, scenario: Scenario, called: Recipe) -> str:
        name = self.campaign.pricing.fit.qualname_of(scenario, called, self.campaign.live.name)
        return name if name in self.campaign.states else ""

    def _attempt(self, scenario: Scenario, state: TargetState) -> Entry | None:
        if (run := self.campaign.again(scenario)) is None:
            return None
        value = price_of_value(run.value) if run.error is None else 0.0
        cost = value + self.campaign.pricing(scenario, run.raised, state.target.is_private)
        return Entry(scenario, run.mask & ~self.campaign.baseline, cost, run.raised, run.keepable, value_cost=value)

    def _shrinking(self, entry: Entry) -> Shrinking:
        state = self.campaign.states[entry.scenario.target]
        return Shrinking(
            entry,
            lambda scenario, raised, limit: self.campaign.pricing(scenario, raised, state.target.is_private, limit),
            partial(self._attempt, state=state),
            self.campaign.pricing.fit.misfits,
            self.campaign.pricing.fit.spelled_out,
        )

    def _steadied(self, entry: Entry, needed: int) -> Entry:
        """With what keeps it the same elsewhere, and leaves nothing behind."""
        attempt = partial(self._attempt, state=self.campaign.states[entry.scenario.target])
        names = self.campaign.maker.patches.variables(entry.scenario)
        if names:
            entry = settled(entry, needed, names, attempt)
        if not self.campaign.package.repairs or "patching" in self.campaign.without:
            return entry
        return leaving_nothing(entry, needed, self.campaign.package.flags_changed, attempt)


def _needed(chosen: list[Entry], number: int) -> int:
    """The arcs that the others do not reach; all of its own, should there be none."""
    mask = chosen[number].mask
    others = reduce(or_, (other.mask for n, other in enumerate(chosen) if n != number), 0)
    return mask & ~others or mask


def _put(entries: list[Entry], number: int, made: Callable[[], Entry]) -> None:
    entries[number] = made()
