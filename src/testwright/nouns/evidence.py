"""Holds what running a candidate showed, without an opinion."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Evidence", "RunResult"]


@dataclass(frozen=True, slots=True)
class RunResult:
    """One test in one pytest run. `condition` says how it ran ("hash seed 0, reversed"), `outcome` is pytest's word
    (passed, failed, error, skipped, xfailed, xpassed) or "missing", "crashed", "timeout", "escaped"; `detail` its last
    line.
    """

    condition: str
    outcome: str
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All runs of one node (a test or one row of a table) and what it executed of the target's file.

    `arcs` are (from line, to line) pairs in coverage.py's convention, `lines` the executed statements; `new_lines` and
    `new_arcs` those that no earlier kept node of the file reaches. `touched` lists blocked or outside side effects.
    """

    node: str
    runs: tuple[RunResult, ...]
    lines: frozenset[int] = frozenset()
    arcs: frozenset[tuple[int, int]] = frozenset()
    new_lines: frozenset[int] = frozenset()
    new_arcs: frozenset[tuple[int, int]] = frozenset()
    assertions: int = 1
    touched: tuple[str, ...] = ()
