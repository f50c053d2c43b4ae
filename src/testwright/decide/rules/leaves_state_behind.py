"""Rejects a test that leaves something changed for the tests that run after it."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["leaves_state_behind"]


def leaves_state_behind(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """What code under test keeps, as a cache, is no fault of the test; what the test itself sets and leaves is."""
    left = [*evidence.left, *(f"{name} left changed" for name in evidence.rebound_by_itself)]
    if not left:
        return None
    victims = f"; {evidence.victims[0]} fails after it" if evidence.victims else ""
    return Objection("leaves-state-behind", f"after it: {left[0]}{victims}")
