"""Holds what a rule says against a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from testwright.nouns import Candidate, Evidence

__all__ = ["Objection", "Rule"]


@dataclass(frozen=True, slots=True)
class Objection:
    """`slug` is the rule's, `reason` says what is wrong with this very test; `line` where, 0 = nowhere in particular."""

    slug: str
    reason: str
    line: int = 0


Rule: TypeAlias = Callable[[Candidate, Evidence], Objection | None]
