"""Rejects a test that needs other tests to run before it, or not to."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["order_dependent"]


def order_dependent(candidate: Candidate, evidence: Evidence) -> Objection | None:
    if evidence.depends is None or evidence.depends.on != "order":
        return None
    return Objection("order-dependent", evidence.depends.detail)
