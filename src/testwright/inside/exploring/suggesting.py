"""Runs a scenario under observation and says which edits of it may take which open arcs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

from ..immutable import immutable
from ..providers.maker import Maker
from ..recipes import Call, Const, Name, Surroundings
from ..scenario import Scenario, Step
from .editing import Edit, replace_node
from .executor import Executor, Run
from .frontier import Frontier
from .pricing import holds_address
from .repairing import repairs
from .substitution import Comparison, Values, operands_of, separators_of, substitutions, traced_values

__all__ = ["Batch", "Suggester", "Suggestion"]

REPAIRS = 40
UNDECIDED = 16
"""So many comparisons that decide no open arc are looked at."""
LAST_WORDS = 6
"""When a run raised, so many of its last comparisons may have been the reason."""


@immutable(frozen=True, slots=True)
class Suggestion:
    """A scenario to try, as an edit of one that was run; `arcs`: which it may take, as a mask, 0 = unknown."""

    arcs: int
    scenario: Scenario
    edit: Edit

    def scenario_made(self) -> Scenario:
        return replace_node(self.scenario, *self.edit)


@immutable(frozen=True, slots=True)
class Batch:
    """Suggestions of one run that serve the same arcs, made when they are asked for: most never are."""

    arcs: int
    scenario: Scenario
    edits: Callable[[], Iterable[Edit]]

    def suggestions(self) -> list[Suggestion]:
        return [Suggestion(self.arcs, self.scenario, edit) for edit in self.edits() if not holds_address(edit[1])]


class Suggester:
    """Its answers cost one or two executions each."""

    def __init__(
        self, executor: Executor, frontier: Frontier, maker: Maker, rng: random.Random, without: frozenset[str]
    ) -> None:
        self._executor, self._frontier, self._maker, self._rng = executor, frontier, maker, rng
        self.without = without

    def suggest(self, scenario: Scenario, open_arcs: int) -> tuple[list[Batch], list[Const]]:
        """What comparisons and complaints suggest, for open arcs first; texts that the scenario was compared with."""
        values, run = self._traced(scenario)
        observed = [c for c in self._executor.recorder.comparisons if not self._names_scratch(c)]
        self._executor.recorder.reset()
        found: list[Batch] = []
        if run.error is not None and values and "repairing" not in self.without:
            mended = repairs(scenario, run.error, values, self._maker)[:REPAIRS]
            found.append(Batch(open_arcs, scenario, lambda: mended))
        separators = separators_of(observed)
        for arcs, comparisons in self._by_arcs(observed, open_arcs, run.error is not None).items():
            found.append(Batch(arcs, scenario, self._reading(scenario, comparisons, values, separators)))
        return found, [operand for operand in operands_of(observed) if not holds_address(operand)]

    def near(self, scenario: Scenario, line: int) -> list[Suggestion]:
        """What the comparisons in one line suggest; when there are none, all on the way."""
        values, _ = self._traced(scenario)
        sites = self._executor.recorder.sites
        observed = [c for c in self._executor.recorder.comparisons if not self._names_scratch(c)]
        self._executor.recorder.reset()
        there = [c for c in observed if sites[c[0]].line == line] or observed[:UNDECIDED]
        edits = self._reading(scenario, there, values, separators_of(observed))
        return Batch(0, scenario, edits).suggestions()

    def _reading(
        self, scenario: Scenario, comparisons: list[Comparison], values: Values, separators: list[str]
    ) -> Callable[[], list[Edit]]:
        return lambda: substitutions(scenario, comparisons, values, self._maker, self._rng, separators)

    def _by_arcs(self, observed: list[Comparison], open_arcs: int, failed: bool) -> dict[int, list[Comparison]]:
        """The comparisons by the open arcs that they decide; those that decide none come last."""
        grouped: dict[int, list[Comparison]] = {}
        for number, comparison in enumerate(observed):
            arcs = self._frontier.decides(comparison[0], open_arcs)
            if not arcs and failed and number >= len(observed) - LAST_WORDS:
                arcs = open_arcs
            grouped.setdefault(arcs, []).append(comparison)
        undecided = grouped.pop(0, [])
        if undecided:
            grouped[0] = self._rng.sample(undecided, min(UNDECIDED, len(undecided)))
        return grouped

    def _names_scratch(self, comparison: Comparison) -> bool:
        """Such a path is another one in every run: it is nothing to build tests (or decisions) on."""
        scratch = str(self._executor.scratch)
        return any(type(value) is str and scratch in value for value in comparison[2:])

    def _traced(self, scenario: Scenario) -> tuple[Values, Run]:
        """Runs the scenario once more, recorded and node by node, so that operands can be matched by identity.

        The values of the nodes are missing when it is async.
        """
        values: Values = []
        around = self._executor.surroundings()

        def whole() -> Any:
            traced_values(scenario, around, values)

        if not scenario.is_async:
            marker = Scenario((Step(Call(Name("", "whole"))),), scenario.target, "traced")
            surroundings = Surroundings(self._executor.scratch, names={("", "whole"): whole})
            run = self._executor.run(marker, record=True, around=surroundings)
            if values:
                return values, run
        return values, self._executor.run(scenario, record=True)
