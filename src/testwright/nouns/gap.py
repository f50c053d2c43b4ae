"""Holds what the tests of one function leave open: what they do not reach, and the planted bugs that they let pass."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Gap"]


@dataclass(frozen=True, slots=True)
class Gap:
    """`target` is the function's qualname, `lines` (of the file) and `branches` (in coverage.py's words) are not reached;
    `mutants` are not caught, each as the few lines that it changes.
    """

    target: str
    lines: tuple[int, ...] = ()
    branches: tuple[str, ...] = ()
    mutants: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lines or self.branches or self.mutants)
