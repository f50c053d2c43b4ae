"""Searches for parameters of sampling in stages: all on the hardest case, the best on all cases, the winner in full."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from testwright.bench.running.planning import Parameters
from testwright.bench.scoring import is_scored, score_eval
from testwright.nouns.definition import Definition
from testwright.nouns.evaluation import Evaluation

__all__ = ["OPTIMAL", "best_cells", "hardest", "search"]

OPTIMAL = "--optim"
"""Ends the name under which the winner is recorded, as in the Julia LLM Leaderboard."""
_DIFFICULTIES = ("hard", "medium", "easy")
Run = Callable[[Sequence[Definition], Sequence[Parameters]], Sequence[Evaluation]]


def search(
    definitions: Sequence[Definition], cells: Sequence[Parameters], most: int, run: Run, first: str = ""
) -> Parameters:
    """The best cell. `run` gives all evaluations of definitions × cells; `first` names the hardest case, "" = by difficulty.

    Source: the sweeps of the Julia LLM Leaderboard (MIT), which go from 36 cells on one case to the best 5 to 10 on all.
    """
    case = hardest(definitions, first)
    survivors = best_cells(run([case], cells), cells, most)
    return best_cells(run(definitions, survivors), survivors, 1)[0]


def hardest(definitions: Sequence[Definition], first: str = "") -> Definition:
    """The one of that name, else the first that is called hardest."""

    def rank(each: Definition) -> tuple[bool, int]:
        known = each.difficulty in _DIFFICULTIES
        return each.name != first, _DIFFICULTIES.index(each.difficulty) if known else 1

    return min(definitions, key=rank)


def best_cells(evaluations: Sequence[Evaluation], cells: Sequence[Parameters], most: int) -> list[Parameters]:
    """By mean score; of equal ones, and where nothing was scored, the first."""
    scores: Mapping[str, list[float]] = defaultdict(list)
    for each in evaluations:
        if is_scored(each):
            scores[_as_text(each.parameters)].append(score_eval(each))

    def mean(cell: Parameters) -> float:
        found = scores.get(_as_text(cell), [])
        return sum(found) / len(found) if found else -1.0

    return sorted(cells, key=mean, reverse=True)[:most]


def _as_text(parameters: Mapping[str, object]) -> str:
    return json.dumps(parameters, sort_keys=True)
