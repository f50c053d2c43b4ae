"""Rejects a test that depends on time zone, language, terminal or user of the machine."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["surroundings_dependent"]


def surroundings_dependent(candidate: Candidate, evidence: Evidence) -> Objection | None:
    if evidence.depends is None or evidence.depends.on != "surroundings":
        return None
    return Objection("surroundings-dependent", evidence.depends.detail)
