"""Suspects a call that the code promises to serve and that gives what its annotation rules out."""

from __future__ import annotations

from testwright.decide.given_values import holds_none
from testwright.decide.known_code import KnownCode
from testwright.nouns import Observation, Suspicion

__all__ = ["contradicted_annotation"]


def contradicted_annotation(observation: Observation, code: KnownCode) -> Suspicion | None:
    sign = next((s for s in observation.outcome.signs if s.kind == "type"), None) if observation.outcome else None
    target = observation.scenario.target
    if sign is None or sign.outside or not code.is_served(target) or code.is_decorated(target):
        return None
    meant = _tells_of_none(sign.seen, code.documentation(target)) or holds_none(observation)
    confidence = 0.4 if sign.weak or meant else 0.8
    expected = f"{sign.what}, as it is annotated"
    return Suspicion(
        "contradicted-annotation", target, observation.scenario, expected, sign.seen, sign.line, confidence
    )


def _tells_of_none(seen: str, documentation: str) -> bool:
    """The documentation says what the annotation forgets."""
    return seen == "None" and "None" in documentation
