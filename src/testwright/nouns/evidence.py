"""Holds what running a candidate showed, without an opinion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from testwright.nouns.mutant import Survivor
from testwright.nouns.written_test import Patch, WrittenTest

__all__ = ["Dependence", "Evidence", "RunResult"]


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
class Dependence:
    """On what it depends whether a test passes: "chance", "hash seed", "order", "date" or "surroundings"; `detail` says
    what was seen.
    """

    on: str
    detail: str


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
    catchable: frozenset[int] = frozenset()
    """The mutants of the target's file (by their numbers) that it reaches."""
    caught: frozenset[int] = frozenset()
    """Those of them with which it fails."""
    new_caught: frozenset[int] = frozenset()
    """Those that no earlier kept node of the file catches."""
    assertions: int = 1
    touched: tuple[str, ...] = ()
    """What follows is gathered of tests that testwright has not written."""
    written: WrittenTest | None = None
    reached: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    """By file, the arcs in functions of the project that the test, or another row of its table, executes."""
    depends: Dependence | None = None
    left: tuple[str, ...] = ()
    """What it leaves changed in its process or home, whenever it runs."""
    rebound: tuple[str, ...] = ()
    """The dotted names in the project's modules that are others after it."""
    victims: tuple[str, ...] = ()
    """Tests that fail when they run right after it."""
    misplaced: tuple[tuple[Patch, str], ...] = ()
    """What it replaces without effect, and where the original was used all the same ("shop/cart.py:12")."""
    same_as: str = ""
    """An earlier test of the file that does the same."""
    challenged: int = 0
    """With how many mutants it was run: on the lines that it runs in the functions that it calls itself."""
    survivors: tuple[Survivor, ...] = ()
    """Those with which it still passes, as do the other rows of its table."""

    @property
    def rebound_by_itself(self) -> tuple[str, ...]:
        """Without what the code under test changed, as a cache that it fills."""
        writes = self.written.writes if self.written is not None else frozenset()
        return tuple(name for name in self.rebound if name.rpartition(".")[2] in writes)
