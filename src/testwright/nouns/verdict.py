"""Holds the decision on one candidate node, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Proof", "Verdict"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a kept test carries: runs passed of runs made, how many lines and branches it newly reaches, and by their
    numbers the mutants that it catches and all that it reaches.
    """

    passed: int
    runs: int
    new_lines: int
    new_branches: int
    caught: tuple[int, ...] = ()
    catchable: tuple[int, ...] = ()


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
