"""Suspects a result whose order is another in each process, because a set or hashes decide it."""

from __future__ import annotations

import re

from testwright.decide.known_code import KnownCode
from testwright.nouns import Observation, Suspicion

__all__ = ["differs_between_runs"]

_MEANT = re.compile(r"order|sort|random|shuffle|arbitrar|sampl|unique|distinct|dedup", re.IGNORECASE)
_CHANCE = re.compile(r"\b(?:random|secrets|uuid|shuffle)\b")


def differs_between_runs(observation: Observation, code: KnownCode) -> Suspicion | None:
    """Where nobody says that the order means nothing."""
    sign = next((s for s in observation.outcome.signs if s.kind == "unstable"), None) if observation.outcome else None
    target = observation.scenario.target
    if sign is None or not code.is_served(target) or _CHANCE.search(code.source):
        return None
    text = f"{target} {code.documentation(target)}"
    confidence = 0.4 if _MEANT.search(text) else 0.6
    line = code.functions[target].line
    expected = "the same in every process"
    happened = f"{sign.what} in one and {sign.seen} in another"
    return Suspicion("differs-between-runs", target, observation.scenario, expected, happened, line, confidence)
