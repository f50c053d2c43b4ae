"""Holds what is to be tried with one mutant, the marks that a fork leaves of it, and the time that a test may take."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["FAILED", "PASSED", "RUNNING", "UNTRIED", "WALL_FACTOR", "WALL_MARGIN", "Promising", "Trial", "limit"]

CPU_FACTOR, CPU_MARGIN = 10.0, 0.5
"""So many times what a test took, and so many seconds more, it may take with a mutant."""
WALL_FACTOR, WALL_MARGIN = 20.0, 6.0
"""The same of time that passes, as a busy machine must not be the reason."""
QUICK, LATELY = 0.02, 5
"""Seconds that a test may take to be tried first when it was one of the last so many to catch a mutant."""
UNTRIED, RUNNING, PASSED, FAILED = range(4)


@dataclass(frozen=True, slots=True)
class Trial:
    """One mutant, with the nodes of the tests that are to run against it, in that order, and how long each computed and
    waited without any mutant.
    """

    number: int
    nodes: tuple[str, ...]
    seconds: tuple[float, ...]
    waited: tuple[float, ...]
    from_the_start: bool = False
    """It is reached while modules are imported, so that everything is to be collected anew."""


@dataclass(slots=True)
class Promising:
    """Quick tests that were the last to catch a mutant, the latest at the end: neighbours often fail the same ones."""

    nodes: list[str] = field(default_factory=list)

    def first(self, trial: Trial, places: Sequence[int]) -> list[int]:
        """The places of the trial's tests, these before all others."""
        ranks = {node: rank for rank, node in enumerate(reversed(self.nodes))}
        return sorted(places, key=lambda place: ranks.get(trial.nodes[place], len(ranks)))

    def caught(self, trial: Trial, place: int) -> None:
        node = trial.nodes[place]
        if trial.seconds[place] < QUICK:
            self.nodes = [*(other for other in self.nodes if other != node), node][-LATELY:]


def limit(seconds: float) -> None:
    """Of processor time from now on, for what takes so long without a mutant; what takes more ends by a signal that no
    handler of Python gets.
    """
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, CPU_MARGIN + CPU_FACTOR * seconds)
