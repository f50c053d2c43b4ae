"""Rejects a property that lets all planted bugs pass, or notices only those that merely calling the code brings out."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import PropertyEvidence, PropertyTest

__all__ = ["catches_a_mutant"]


def catches_a_mutant(candidate: PropertyTest, evidence: PropertyEvidence) -> Objection | None:
    if evidence.catches:
        return None
    if not evidence.reached:
        return Objection("catches-a-mutant", "it runs no line that a bug could be planted in")
    if evidence.by_calling:
        count = f"{len(evidence.by_calling)} of {evidence.reached}"
        return Objection("catches-a-mutant", f"the {count} planted bugs that it notices crash without its assertion")
    return Objection("catches-a-mutant", f"all {evidence.reached} planted bugs pass it")
