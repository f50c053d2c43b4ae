"""Rejects a test that fails whenever it runs."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["fails"]

_WORDS = {"crashed": "it ended the process", "timeout": "it did not end in time", "missing": "it gave no result"}


def fails(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """What fails only sometimes is for others to name."""
    if evidence.depends is not None or any(run.outcome == "passed" for run in evidence.runs):
        return None
    fallen = next((run for run in evidence.runs if run.outcome not in ("skipped", "xfailed", "xpassed")), None)
    if fallen is None:
        return None
    words = _WORDS.get(fallen.outcome, "it fails in every run")
    return Objection("fails", words + (f": {fallen.detail}" if fallen.detail else ""))
