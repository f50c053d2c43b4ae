"""Rejects a test that passes or fails by the seed of Python's hashes."""

from __future__ import annotations

from testwright.decide.objection import Objection
from testwright.nouns import Candidate, Evidence

__all__ = ["hash_seed_dependent"]


def hash_seed_dependent(candidate: Candidate, evidence: Evidence) -> Objection | None:
    if evidence.depends is None or evidence.depends.on != "hash seed":
        return None
    return Objection("hash-seed-dependent", evidence.depends.detail)
