"""Decides what is called next: examples first, then every callable in turn, by making, substituting and mutating."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..providers.maker import Maker
from ..recipes import Patch
from ..running import wants_loop
from ..scenario import Scenario, Step
from .building import Builder
from .corpus import Corpus, Entry, cost_of
from .editing import largest_number, method_in
from .executor import Executor, Run
from .frontier import Frontier
from .learning import learn
from .live_module import LiveModule
from .made_again import is_made_again
from .mutation import call_of, mutate
from .package_state import PackageState
from .pricing import Pricing, familiar_texts, price_of_value
from .progress import Budget, TargetState, failure_text, is_selected, own_arcs
from .seeding import RecordedCall, first_scenarios
from .seeking import Seeking
from .solving import Solver
from .substitution import Comparison
from .suggesting import Batch, Suggester
from .suspects import Suspects

__all__ = ["Campaign"]

QUEUE_LIMIT = 60
HOT_LIMIT = 300
UNREAD_LIMIT = 100
COLD_SHARE = 20
"""Of the substitutions that no open arc asks for, so many are queued a run."""
OPERANDS_LIMIT = 200
FAILURES_KEPT = 20
SEARCH_SHARE = 0.85
"""Of the budget; the rest is for shrinking what was found."""
LARGE = 1000
"""A number that hardly any call is slow for."""
PREPARED = 0.1
"""How often a change is one of the calls before the one under test."""
PUBLIC_ALONE = 0.2
"""Share of the budget after which private callables are called too, be the public ones still good for more."""
QUIET = 4000
"""So many executions without anything new, and three times what the last new arc took, are enough."""
SLOW_SHARES = 0.4, 0.1
"""Of the time so far, which calls cut off for their slowness may have taken, before their targets stand back: such as
have arcs left to find, and others."""
UNKNOWN_RUNS = 60
"""After so many calls it is known whether a target changes the package's globals."""
FIRST_ROUNDS = 5
IDLE_ROUNDS = 200
"""So many rounds without any execution: nothing is left that can be called."""
QUIET_FINER = 600
"""So many are enough when only arcs are left that neither a line nor a counted branch hangs on."""
FASTEST_LIMIT = 0.04
"""CPU seconds a call may take once others were too slow."""


