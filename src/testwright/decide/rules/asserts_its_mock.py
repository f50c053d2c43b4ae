"""Rejects a test that asserts only what it told its own mock to do."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["asserts_its_mock"]


def asserts_its_mock(candidate: Candidate, evidence: Evidence) -> Objection | None:
    """The code under test was not given the mock, or was itself replaced, so that nothing of it ran."""
    written = evidence.written
    if written is None:
        return None
    if written.own_mock is not None:
        place = written.own_mock
        return Objection(
            "asserts-its-mock",
            f"`{place.text}` is about a mock, or a replaced function, that only the test calls",
            place.line,
        )
    if written.about_mocks and not evidence.reached:
        return Objection(
            "asserts-its-mock", "it asserts what its mocks give; no line of the project runs", written.line
        )
    return None
