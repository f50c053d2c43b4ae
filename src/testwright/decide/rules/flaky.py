"""Rejects a test that passes or fails by chance."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["flaky"]


def flaky(candidate: Candidate, evidence: Evidence) -> Objection | None:
    if evidence.depends is None or evidence.depends.on != "chance":
        return None
    return Objection("flaky", evidence.depends.detail)
