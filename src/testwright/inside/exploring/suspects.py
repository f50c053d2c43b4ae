"""Keeps, of calls that the code promises to serve, the plainest that ended in a complaint of the interpreter or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..contract import Contract
from ..internal_errors import INTERNAL, Spot, spot_of
from ..recipes import Call, Const, Sequence, walk
from ..scenario import Scenario
from .corpus import Entry
from .executor import Run
from .pricing import Price

__all__ = ["HANG", "Suspects"]

HANG = "TimeLimit"
LOOKS = 60
"""So many calls that ended alike are asked whether they were promised; then it is left at that."""
MOST = 12
MOST_HANGS = 2
SMALL_NUMBER, SMALL_TEXT, SMALL_SEQUENCE = 20, 30, 6
"""Within these even what doubles the work with each step soon ends."""
ATTEMPTS = 40
"""Executions for making one of them plainer."""
_PRIVATE = re.compile(r"(?:^|\.)_(?!_)")


@dataclass(slots=True)
class _Ended:
    """All calls that ended at one spot."""

    looks: int = 0
    scenario: Scenario | None = None
    size: int = 0


class Suspects:
    """Asked after each execution; must be cheap where nothing is suspicious."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.contract = Contract()
        self.ended: dict[tuple[Spot, str], _Ended] = {}
        self.slow: dict[str, _Ended] = {}

    def look(self, scenario: Scenario, run: Run) -> None:
        """Files the call if it is suspicious."""
        if run.status == "slow":
            if run.busy and _is_small(scenario):
                self._file(scenario, self.slow.setdefault(scenario.target, _Ended()))
        elif type(run.error) in INTERNAL and run.error is not None and not _PRIVATE.search(scenario.target):
            spot = spot_of(run.error, self.path)
            if spot is not None:
                self._file(scenario, self.ended.setdefault((spot, scenario.target), _Ended()))

    def _file(self, scenario: Scenario, ended: _Ended) -> None:
        if ended.looks >= LOOKS:
            return
        ended.looks += 1
        size = sum(len(walk(step.recipe)) for step in scenario.steps)
        if (ended.scenario is None or size < ended.size) and not self.contract.breach(scenario):
            ended.scenario, ended.size = scenario, size

    def hangs(self) -> list[Scenario]:
        """The smallest first; to see one again takes long, so there are few."""
        found = sorted((e for e in self.slow.values() if e.scenario is not None), key=lambda e: e.size)
        return [e.scenario for e in found[:MOST_HANGS] if e.scenario is not None]

    def plainest(
        self, execute: Callable[[Scenario], Run | None], shrink: Callable[..., Entry], price: Price
    ) -> list[Scenario]:
        """One scenario for each spot, made plainer as long as it ends there and is promised."""
        found = [(spot, e.scenario) for (spot, _), e in self.ended.items() if e.scenario is not None]
        found.sort(key=lambda pair: price(pair[1], "", False))
        chosen: dict[Spot, Scenario] = {}
        for spot, scenario in found:
            chosen.setdefault(spot, scenario)
        return [self._shrunk(spot, s, execute, shrink, price) for spot, s in list(chosen.items())[:MOST]]

    def _shrunk(
        self,
        spot: Spot,
        scenario: Scenario,
        execute: Callable[[Scenario], Run | None],
        shrink: Callable[..., Entry],
        price: Price,
    ) -> Scenario:
        def attempt(variant: Scenario) -> Entry | None:
            run = None if self.contract.breach(variant) else execute(variant)
            if run is None or run.error is None or spot_of(run.error, self.path) != spot:
                return None
            return Entry(variant, 0, price(variant, "", False), spot[0], True)

        first = Entry(scenario, 0, price(scenario, "", False), spot[0], True)
        return shrink(first, 0, lambda variant, raised, limit: price(variant, "", False), attempt, ATTEMPTS).scenario


def _is_small(scenario: Scenario) -> bool:
    """So little that nothing should take long over it, and the result is not only worked out on the way."""
    if isinstance(scenario.steps[-1].recipe, Call) and _shows(scenario.steps[-1].recipe):
        return False
    for step in scenario.steps:
        for node in walk(step.recipe):
            if isinstance(node, Const):
                value = node.value
                if isinstance(value, (int, float)) and not abs(value) <= SMALL_NUMBER:
                    return False
                if isinstance(value, (str, bytes)) and len(value) > SMALL_TEXT:
                    return False
            if isinstance(node, Sequence) and len(node.items) > SMALL_SEQUENCE:
                return False
    return True


def _shows(call: Call) -> bool:
    """A `list(…)` around the call, which may well be about something endless."""
    return getattr(call.function, "module", "") in ("builtins", "itertools")
