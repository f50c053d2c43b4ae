"""Rejects a test that catches its own failures, or the errors of the code, and forgets them."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["swallows_errors"]


def swallows_errors(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """Only where no assertion outside of that is left."""
    written = evidence.written
    if written is None or written.swallowing is None or written.effective or written.may_assert:
        return None
    place = written.swallowing
    return Objection("swallows-errors", f"`{place.text}` catches what would make it fail", place.line)