class Campaign:
    """One exploring run over one module."""

    def __init__(
        self,
        live: LiveModule,
        executor: Executor,
        arcs: list[Any],
        *,
        seed: int,
        budget: Budget,
        without: frozenset[str] = frozenset(),
        private: bool = True,
        only: frozenset[str] = frozenset(),
        baseline: int = 0,
        denied: frozenset[Scenario] = frozenset(),
        note: Callable[[int, Scenario], None] = lambda number, scenario: None,
        seeds: dict[str, Any] | None = None,
    ) -> None:
        self.live, self.executor, self.budget, self.seeds = live, executor, budget, seeds or {}
        self.rng = random.Random(seed)
        self.without = without
        self.baseline = baseline
        self.denied = denied
        self.note = note
        self.everything = sum(1 << (8 * a.number) for a in arcs) & ~baseline
        callables = [c for c in live.callables() if is_selected(c.qualname, only)]
        self.maker = Maker(live, self.rng, without)
        self.builder = Builder(live, self.maker, live.callables())
        self.builder.links.evaluated = self._evaluated
        self.corpus = Corpus(baseline)
        self.pricing = Pricing(familiar_texts([*live.functions.values(), *live.class_models.values()]))
        self.frontier = Frontier(arcs, self.rng)
        self.suggester = Suggester(executor, self.frontier, self.maker, self.rng, without)
        self.solver = Solver(executor.recorder.sites, self.frontier, self._observed)
        self.states = {c.qualname: TargetState(c, own_arcs(arcs, c.qualname)) for c in callables}
        if only:
            self.everything &= sum((s.own_arcs for s in self.states.values()), 0) or self.everything
        self.public = [s for s in self.states.values() if not s.target.is_private]
        self.private = [s for s in self.states.values() if s.target.is_private] if private else []
        self.in_loop: set[str] = set()
        """Targets that ask for the event loop though they are no coroutines."""
        self.last_new = 0
        self.package = PackageState(live.module, live.classes.values())
        self.slow_seconds = 0.0
        self.idle = 0
        """Rounds since the last execution."""
        self.failures: dict[str, str] = {}
        self.suspects = Suspects(executor.path)
        self.using_private = not self.public

    # -- the loop ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Explores until the budget is spent, everything is covered, or nothing new was found for long."""
        self._examples()
        patience = self._patience()
        states = self.public or self.private
        executions, rounds = -1, 0
        while states and self.idle < IDLE_ROUNDS and not self._finished(patience):
            self.idle = self.idle + 1 if executions == self.executor.executions else 0
            executions = self.executor.executions
            if not self.using_private and self.private and self._stale(patience):
                self.using_private = True
                self.last_new, rounds = self.executor.executions, 0
            states = self.public + (self.private if self.using_private else [])
            for state in states:
                if self.budget.spent(self.executor.executions) >= SEARCH_SHARE:
                    return
                self._turn(state)
            rounds += 1
            # Nobody waits long for a first chance: until all have had some, what is near gets no more than they.
            count = 12 * len(states) if rounds > FIRST_ROUNDS else self.executor.executions - executions
            self._advance(count)

    def _patience(self) -> int:
        if self.budget.executions is not None:
            return max(500, self.budget.executions // 3)
        return int(4000 * max(1.0, self.budget.seconds))

    def _stale(self, patience: int) -> bool:
        quiet = self.executor.executions - self.last_new
        return quiet > min(1500, patience // 4) or self.budget.spent(self.executor.executions) > PUBLIC_ALONE

    def _finished(self, patience: int) -> bool:
        if self.budget.spent(self.executor.executions) >= SEARCH_SHARE:
            return True
        quiet = self.executor.executions - self.last_new
        left = self.everything & ~self.corpus.covered
        if not left & ~self.frontier.finer and (not left or quiet > QUIET_FINER):
            return True
        return quiet > min(patience, QUIET + 3 * self.last_new) and (self.using_private or not self.private)

    def _turn(self, state: TargetState) -> None:
        """Some executions of one target: many while it has something left to find, few when it has not."""
        left = state.own_arcs & ~self.corpus.covered
        count = 12 if left or state.hot or state.unread else (3 if state.since_new < 200 else 1)
        if state.target.is_private and not left:
            return
        if state.slow > 5 and state.slow * 4 > state.good:
            count = 1
        count = min(count, 1 + state.runs)  # everyone gets a first chance before anyone spends the budget
        slow, waited = state.slow, state.waited
        for _ in range(0 if state.sleeps(self.budget) or self._stands_back(state) else count):
            self.guarded(lambda: self._one_more(state))
            if (
                state.slow > slow
                or state.waited > waited
                or self.budget.spent(self.executor.executions) >= SEARCH_SHARE
            ):
                break
        if state.drifts or state.runs < UNKNOWN_RUNS:
            self._put_back(state)

    def _put_back(self, state: TargetState) -> bool:
        """The package's globals are again as they were; whether they were not, for which the target is to blame."""
        before = self.package.repairs
        self.guarded(self.package.restored)
        changed = self.package.repairs > before
        state.drifts |= changed
        return changed

    def _stands_back(self, state: TargetState) -> bool:
        """Its calls were too slow now and then, and such calls have taken more than their share; others have more to do."""
        if not state.slow or self.idle > 2 or self.budget.executions is not None:
            return False
        share = SLOW_SHARES[not state.own_arcs & ~self.corpus.covered]
        return self.slow_seconds > share * self.budget.spent(self.executor.executions) * self.budget.seconds

    def _advance(self, count: int) -> None:
        """So many executions where a run got to the decision before an arc that is still open."""
        if "frontier" in self.without:
            return
        open_arcs = self.frontier.open_arcs(self.everything & ~self.corpus.covered)
        until = self.executor.executions + count
        for _ in range(count):  # nothing may come of some choices, which must not go on for ever
            if self.executor.executions >= until or self.budget.spent(self.executor.executions) >= SEARCH_SHARE:
                return
            chosen = self.frontier.choose(open_arcs)
            if chosen is None:
                return
            self.guarded(lambda chosen=chosen: self._towards(*chosen))  # type: ignore[misc]

    def _towards(self, number: int, entry: Entry) -> None:
        """Input-to-state substitution for the arc's own comparisons now and then, else a mutant of the run."""
        state = self.states[entry.scenario.target]
        if state.sleeps(self.budget) or self._stands_back(state):
            return
        if "substitution" not in self.without and self.rng.random() < 0.15:
            self._substitute(entry.scenario, state, front=True, wanted=1 << (8 * number))
            for _ in range(16):
                if not self._play_hot(state):
                    break
            self._solve(number, entry.scenario, state)
        elif "mutation" not in self.without:
            made = self.mutated(entry.scenario, state)
            if made is not None:
                self.try_out(made, state)

    def _solve(self, number: int, scenario: Scenario, state: TargetState) -> None:
        """Arithmetic for one arc, when what was compared did not lead there by itself."""
        if "solving" not in self.without:
            self.solver.solve(scenario, number, lambda made: self.try_out(made, state), lambda: self._is_open(number))

    def _is_open(self, number: int) -> bool:
        spent = self.budget.spent(self.executor.executions)
        return spent < SEARCH_SHARE and not self.corpus.covered & (1 << (8 * number))

    def _observed(self, scenario: Scenario) -> list[Comparison]:
        if scenario in self.denied or scenario.is_async:
            return []
        self.note(self.executor.executions, scenario)
        self.executor.run(scenario, record=True)
        return list(self.executor.recorder.comparisons)

    def _play_hot(self, state: TargetState) -> bool:
        """Runs the next scenario that was made for an arc which is still open."""
        while state.hot:
            suggestion = state.hot.popleft()
            if not suggestion.arcs & ~self.corpus.covered:
                continue
            if isinstance(suggestion, Batch):
                state.hot.extendleft(reversed(suggestion.suggestions()))
                continue
            self.try_out(suggestion.scenario_made(), state)
            return True
        return False

    def _one_more(self, state: TargetState) -> None:
        if (state.hot or state.unread) and self.rng.random() < 0.4:
            while not state.hot and state.unread:
                self._substitute(state.unread.popleft(), state, front=False)
            if self._play_hot(state):
                return
        scenario = self._next(state)
        if scenario is not None:
            self.try_out(scenario, state)

    def guarded(self, work: Callable[[], object]) -> None:
        """Live classes and values may raise whatever we ask of them: that costs one scenario and is counted."""
        try:
            work()
        except BaseException as error:
            kind = type(error).__name__
            if len(self.failures) < FAILURES_KEPT:
                self.failures.setdefault(kind, failure_text(kind))

    def _next(self, state: TargetState) -> Scenario | None:
        if state.queue and self.rng.random() < 0.35:
            suggestion = state.queue.popleft()
            if not isinstance(suggestion, Batch):
                return suggestion.scenario_made()
            state.queue.extendleft(reversed(suggestion.suggestions()[:COLD_SHARE]))
        entries = self.corpus.by_target.get(state.target.qualname)
        if entries and "mutation" not in self.without and self.rng.random() < 0.5:
            entry = self.rng.choice(entries[-20:] if self.rng.random() < 0.5 else entries)  # new paths lead further
            return self.mutated(entry.scenario, state)
        return self.fresh(state)

    def mutated(self, scenario: Scenario, state: TargetState) -> Scenario | None:
        """A copy with something changed: now and then the calls that come before the one under test."""
        if self.rng.random() < PREPARED:
            prepared = self.builder.preparing.changed(scenario, state.target)
            if prepared is not None:
                return self.maker.patches.completed(prepared, state.target)
        return mutate(scenario, state.target, self.maker, list(state.operands), self.rng)

    def fresh(self, state: TargetState) -> Scenario | None:
        """A new scenario for the target; None when it cannot be called."""
        shapes = state.target.shapes
        if len(shapes) > 1:
            if state.good == 0 and state.runs % 10 == 9:
                state.shape = (state.shape + 1) % len(shapes)
            state.target.parameters = shapes[state.shape]
        return self.builder.build(state.target)

    # -- one execution -------------------------------------------------------------------------------------------

    def try_out(self, scenario: Scenario, state: TargetState) -> Run | None:
        """Runs a scenario, files what it reached, and queues what its comparisons suggest."""
        if scenario in self.denied or (state.largest is not None and largest_number(scenario) > state.largest):
            return None
        if scenario.target in self.in_loop:
            scenario = replace(scenario, in_loop=True)
        state.runs += 1
        run = self._execute(scenario)
        if not scenario.is_async and wants_loop(run.error):
            self.in_loop.add(scenario.target)
            return self.try_out(scenario, state)
        known = self.corpus.known(run.keepable, self.executor.is_faulty(run))
        if run.mask & ~known and (self.executor.forget_helpers() | self._put_back(state)):
            run = self._execute(scenario)  # what an earlier call did to a class or a global must not be what led there
        if self.budget.executions is None:
            state.waited += self.executor.waited - self.budget.waited
            self.budget.waited = self.executor.waited
        outcome = self._file(scenario, run, state)
        if run.error is not None:
            self.guarded(lambda: self.suspects.look(scenario, run))
        self.builder.preparing.judge(scenario, run.step if run.status == "set-up" else None)
        if run.status == "set-up" and run.mask & self.everything & ~self.corpus.covered:
            self._cut_short(scenario, run.step)
        if run.status == "slow":
            state.slow += 1
            if type(run.error) is not MemoryError:  # that came at once
                self.slow_seconds += self.executor.seconds
                if largest_number(scenario) > LARGE:
                    state.largest = LARGE
                if self.budget.executions is None:
                    self.executor.seconds = max(FASTEST_LIMIT, self.executor.seconds * 0.7)
            self.builder.found_endless(scenario.target)
        elif run.keepable:
            state.good += 1
        elif run.deadlocked:
            self.builder.deadlocked.add(scenario.target)
        if outcome in ("arc", "path") or self.rng.random() < 0.02:
            if outcome and run.status != "slow":
                self._learn(scenario, run, state)
            if "substitution" not in self.without and run.status != "slow":
                state.unread.appendleft(scenario) if outcome == "arc" else state.unread.append(scenario)
                if len(state.unread) > UNREAD_LIMIT:
                    state.unread.pop()
        if run.status == "returned":
            further = self.builder.layered_again(scenario, run.value)
            if further is not None:
                self.try_out(further, state)
        return run

    def _cut_short(self, scenario: Scenario, failed: int) -> None:
        """The earlier step that raised becomes the one under test: on its way it took arcs that are still open."""
        step = scenario.steps[failed]
        owner = scenario.target.rpartition(".")[0]
        first = next(n for n, s in enumerate(scenario.steps) if not isinstance(s.recipe, Patch))
        name = "__init__" if failed == first else method_in(step.recipe)
        state = self.states.get(f"{owner}.{name}") or self.states.get(scenario.target)
        if state is not None and not step.attribute and not isinstance(step.recipe, Patch):
            steps = (*scenario.steps[:failed], Step(step.recipe, "result"))
            self.try_out(Scenario(steps, state.target.qualname, "built"), state)

    def _evaluated(self, scenario: Scenario) -> Any:
        """What a part of a scenario gives; nothing, when it once ended the process."""
        return None if scenario in self.denied else self._execute(scenario).value

    def _execute(self, scenario: Scenario) -> Run:
        self.note(self.executor.executions, scenario)
        return self.executor.run(scenario)

    def _file(self, scenario: Scenario, run: Run, state: TargetState) -> str:
        raised = run.raised
        value = price_of_value(run.value) if run.error is None else 0.0
        mask = run.mask & ~self.baseline
        faulty = self.executor.is_faulty(run)
        limit = self.corpus.cost_to_beat(scenario.target, mask, run.keepable, faulty)
        cost = value + cost_of(scenario, raised, state.target.is_private, limit)
        entry = Entry(scenario, mask, cost, raised, run.keepable, value, faulty)
        outcome = self.corpus.add(entry, parent=run.status != "slow")
        if outcome in ("arc", "path") and run.status != "slow":
            self.frontier.note(entry)
        state.since_new = 0 if outcome == "arc" else state.since_new + 1
        if outcome == "arc":
            self.last_new = self.executor.executions
            if entry.keepable:
                self.found(entry)
        return outcome

    def found(self, entry: Entry) -> None:
        """Replaced by the task: tells the supervisor at once, so that a crash loses nothing."""

    def _substitute(self, scenario: Scenario, state: TargetState, *, front: bool, wanted: int | None = None) -> None:
        """Queues edits of the scenario: apart those that may take an open arc (one of the `wanted` ones)."""
        if scenario in self.denied:
            return
        self.note(self.executor.executions, scenario)  # should it end the process this time, it is to blame
        open_arcs = self.everything & ~self.corpus.covered if wanted is None else wanted
        suggested, operands = self.suggester.suggest(scenario, open_arcs)
        for constant in operands:
            if len(state.operands) < OPERANDS_LIMIT:
                state.operands[constant] = None
        hot = [s for s in suggested if s.arcs]
        if wanted is None:
            state.queue.extend([s for s in suggested if not s.arcs][: max(0, QUEUE_LIMIT - len(state.queue))])
        if front:
            state.hot.extendleft(reversed(hot))
        else:
            state.hot.extend(hot)
        while len(state.hot) > HOT_LIMIT:
            state.hot.pop()

    # -- seeds ---------------------------------------------------------------------------------------------------

    def _examples(self) -> None:
        targets = {n: s.target for n, s in self.states.items()}
        for scenario in first_scenarios(self.builder, targets, self.seeds, self._fits):
            if self.budget.spent(self.executor.executions) >= SEARCH_SHARE:
                return
            self.guarded(lambda scenario=scenario: self._try_example(scenario))  # type: ignore[misc]

    def _fits(self, call: RecordedCall) -> bool:
        found: list[bool] = []
        self.guarded(lambda: found.append(is_made_again(self.again, call)))
        return found == [True]

    def _try_example(self, scenario: Scenario) -> None:
        state = self.states[scenario.target]
        run = self.try_out(scenario, state)
        if run is not None and run.status == "returned":
            self._learn(scenario, run, state)

    def _learn(self, scenario: Scenario, run: Run, state: TargetState) -> None:
        learn(self.maker, scenario, run, state.target)
        called = call_of(scenario, state.target) if run.status == "returned" and self.maker.has("learning") else None
        if called is not None:
            self.builder.preparing.learn(state.target, called[1])

    # -- the result ---------------------------------------------------------------------------------------------

    def suspected(self) -> list[Scenario]:
        """Those that ended as nothing should, the plainest found for each place."""
        seeking = Seeking(self.suspects, self.maker, self.fresh, self.again, self.guarded)
        spent = self.budget.spent
        seeking.seek(
            self.public, self.corpus, lambda s: not s.sleeps(self.budget) and spent(self.executor.executions) < 1.1
        )
        return seeking.plainest(self.pricing)

    def again(self, scenario: Scenario) -> Run | None:
        """Another run, with the package's globals as they were first; None of what once ended the process."""
        if scenario in self.denied:
            return None
        if self.package.repairs:
            self.package.restored()
        return self._execute(scenario)
