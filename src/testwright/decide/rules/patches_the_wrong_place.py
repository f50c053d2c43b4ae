"""Rejects a test that replaces a name where the code under test does not look it up."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["patches_the_wrong_place"]


def patches_the_wrong_place(candidate: Candidate, evidence: Evidence) -> Objection | None:
    if not evidence.misplaced:
        return None
    patch, where = evidence.misplaced[0]
    reason = f"it replaces {patch.owner}.{patch.name}, but {where} uses its own imported {patch.name}, the original"
    return Objection("patches-the-wrong-place", reason, patch.line)
