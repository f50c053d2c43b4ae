"""Rejects a test that reaches no line, no branch and catches no mutant that was not reached or caught before it."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["covers_something_new"]


def covers_something_new(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """One that pins a suspicion, or is of a recorded call, was asked for."""
    if evidence.new_lines or evidence.new_arcs or evidence.new_caught or candidate.pins or candidate.is_asked_for:
        return None
    if not evidence.lines:
        return Objection("covers-something-new", "it runs no line of the module")
    count = f"{len(evidence.lines)} lines" if len(evidence.lines) > 1 else "1 line"
    return Objection("covers-something-new", f"the {count} that it runs and their branches are all reached without it")
