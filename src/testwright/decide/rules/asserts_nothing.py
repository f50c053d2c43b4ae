"""Rejects a test that asserts nothing: it passes whatever the code gives."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["asserts_nothing"]


def asserts_nothing(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """What calls something that may assert, or says that it wants no more than no error, is not accused."""
    written = evidence.written
    if written is None or written.effective or written.may_assert:
        return None
    if written.idle is not None:
        return Objection(
            "asserts-nothing", f"`{written.idle.text}` compares, and nothing asserts it", written.idle.line
        )
    return Objection("asserts-nothing", "no assertion: it passes whatever the code gives", written.line)
