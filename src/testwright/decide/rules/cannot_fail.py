"""Rejects a test all of whose assertions hold whatever the code gives."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["cannot_fail"]


def cannot_fail(candidate: Candidate, evidence: Evidence) -> Objection | None:
    written = evidence.written
    if written is None or not written.trivial or written.effective or written.may_assert:
        return None
    place = written.trivial[0]
    return Objection("cannot-fail", f"`{place.text}` holds whatever the code gives", place.line)
