"""Runs the stages of a search for parameters, one after another into the same records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from testwright.bench.records.record_store import RecordStore
from testwright.bench.running.planning import Parameters, Question
from testwright.bench.running.running_benchmark import RunResult, RunSettings, run_questions
from testwright.llm.exchange import ModelClient
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Evaluation

__all__ = ["Stages"]

Planned = Callable[[Sequence[Definition], Sequence[Parameters], str], Sequence[Question]]


class Stages:
    """Of one model; `total` grows with each stage."""

    def __init__(
        self,
        model: str,
        clients: Mapping[str, ModelClient],
        store: RecordStore,
        settings: RunSettings,
        told: Callable[[str], None],
        planned: Planned,
        total: RunResult,
    ) -> None:
        self.model, self.clients, self.store, self.settings, self.told = model, clients, store, settings, told
        self._planned, self.total = planned, total

    @property
    def may_go_on(self) -> bool:
        return not self.total.interrupted and self.model not in self.total.given_up

    def run(
        self, definitions: Sequence[Definition], cells: Sequence[Parameters], suffix: str = ""
    ) -> Sequence[Evaluation]:
        """All evaluations of the stage, those that were there before too."""
        planned = [each for each in self._planned(definitions, cells, suffix) if each.client == self.model]
        if self.may_go_on:
            self._add(run_questions(planned, self.clients, self.store, self.settings, self.told))
        last = self.settings.strategy(self.settings.fix_rounds)
        known = (self.store.known.get(each.key(last)) for each in planned)
        return [each for each in known if each is not None]

    def _add(self, result: RunResult) -> None:
        total = self.total
        total.planned += result.planned
        total.known += result.known
        total.evaluations += result.evaluations
        total.outcomes += result.outcomes
        total.given_up |= result.given_up
        total.interrupted |= result.interrupted
        if result.cost is not None:
            total.cost = (total.cost or 0.0) + result.cost
