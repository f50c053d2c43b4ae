"""Rejects a test that waits for time to pass."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["sleeps"]


def sleeps(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """Its own body, not functions that it hands on; a sleep that it has replaced takes no time."""
    if evidence.written is None or not evidence.written.sleeps:
        return None
    place = evidence.written.sleeps[0]
    return Objection("sleeps", f"it waits: `{place.text}`", place.line)
