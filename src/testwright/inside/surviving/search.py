"""Decides which scenarios are tried against the mutants that the explored ones let pass, and keeps those that tell."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from time import process_time  # by name: a scenario may patch `time.process_time`
from typing import Any

from ..exploring.campaign import Campaign
from ..exploring.corpus import Entry
from ..exploring.executor import Run, empty
from ..exploring.progress import Budget, TargetState
from ..exploring.shrinking import Shrinking
from ..observing.checks import Place
from ..observing.performing import perform
from ..recipes import Const, Dictionary, Recipe, Sequence, Surroundings, Variable, evaluate, walk
from ..scenario import Check, Outcome, Scenario, composed_calls
from .changes import Changes
from .noticed import Noticing
from .survivor import Survivor
from .switching import SwitchedModule, Watched
from .visible import plainly_another, visible
from .weighing import ENOUGH, Equal, broken_checks, doubled, weighed

__all__ = ["SurvivorSearch"]

SEARCH_SHARE, ALL_SHARE = 0.7, 0.8
"""Of the budget, first without the finer mutants, more of which are no bug; the rest is for making finds plainer."""
SWEEP_SHARE = 0.4
"""Of the budget, for what exploring has left."""
MUTANT_SECONDS = 0.2
"""Of processor time for a call with a mutant in it: by then it is endless, or as good as that."""
LEAST_SECONDS, TIMES_AS_LONG = 0.05, 30.0
"""With a budget in seconds a mutant need not be waited for so long where the original is quick."""
LOOP_SECONDS = 0.25
"""Of waiting for something in an event loop: with a mutant it often never comes."""
TOGETHER = 24
"""So many mutants are tried with one scenario."""
OFTEN, IN_VAIN = 40, 20
"""After so many turns, and runs for the sake of others, a mutant gets the next the more rarely, the more there were: it
may be no bug at all."""
DOUBTED = 4
"""After so many differences that no assertion tells, they are looked into the more rarely, the more there were."""
KEPT_SHARE = 0.5
"""At most so long, beside the budget, for what the kept tests tell: that is no search yet."""
QUIET = 6000
"""So many scenarios in a row that tell nothing, and twice what the last find took, are enough."""
PLAINER_SHARE, WEIGHING_SHARE = 1.25, 1.45
"""Of the budget, after which no find is made plainer, and no assertion weighed."""
SHRINKING = 100
"""Attempts at making one find plainer."""
MOST_A_TARGET = 30
"""So many finds are kept for one function: its tests are read by somebody."""


@dataclass(slots=True)
class _Killer:
    entry: Entry
    kills: set[int]


class SurvivorSearch:
    """Differential execution: a scenario runs as the original, then with each surviving mutant that it reaches."""

    def __init__(
        self, campaign: Campaign, switched: SwitchedModule, place: Place, budget: Budget, noticing: Noticing
    ) -> None:
        self.campaign, self.switched, self.place, self.budget = campaign, switched, place, budget
        self.noticing = noticing
        self.executor, self.rng = campaign.executor, campaign.rng
        scratch = campaign.executor.scratch
        self.observing_folder = scratch.with_name(f"{scratch.name}-told")
        """Kept and emptied: making one takes as long as a call."""
        self.changes = Changes(campaign, switched)
        self.alive = {n: Survivor(n, self._state_of(switched.function_of(n))) for n in switched.sites}
        self.later: set[int] = set()
        """Not tried for the time being."""
        self.killers: list[_Killer] = []
        self.of_target: dict[str, int] = {}
        self.tried: set[Scenario] = set()
        self.scenarios = self.last_find = 0
        self.endless: set[int] = set()
        """Mutants with which some call did not come to its end."""
        self.sure: set[int] = set()
        """Mutants with which the last scenario ended in a way that no test of the original's ending can pass."""
        self.sure_if_equal: set[int] = set()
        """The same, if such a test says what the call gives as a whole."""
        self.mutant = 0
        """The one that is active now."""
        self._begun = self.executor.executions
        self.found: Callable[[Entry, set[int]], None] = lambda entry, kills: None
        """Is told of each find at once, so that a crash loses nothing."""
        self.weighed: Callable[[Scenario, list[list[Any]], list[list[Any]]], None] = lambda scenario, idle, needed: None
        """Is told of assertions that catch nothing which others of their test do not, and of further ones that do."""
        self.detailed: set[Scenario] = set()
        """Scenarios whose test needs to say more than a reader wants."""

    def leave_out(self, numbers: Iterable[int]) -> None:
        """They were told before, or ended the process."""
        for number in numbers:
            self.alive.pop(number, None)

    def resume(self, scenario: Scenario, raised: str, kills: Iterable[int], detailed: bool) -> None:
        """What an earlier search had found when it lost its process is still to be made plainer."""
        self.killers.append(_Killer(self._entry(scenario, raised), set(kills)))
        if detailed:
            self.detailed.add(scenario)

    def run(self, kept: list[Scenario]) -> list[tuple[Entry, set[int]]]:
        """The further entries, each with the mutants that it alone was found to tell; `kept` are there already."""
        seconds = self.executor.seconds
        self.executor.seconds = min(seconds, MUTANT_SECONDS)
        try:
            with self.switched.engaged():
                corpus = sorted(self.campaign.corpus.keepable(), key=lambda entry: entry.cost)
                self._play_kept(kept, KEPT_SHARE, composed=False)
                self.budget.started, self._begun = process_time(), self.executor.executions
                self._sweep(_composed(corpus, composed=False), SWEEP_SHARE)
                self.later = set(filter(self.switched.is_finer, self.alive))
                self._hunt(SEARCH_SHARE)
                self.later = set()
                self._hunt(ALL_SHARE)
                self._play_kept(kept, 1.0, composed=True)
                self._sweep(_composed(corpus, composed=True), 1.0)
                found = self._plainest()
                ending = [*kept, *(entry.scenario for entry, _ in found)]
                for scenario in sorted(ending, key=lambda each: each not in self.detailed):
                    if self._spent() < WEIGHING_SHARE or scenario in self.detailed:
                        self._guarded(lambda scenario=scenario: self._weigh(scenario))  # type: ignore[misc]
                return found
        finally:
            self.executor.seconds = seconds

    # -- the order of things -------------------------------------------------------------------------------------

    def _play_kept(self, kept: list[Scenario], share: float, *, composed: bool) -> None:
        """What is there already; what two functions tell together comes after all else."""
        for scenario in kept:
            if bool(composed_calls(scenario)) is composed and self._spent() < share:
                self._guarded(lambda scenario=scenario: self._try_out(scenario, there=True))  # type: ignore[misc]

    def _sweep(self, corpus: Iterable[Entry], share: float) -> None:
        for entry in corpus:
            if not self.alive or self._spent() >= share:
                return
            self._guarded(lambda entry=entry: self._try_out(entry.scenario))  # type: ignore[misc]

    def _hunt(self, share: float) -> None:
        self.last_find = self.scenarios
        while self.alive and self._spent() < share:
            quiet = self.scenarios - self.last_find
            if quiet > QUIET and quiet > 2 * self.last_find:
                return
            before = self.scenarios
            self._guarded(self._next)
            self.scenarios += before == self.scenarios  # something must come to an end

    def _next(self) -> None:
        reached = [s for s in self.alive.values() if s.parents and s.number not in self.later]
        if not reached:
            self.last_find = -(10**9)  # nothing to begin with, ever
            return
        weights = [1.0 if s.turns < OFTEN else OFTEN / s.turns for s in reached]
        survivor = self.rng.choices(reached, weights)[0]
        survivor.turns += 1
        scenario = self.changes.child(survivor)
        if scenario is not None and not composed_calls(scenario):
            self._try_out(scenario, first=survivor.number)

    def _state_of(self, qualname: str) -> TargetState | None:
        """Of the function, or the one that it is defined in."""
        while qualname and qualname not in self.campaign.states:
            qualname = qualname.rpartition(".")[0]
        return self.campaign.states.get(qualname)

    # -- one scenario --------------------------------------------------------------------------------------------

    def _try_out(self, scenario: Scenario, *, first: int = 0, there: bool = False) -> None:
        if scenario in self.tried or scenario in self.campaign.denied:
            return
        self.tried.add(scenario)
        self.scenarios += 1
        seen, watched, run = self._original(scenario, self.alive.keys())
        if run is None:
            return
        reached = sorted(n for n in watched.changed if n in self.alive and n not in self.later)
        numbers = reached if there else self._due(reached, first)
        self._forget_sure()
        different = [n for n in numbers if self._differs(scenario, n, seen) and self._is_promising(n)]
        kills = self._confirmed(scenario, seen, different) if different else set()
        for number in different:
            self.alive[number].vain += number not in kills
        for number in kills:
            del self.alive[number]
        if kills:
            self.last_find = self.scenarios
        entry = self._entry(scenario, run.raised)
        if kills and not there:
            self._keep(entry, kills)
        for number in sorted(watched.reached & self.alive.keys()):
            self.alive[number].add_parent(entry, self.rng, changed=number in watched.changed)

    def _forget_sure(self) -> None:
        self.sure.clear()
        self.sure_if_equal.clear()

    def _is_promising(self, number: int) -> bool:
        vain = self.alive[number].vain
        return number in self.sure or vain < DOUBTED or self.rng.random() < DOUBTED / vain

    def _due(self, reached: list[int], first: int) -> list[int]:
        """Those that ran least; the more often one ran in vain, the more rarely it does for others' scenarios."""
        due = [n for n in reached if n == first or self.rng.random() * self.alive[n].runs < IN_VAIN]
        due.sort(key=lambda number: (number != first, self.alive[number].runs, number))
        for number in due[:TOGETHER]:
            self.alive[number].runs += 1
        return due[:TOGETHER]

    def _original(self, scenario: Scenario, wanted: Set[int] = frozenset()) -> tuple[Any, Watched, Run | None]:
        around = self.executor.surroundings()
        self.campaign.note(self.executor.executions, scenario)
        self.executor.seconds = MUTANT_SECONDS
        started = process_time()
        with self.switched.watched(wanted) as watched, self.noticing.during() as shown:
            run = self.executor.run(scenario, around=around)
        if self.budget.executions is None:
            taken = process_time() - started
            self.executor.seconds = min(MUTANT_SECONDS, max(LEAST_SECONDS, TIMES_AS_LONG * taken))
        if not run.keepable:
            return None, watched, None
        return (visible(run, around), *shown), watched, run

    def _differs(self, scenario: Scenario, number: int, seen: Any) -> bool:
        around = self.executor.surroundings()
        held = self.executor.helpers_held()
        with self._active(number):
            self.campaign.note(self.executor.executions, scenario)
            with self.noticing.during() as shown:
                run = self.executor.run(scenario, around=around)
        ending: Any = visible(run, around)
        if (ending, *shown) == seen:
            return False
        if _is_another(seen[0], ending):
            self.sure.add(number)
        elif ending[0] == "returned" and plainly_another(seen[0][1], ending[1]):
            self.sure_if_equal.add(number)
        if run.status == "slow":
            self.endless.add(number)
        self.campaign.package.restored()
        if self.executor.helpers_changed(held):
            self.executor.forget_helpers()
        return True

    def _confirmed(self, scenario: Scenario, seen: Any, numbers: list[int]) -> set[int]:
        """Those whose outcome would fail a test of the original's; none when the original differs from itself."""
        if self._original(scenario)[0] != seen:
            return set()
        expected = self._outcome(scenario)
        if expected is None or expected.broken:
            return set()
        if _says_the_whole(scenario, expected):
            self.sure |= self.sure_if_equal
        told = (
            {n for n in numbers if self._fails(scenario, n, expected)} if expected.checks or expected.raised else set()
        )
        left = [number for number in numbers if number not in told]
        return told if expected.raised or not left else told | self._told_in_detail(scenario, left)

    def _told_in_detail(self, scenario: Scenario, numbers: list[int]) -> set[int]:
        """Those that a test would catch which says more than a reader wants."""
        expected = self._outcome(scenario, detailed=True)
        if expected is None or expected.broken or not expected.further:
            return set()
        told = {number for number in numbers if self._broken(scenario, number, expected, expected.further)}
        if told:
            self.detailed.add(scenario)
        return told

    def _broken(self, scenario: Scenario, number: int, expected: Outcome, checks: tuple[Check, ...]) -> frozenset[int]:
        """The places of these checks, of the expected outcome, that fail with the mutant."""
        with self._active(number):
            outcome = self._outcome(scenario, detailed=bool(expected.further))
        self.campaign.package.restored()
        return broken_checks(replace(expected, checks=checks), outcome, self._equal)

    def _fails(self, scenario: Scenario, number: int, expected: Outcome) -> bool:
        if number in self.endless or number in self.sure:
            return True
        with self._active(number):
            outcome = self._outcome(scenario)
        self.campaign.package.restored()
        return outcome is None or _breaks(expected, outcome, self._equal)

    @contextmanager
    def _active(self, number: int) -> Iterator[None]:
        self.mutant = number
        with self.switched.active(number):
            yield
        self.mutant = 0

    def _outcome(self, scenario: Scenario, *, detailed: bool = False) -> Outcome | None:
        """As it is observed for a test; None when that takes too long."""
        self.campaign.note(self.executor.executions, scenario)
        folder = self.observing_folder
        observe = partial(perform, loop_seconds=LOOP_SECONDS, whole_process=False, detailed=detailed)
        try:
            return self.executor.limited(lambda: observe(scenario, self.place, folder))
        finally:
            empty(str(folder))
            os.chdir(self.executor.scratch)

    # -- what was found ------------------------------------------------------------------------------------------

    def _entry(self, scenario: Scenario, raised: str) -> Entry:
        state = self.campaign.states[scenario.target]
        return Entry(scenario, 0, self.campaign.pricing(scenario, raised, state.target.is_private), raised, True)

    def _keep(self, entry: Entry, kills: set[int]) -> None:
        target = entry.scenario.target
        if self.of_target.get(target, 0) >= MOST_A_TARGET:
            return
        self.of_target[target] = self.of_target.get(target, 0) + 1
        self.killers.append(_Killer(entry, kills))
        self.found(entry, kills)

    def _plainest(self) -> list[tuple[Entry, set[int]]]:
        """The dearest first: those are read worst."""
        for killer in sorted(self.killers, key=lambda killer: -killer.entry.cost):
            if self._spent() < PLAINER_SHARE:
                self._guarded(lambda killer=killer: self._shrink(killer))  # type: ignore[misc]
        return [(killer.entry, killer.kills) for killer in self.killers]

    def _shrink(self, killer: _Killer) -> None:
        """Variants are judged by what is visible; the last one has to stand the whole trial."""
        order = sorted(killer.kills)
        all_told = (1 << len(order)) - 1
        private = self.campaign.states[killer.entry.scenario.target].target.is_private
        pricing = self.campaign.pricing

        def attempt(scenario: Scenario) -> Entry | None:
            if scenario in self.campaign.denied:
                return None
            seen, watched, run = self._original(scenario)
            if run is None or not watched.reached.issuperset(killer.kills):
                return None
            made = self._entry(scenario, run.raised)
            for place, number in enumerate(order):
                if not self._differs(scenario, number, seen):
                    break
                made.mask |= 1 << place
            return made

        shrinking = Shrinking(
            replace(killer.entry, mask=all_told),
            lambda scenario, raised, limit: pricing(scenario, raised, private, limit),
            attempt,
            pricing.fit.misfits,
            pricing.fit.spelled_out,
        )
        plain = shrinking.go(all_told, SHRINKING)
        if plain.scenario != killer.entry.scenario:
            self._forget_sure()
            seen = self._original(plain.scenario)[0]
            if self._confirmed(plain.scenario, seen, order) >= killer.kills:
                killer.entry = plain

    def _weigh(self, scenario: Scenario) -> None:
        """Says which of the checks of a test catch nothing further, and which more detailed ones do."""
        seen, watched, run = self._original(scenario, self.switched.sites.keys())
        detailed = scenario in self.detailed
        expected = self._outcome(scenario, detailed=detailed) if run is not None and run.error is None else None
        if expected is None or expected.broken:
            return
        if len(expected.checks) <= ENOUGH and not detailed and not doubled(expected.checks):
            return
        beside = any(check.kind in ("file", "called") for check in expected.checks)
        every = (*expected.checks, *expected.further)
        broken: dict[int, frozenset[int]] = {}
        for number in sorted(watched.changed):
            if beside or self._differs(scenario, number, seen):  # no value shows what is written
                broken[number] = self._broken(scenario, number, expected, every)
        self.weighed(scenario, *weighed(expected.checks, expected.further, broken))

    def _equal(self, one: Recipe, other: Recipe) -> bool:
        def compared() -> bool:
            around = Surroundings(self.executor.scratch)
            return bool(evaluate(one, around) == evaluate(other, around))

        try:
            return self.executor.limited(compared) is True
        except Exception:  # noqa: BLE001  constructors and `==` are the code under test's
            return False

    def _spent(self) -> float:
        return self.budget.spent(self.executor.executions - self._begun)

    def _guarded(self, work: Callable[[], object]) -> None:
        self.campaign.guarded(work)


