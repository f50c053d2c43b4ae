"""Rejects a test that passes on some dates only."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["clock_dependent"]


def clock_dependent(candidate: Candidate, evidence: Evidence) -> Objection | None:
    if evidence.depends is None or evidence.depends.on != "date":
        return None
    return Objection("clock-dependent", evidence.depends.detail)
