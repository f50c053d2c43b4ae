"""Rejects a test that did not pass in every run."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence, RunResult

__all__ = ["passes_every_time"]

_WORDS = {
    "missing": "gave no result",
    "crashed": "ended the process",
    "timeout": "did not end in time",
    "error": "had an error",
    "skipped": "was skipped",
    "xfailed": "failed as it was marked to",
    "xpassed": "passed though it was marked to fail",
}


def passes_every_time(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """Skipped and xfailed is not passed: such a test proves nothing."""
    if not evidence.runs:
        return Objection("passes-every-time", "it was not run")
    fallen = next((run for run in evidence.runs if run.outcome != "passed"), None)
    if fallen is None:
        return None
    return Objection("passes-every-time", _reason(fallen, evidence))


def _reason(fallen: RunResult, evidence: Evidence) -> str:
    passed = sum(run.outcome == "passed" for run in evidence.runs)
    what = f"{_WORDS.get(fallen.outcome, fallen.outcome)} under {fallen.condition}"
    detail = f": {fallen.detail}" if fallen.detail else ""
    before = f"; it passed in {passed} of {len(evidence.runs)} runs" if passed else ""
    return what + detail + before
