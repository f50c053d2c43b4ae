"""Rejects a test that does the same to the same values as an earlier one of its file."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["duplicate"]


def duplicate(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """Other values are never the same, whatever lines they reach."""
    if not evidence.same_as:
        return None
    line = evidence.written.line if evidence.written is not None else 0
    return Objection("duplicate", f"it does what {evidence.same_as} does, with the same values", line)
