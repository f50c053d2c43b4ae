"""Rejects a test that would pass whatever the code gave."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["asserts_something"]


def asserts_something(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """An assertion that cannot fail, or that a value is not None, has not been counted."""
    if evidence.assertions > 0:
        return None
    return Objection("asserts-something", "it has no assertion that a wrong result would break")
