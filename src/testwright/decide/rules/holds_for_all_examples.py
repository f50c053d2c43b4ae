"""Rejects a property that some example breaks, with any of the seeds."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import PropertyEvidence, PropertyTest

__all__ = ["holds_for_all_examples"]


def holds_for_all_examples(candidate: PropertyTest, evidence: PropertyEvidence) -> Objection | None:
    if evidence.holds:
        return None
    fallen = evidence.failure
    if fallen is None or fallen.outcome == "missing":
        return Objection("holds-for-all-examples", f"it was not run: {fallen.detail if fallen else ''}".rstrip(": "))
    if fallen.outcome != "failed":
        return Objection("holds-for-all-examples", f"{fallen.outcome}: {fallen.detail}")
    example = f" for {fallen.example}" if fallen.example else ""
    what = f"{fallen.raised}: {fallen.detail}".rstrip(": ")
    return Objection("holds-for-all-examples", f"it does not hold{example} ({what})")
