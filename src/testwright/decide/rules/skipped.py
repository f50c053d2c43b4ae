"""Leaves a test unjudged that was skipped, or is marked to fail."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["skipped"]

_WORDS = {
    "skipped": "it was skipped",
    "xfailed": "it failed as it is marked to",
    "xpassed": "it passed though it is marked to fail",
}


def skipped(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """The first run counts: who skips a test for the time zone knows that it depends on it."""
    first = evidence.runs[0] if evidence.runs else None
    if first is None or first.outcome not in _WORDS:
        return None
    return Objection("skipped", _WORDS[first.outcome] + (f": {first.detail}" if first.detail else ""))
