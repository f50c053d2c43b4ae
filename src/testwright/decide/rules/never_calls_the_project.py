"""Rejects a test that runs no function of the project, and names nothing of it."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["never_calls_the_project"]


def never_calls_the_project(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """A test that names something of the project, or reaches for files and processes, may test it in its own way."""
    written = evidence.written
    if written is None or evidence.reached or not written.self_contained or written.patches:
        return None
    return Objection(
        "never-calls-the-project", "no line of the project runs, and the test names nothing of it", written.line
    )
