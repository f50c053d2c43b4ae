"""Decides which scenarios are tried against the mutants that the explored ones let pass, and keeps those that tell."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import process_time  # by name: a scenario may patch `time.process_time`
from typing import Any

from ..exploring.campaign import Campaign
from ..exploring.corpus import Entry
from ..exploring.editing import FIXED, nodes, replace_node
from ..exploring.executor import Run
from ..exploring.mutation import mutate
from ..exploring.progress import Budget
from ..exploring.shrinking import shrink
from ..exploring.suggesting import Suggestion
from ..observing.checks import Place
from ..observing.performing import perform
from ..recipes import Const, Recipe, ScratchFile, Surroundings, evaluate
from ..scenario import Outcome, Scenario, composed_calls
from .noticed import Noticing
from .switching import SwitchedModule, Watched
from .visible import visible
from .weighing import ENOUGH, Equal, broken_checks, doubled, superfluous

__all__ = ["SurvivorSearch"]

WEIGHING_SHARE = 1.2
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
PARENTS = 8
TOGETHER = 24
"""So many mutants are tried with one scenario."""
OFTEN = 40
"""After so many tries in vain a mutant gets its turn the more rarely, the more there were: it may be no bug at all."""
SUBSTITUTED = 0.3
NUMBERED = 0.2
DOUBTED = 4
"""After so many differences that no assertion tells, they are looked into the more rarely, the more there were."""
TEXTED, LONG_TEXT = 0.15, 40
"""For mutants of texts; one that has more characters is not put into others as a whole."""
FRESH = 0.1
LARGEST_POWER = 40
POWERS = (1, 2, 3, 4, 6, 9, 12)
QUIET = 6000
"""So many scenarios in a row that tell nothing, and twice what the last find took, are enough."""
SHRINKING = 150
MOST_A_TARGET = 30


@dataclass(slots=True)
class _Survivor:
    """A mutant that nothing has told from the original yet, and runs that reach it."""

    number: int
    parents: list[Entry] = field(default_factory=list)
    changed: bool = False
    """With it a value was another one in those runs."""
    tries: int = 0
    vain: int = 0
    """So often it did something else, and no assertion would have told."""
    edits: deque[Suggestion] = field(default_factory=deque)
    """What the comparisons of some parent suggest."""
    read: set[Scenario] = field(default_factory=set)


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
        self.alive = {number: _Survivor(number) for number in switched.sites}
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
        self.mutant = 0
        """The one that is active now."""
        self._begun = self.executor.executions
        self.found: Callable[[Entry, set[int]], None] = lambda entry, kills: None
        """Is told of each find at once, so that a crash loses nothing."""
        self.idle: Callable[[Scenario, list[list[Any]]], None] = lambda scenario, checks: None
        """Is told of assertions that catch nothing which others of their test do not."""

    def leave_out(self, numbers: Iterable[int]) -> None:
        """They were told before, or ended the process."""
        for number in numbers:
            self.alive.pop(number, None)

    def run(self, kept: list[Scenario]) -> list[tuple[Entry, set[int]]]:
        """The further entries, each with the mutants that it alone was found to tell; `kept` are there already."""
        seconds = self.executor.seconds
        self.executor.seconds = min(seconds, MUTANT_SECONDS)
        try:
            with self.switched.engaged():
                corpus = sorted(self.campaign.corpus.keepable(), key=lambda entry: entry.cost)
                self._play(kept, corpus, SWEEP_SHARE, composed=False)
                self.later = set(filter(self.switched.is_finer, self.alive))
                self._hunt(SEARCH_SHARE)
                self.later = set()
                self._hunt(ALL_SHARE)
                self._play(kept, corpus, 1.0, composed=True)
                found = self._plainest()
                for scenario in [*kept, *(entry.scenario for entry, _ in found)]:
                    if self._spent() < WEIGHING_SHARE:
                        self._guarded(lambda scenario=scenario: self._weigh(scenario))  # type: ignore[misc]
                return found
        finally:
            self.executor.seconds = seconds

    # -- the order of things -------------------------------------------------------------------------------------

    def _play(self, kept: list[Scenario], corpus: list[Entry], share: float, *, composed: bool) -> None:
        """What is there already, then what exploring has left; what two functions tell together comes after all else."""
        for scenario in kept:
            if bool(composed_calls(scenario)) is composed:
                self._guarded(lambda scenario=scenario: self._try_out(scenario, there=True))  # type: ignore[misc]
        self._sweep([entry for entry in corpus if bool(composed_calls(entry.scenario)) is composed], share)

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
        weights = [1.0 if s.tries < OFTEN else OFTEN / s.tries for s in reached]
        survivor = self.rng.choices(reached, weights)[0]
        survivor.tries += 1
        scenario = self._child(survivor)
        if scenario is not None and not composed_calls(scenario):
            self._try_out(scenario, first=survivor.number)

    def _child(self, survivor: _Survivor) -> Scenario | None:
        parent = self.rng.choice(survivor.parents)
        state = self.campaign.states[parent.scenario.target]
        roll = self.rng.random()
        if roll < FRESH:
            return self.campaign.fresh(state)
        if roll < FRESH + SUBSTITUTED:
            if not survivor.edits and parent.scenario not in survivor.read:
                survivor.read.add(parent.scenario)
                self._read(survivor, parent.scenario)
            if survivor.edits:
                return survivor.edits.popleft().scenario_made()
        if roll < FRESH + SUBSTITUTED + NUMBERED:
            numbered = self._numbered(survivor, parent.scenario)
            if numbered is not None:
                return numbered
        elif roll < FRESH + SUBSTITUTED + NUMBERED + TEXTED:
            texted = self._texted(survivor, parent.scenario)
            if texted is not None:
                return texted
        return mutate(parent.scenario, state.target, self.campaign.maker, list(state.operands), self.rng)

    def _numbered(self, survivor: _Survivor, scenario: Scenario) -> Scenario | None:
        """A number of the scenario becomes one that has to do with those in the mutant's line, or is a round one."""
        places = [(p, n) for p, n in nodes(scenario) if isinstance(n, Const) and type(n.value) in (int, float)]
        if not places:
            return None
        place, node = self.rng.choice(places)
        near = self.switched.numbers_near(survivor.number)
        number = self.rng.choice(near) if near else 0
        power = number if 0 < abs(number) <= LARGEST_POWER else self.rng.choice(POWERS)
        chosen = self.rng.choice(
            (
                number,
                number + 1,
                number - 1,
                -number,
                number / 2,
                10**power,
                10**power - 1,
                2**power,
                number * 10**power,
            )
        )
        kept = int(chosen) if type(node.value) is int and chosen == int(chosen) else chosen
        return replace_node(scenario, place, Const(kept))

    def _texted(self, survivor: _Survivor, scenario: Scenario) -> Scenario | None:
        """A text of the scenario gets something of what the mutant makes of another text: characters to strip, say."""
        texts = self.switched.texts_of(survivor.number)
        places = [(p, n, text) for p, n in nodes(scenario) if (text := _text_in(n)) is not None]
        if texts is None or not places:
            return None
        before, after = texts
        added = after.removeprefix(before)[:1] or after
        place, node, value = self.rng.choice(places)
        at = self.rng.randint(0, len(value))
        chosen = [value + added, added + value, added, value[:at] + added + value[at:]]
        if len(before) <= LONG_TEXT:
            chosen += [
                before,
                after,
                value + before,
                before + value,
                value + after,
                value.replace(before or after, after),
            ]
        text = self.rng.choice(chosen)
        changed = replace(node, content=text) if isinstance(node, ScratchFile) else Const(text)
        return replace_node(scenario, place, changed)

    def _read(self, survivor: _Survivor, scenario: Scenario) -> None:
        """What the comparisons on its way suggest, those in the mutant's line first."""
        with self.switched.plain():
            suggested = self.campaign.suggester.near(scenario, self.switched.line_of(survivor.number))
        survivor.edits.extend(suggested)

    # -- one scenario --------------------------------------------------------------------------------------------

    def _try_out(self, scenario: Scenario, *, first: int = 0, there: bool = False) -> None:
        if scenario in self.tried or scenario in self.campaign.denied:
            return
        self.tried.add(scenario)
        self.scenarios += 1
        seen, watched, run = self._original(scenario, self.alive.keys())
        if run is None:
            return
        numbers = self._ordered(watched.changed, first, len(watched.changed) if there else TOGETHER)
        self.sure.clear()
        different = [n for n in numbers if self._differs(scenario, n, seen) and self._is_promising(n)]
        kills = self._confirmed(scenario, seen, different) if different else set()
        for number in different:
            self.alive[number].vain += number not in kills
        for number in kills:
            del self.alive[number]
        if kills:
            self.last_find = self.scenarios
        entry = self._entry(scenario, run)
        if kills and not there:
            self._keep(entry, kills)
        for number in sorted(watched.reached & self.alive.keys()):
            self._add_parent(self.alive[number], entry, changed=number in watched.changed)

    def _is_promising(self, number: int) -> bool:
        vain = self.alive[number].vain
        return number in self.sure or vain < DOUBTED or self.rng.random() < DOUBTED / vain

    def _ordered(self, reached: set[int], first: int, most: int) -> list[int]:
        alive = sorted(number for number in reached if number in self.alive and number not in self.later)
        if len(alive) <= most:
            return alive
        fewest_tries = sorted(alive, key=lambda number: (number != first, self.alive[number].tries, number))
        for number in fewest_tries[1:most]:
            self.alive[number].tries += 1
        return fewest_tries[:most]

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
        with self._active(number):
            self.campaign.note(self.executor.executions, scenario)
            with self.noticing.during() as shown:
                run = self.executor.run(scenario, around=around)
        ending = visible(run, around)
        if (ending, *shown) == seen:
            return False
        if _is_another(seen[0], ending):
            self.sure.add(number)
        if run.status == "slow":
            self.endless.add(number)
        self.campaign.package.restored()
        self.executor.forget_helpers()
        return True

    def _confirmed(self, scenario: Scenario, seen: Any, numbers: list[int]) -> set[int]:
        """Those whose outcome would fail a test of the original's; none when the original differs from itself."""
        if self._original(scenario)[0] != seen:
            return set()
        expected = self._outcome(scenario)
        if expected is None or expected.broken or not (expected.checks or expected.raised):
            return set()
        return {number for number in numbers if self._fails(scenario, number, expected)}

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

    def _outcome(self, scenario: Scenario) -> Outcome | None:
        """As it is observed for a test; None when that takes too long."""
        self.campaign.note(self.executor.executions, scenario)
        folder = self.executor.scratch / "told"
        try:
            return self.executor.limited(
                lambda: perform(scenario, self.place, folder, loop_seconds=LOOP_SECONDS, whole_process=False)
            )
        finally:
            os.chdir(self.executor.scratch)
            self.executor.clean()

    # -- what was found ------------------------------------------------------------------------------------------

    def _entry(self, scenario: Scenario, run: Run) -> Entry:
        raised = type(run.error).__name__ if run.error is not None else ""
        state = self.campaign.states[scenario.target]
        return Entry(scenario, 0, self.campaign.pricing(scenario, raised, state.target.is_private), raised, True)

    def _add_parent(self, survivor: _Survivor, entry: Entry, *, changed: bool) -> None:
        """Where the mutant changed a value, only what follows hid it: such a run is nearer to what tells."""
        if changed and not survivor.changed:
            survivor.changed = True
            survivor.parents.clear()
        if changed < survivor.changed:
            return
        if len(survivor.parents) < PARENTS:
            survivor.parents.append(entry)
        elif self.rng.random() < 0.1:
            survivor.parents[self.rng.randrange(PARENTS)] = entry

    def _keep(self, entry: Entry, kills: set[int]) -> None:
        target = entry.scenario.target
        if self.of_target.get(target, 0) >= MOST_A_TARGET:
            return
        self.of_target[target] = self.of_target.get(target, 0) + 1
        self.killers.append(_Killer(entry, kills))
        self.found(entry, kills)

    def _plainest(self) -> list[tuple[Entry, set[int]]]:
        for killer in self.killers:
            if self._spent() < 1.0:
                self._guarded(lambda killer=killer: self._shrink(killer))  # type: ignore[misc]
        return [(killer.entry, killer.kills) for killer in self.killers]

    def _shrink(self, killer: _Killer) -> None:
        """Variants are judged by what is visible; the last one has to stand the whole trial."""
        order = sorted(killer.kills)
        needed = (1 << len(order)) - 1
        private = self.campaign.states[killer.entry.scenario.target].target.is_private
        pricing = self.campaign.pricing

        def attempt(scenario: Scenario) -> Entry | None:
            seen, watched, run = self._original(scenario)
            if run is None or not watched.reached.issuperset(killer.kills):
                return None
            made = self._entry(scenario, run)
            for place, number in enumerate(order):
                if not self._differs(scenario, number, seen):
                    break
                made.mask |= 1 << place
            return made

        entry = Entry(killer.entry.scenario, needed, killer.entry.cost, killer.entry.raised, True)
        plain = shrink(
            entry,
            needed,
            lambda scenario, raised, limit: pricing(scenario, raised, private, limit),
            attempt,
            SHRINKING,
            pricing.fit.misfits,
        )
        if plain.scenario != killer.entry.scenario:
            self.sure.clear()
            seen = self._original(plain.scenario)[0]
            if self._confirmed(plain.scenario, seen, order) >= killer.kills:
                killer.entry = plain

    def _weigh(self, scenario: Scenario) -> None:
        """Says which of the checks of a test catch nothing further."""
        seen, watched, run = self._original(scenario, self.switched.sites.keys())
        expected = self._outcome(scenario) if run is not None and run.error is None else None
        if expected is None or expected.broken:
            return
        if len(expected.checks) <= ENOUGH and not doubled(expected.checks):
            return
        beside = any(check.kind in ("file", "called") for check in expected.checks)
        broken: dict[int, frozenset[int]] = {}
        for number in sorted(watched.changed):
            if beside or self._differs(scenario, number, seen):  # no value shows what is written
                with self._active(number):
                    outcome = self._outcome(scenario)
                self.campaign.package.restored()
                broken[number] = broken_checks(expected, outcome, self._equal)
        self.idle(scenario, superfluous(expected.checks, broken))

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


def _text_in(node: Recipe) -> str | None:
    """That the recipe is, or writes to a file; None when there is none, or it is not to be changed."""
    held = node.content if isinstance(node, ScratchFile) else node.value if isinstance(node, Const) else None
    return held if isinstance(held, str) and node not in FIXED else None


def _is_another(one: Any, other: Any) -> bool:
    """As `visible` tells them: one returned and the other raised, or they raised exceptions of different classes."""
    return bool(one[0] != other[0] or (one[0] == "raised" and one[1:3] != other[1:3]))


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