def _composed(entries: list[Entry], *, composed: bool) -> list[Entry]:
    return [entry for entry in entries if bool(composed_calls(entry.scenario)) is composed]


def _is_another(one: Any, other: Any) -> bool:
    """As `visible` tells them: one returned and the other raised, or they raised exceptions of different classes."""
    return bool(one[0] != other[0] or (one[0] == "raised" and one[1:3] != other[1:3]))


def _says_the_whole(scenario: Scenario, expected: Outcome) -> bool:
    """That what the last step gives is equal to something that consists of plain values alone."""
    subject = Variable(scenario.steps[-1].variable)
    wholes = [c.expected for c in expected.checks if c.kind in ("equals", "is") and c.subject == subject]
    return any(all(isinstance(node, (Const, Sequence, Dictionary)) for node in walk(whole)) for whole in wholes)


def _breaks(expected: Outcome, outcome: Outcome, equal: Equal) -> bool:
    """A test of the expected outcome fails on this one."""
    if outcome.broken:
        return True
    if expected.raised is not None:
        raised = outcome.raised
        if raised is None or raised.type != expected.raised.type:
            return True
        if expected.raised.message is not None and raised.message != expected.raised.message:
            return True
        return bool(broken_checks(replace(expected, raised=None), replace(outcome, raised=None), equal))
    return bool(broken_checks(expected, outcome, equal))
