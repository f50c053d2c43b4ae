"""Holds the decision on one candidate node, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Proof", "Verdict"]


@dataclass(frozen=True, slots=True)
class Proof:
    """The counts that a kept test carries: runs passed of runs made, lines and branches that it newly reaches."""

    passed: int
    runs: int
    new_lines: int
    new_branches: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kept` with a proof, or rejected by the rule `slug` for `reason`; `line` of the test file, 0 = none in particular.

    `judged` False: nothing is known against the test, nor for it.
    """

    node: str
    kept: bool
    slug: str = ""
    reason: str = ""
    proof: Proof | None = None
    line: int = 0
    judged: bool = True
