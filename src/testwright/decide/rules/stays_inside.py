"""Rejects a test that reached for the network, another process, or a file outside of its scratch folder."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["stays_inside"]


def stays_inside(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """What it tried was blocked; that the test passed all the same does not excuse it."""
    if evidence.touched:
        more = f" and {len(evidence.touched) - 1} more" if len(evidence.touched) > 1 else ""
        return Objection("stays-inside", f"it reached outside: {evidence.touched[0]}{more}")
    escaped = next((run for run in evidence.runs if run.outcome == "escaped"), None)
    if escaped is None:
        return None
    return Objection("stays-inside", f"it reached outside: {escaped.detail}")
