"""Suspects a pair of functions, one to undo the other, that do not give back what was put in."""

from __future__ import annotations

from testwright.decide.known_code import KnownCode
from testwright.inside.recipes import Const
from testwright.nouns import Observation, Suspicion
from testwright.nouns.suspicion import ROUND_TRIP

__all__ = ["broken_round_trip"]


def broken_round_trip(observation: Observation, code: KnownCode) -> Suspicion | None:
    outcome, target = observation.outcome, observation.scenario.target
    if observation.scenario.origin != ROUND_TRIP or outcome is None or not code.is_served(target):
        return None
    different = any(check.kind == "is" and check.expected == Const(False) for check in outcome.checks)
    if not different:
        return None
    line = code.functions[target].line
    return Suspicion("broken-round-trip", target, observation.scenario, "True", "False", line, 0.7)
