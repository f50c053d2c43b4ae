"""Says what tests cost a reader and a run: the fewest are kept, and of those that do the same the cheapest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from testwright.inside.recipes import Fixture
from testwright.inside.scenario import Scenario, composed_calls
from testwright.nouns import Candidate, Evidence
from testwright.propose.from_observations import says_little

__all__ = ["costs_of"]

COMPOSED = 6.0
DAWDLING, LONG = 4.0, 0.5
"""A test that takes so many seconds, which it mostly waits, is dear: every run of the suite will wait."""


def costs_of(proposed: Sequence[Candidate], evidence: Mapping[str, Evidence]) -> dict[str, float]:
    """By node, what it costs to keep it."""
    return {n: cost + (DAWDLING if _dawdles(evidence, n) else 0.0) for n, cost in _costs(proposed).items()}


def _costs(proposed: Sequence[Candidate]) -> dict[str, float]:
    """A row of a table is cheap, an exception dear, a private function dearer; dearest what tests two functions at once."""
    costs: dict[str, float] = {}
    for candidate in proposed:
        for node, row in zip(candidate.node_names, candidate.rows, strict=True):
            cost = 1.0 if len(candidate.rows) > 1 else 1.5
            cost += 0.7 * _earlier_steps(row.scenario) + (1.0 if row.outcome.raised else 0.0)
            cost += 3.0 if says_little(row) else 0.0
            cost += COMPOSED * composed_calls(row.scenario)
            costs[node] = cost + (3.0 if candidate.private else 0.0)
    return costs


def _earlier_steps(scenario: Scenario) -> int:
    """Those that the test shows: a fixture is but a parameter of it."""
    return sum(not isinstance(step.recipe, Fixture) for step in scenario.steps[:-1])


def _dawdles(evidence: Mapping[str, Evidence], node: str) -> bool:
    return node in evidence and min((run.seconds for run in evidence[node].runs), default=0.0) >= LONG
