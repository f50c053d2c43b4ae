"""Makes more calls that the code promises to serve, only to see whether they meet a bug: searching ends when all is covered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from ..providers.maker import Maker
from ..scenario import Scenario
from .corpus import Corpus
from .executor import Run
from .mutation import mutate
from .pricing import Price
from .progress import TargetState
from .shrinking import shrink
from .suspects import Suspects

__all__ = ["Seeking"]

CALLS, PARENTS = 60, 40
"""So many calls of each target; every other one is a mutant of one of so many that did something new."""


class Seeking:
    """`fresh` builds a call of a target, `execute` runs one, `guarded` does what may stumble over live values."""

    def __init__(
        self,
        suspects: Suspects,
        maker: Maker,
        fresh: Callable[[TargetState], Scenario | None],
        execute: Callable[[Scenario], Run | None],
        guarded: Callable[[Callable[[], object]], None],
    ) -> None:
        self.suspects, self.maker, self.fresh, self.execute, self.guarded = suspects, maker, fresh, execute, guarded
        self.slow = False

    def seek(self, states: Iterable[TargetState], corpus: Corpus, may_go_on: Callable[[TargetState], bool]) -> None:
        """Of each target some calls, none after one that was too slow."""
        for state in states:
            known = (entry.scenario for entry in corpus.by_target.get(state.target.qualname, ()))
            parents = [scenario for scenario in known if not self.suspects.contract.breach(scenario)][:PARENTS]
            self.slow = False
            for number in range(CALLS):
                if self.slow or not may_go_on(state):
                    break
                self.guarded(partial(self._attempt, state, parents if number % 2 else []))

    def _attempt(self, state: TargetState, parents: list[Scenario]) -> None:
        rng = self.maker.rng
        scenario = self.fresh(state)
        if parents:
            scenario = mutate(rng.choice(parents), state.target, self.maker, list(state.operands), rng)
        if scenario is None or self.suspects.contract.breach(scenario):
            return
        run = self.execute(scenario)
        if run is not None and run.error is not None:
            self.slow = run.status == "slow"
            self.suspects.look(scenario, run)

    def plainest(self, price: Price) -> list[Scenario]:
        """What was found, here and before, made plainer."""
        found: list[Scenario] = []
        self.guarded(lambda: found.extend(self.suspects.plainest(self.execute, shrink, price)))
        return found
