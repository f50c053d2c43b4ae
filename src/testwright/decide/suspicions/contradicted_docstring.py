"""Suspects code that gives something else than a model, which has not seen the code, reads in its documentation."""

from __future__ import annotations

from testwright.decide.known_code import KnownCode
from testwright.decide.suspicions.contradicted_example import contradiction
from testwright.nouns import Observation, Suspicion
from testwright.nouns.suspicion import FROM_DOCSTRING

__all__ = ["contradicted_docstring"]

CONFIDENCE = 0.5
"""Models misread, and count badly."""


def contradicted_docstring(observation: Observation, code: KnownCode) -> Suspicion | None:
    outcome, expected = observation.outcome, observation.documented
    if outcome is None or not expected or observation.scenario.origin != FROM_DOCSTRING:
        return None
    happened = contradiction(outcome, expected, observation)
    if not happened:
        return None
    target = observation.scenario.target
    function = code.functions.get(target)
    said = f"{expected[:200]}, as a model reads the documentation"
    line = function.line if function else 0
    return Suspicion("contradicted-docstring", target, observation.scenario, said, happened, line, CONFIDENCE)
