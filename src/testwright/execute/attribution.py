"""Says which lines and branches each test is the first to reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from testwright.execute.coverage_figures import Arc, executed
from testwright.nouns import Evidence

__all__ = ["Goal", "attribute_caught", "attribute_new", "goals", "is_caught"]


@dataclass(frozen=True, slots=True)
class Caught:
    """The mutant of this number is caught."""

    mutant: int


Goal: TypeAlias = int | Arc | Caught
"""A statement (its line), a branch or a mutant of the target's file."""


def is_caught(goal: Goal) -> bool:
    """It is a mutant, no statement or branch."""
    return isinstance(goal, Caught)


def attribute_new(evidence_in_order: Sequence[Evidence], source: Path, known: Iterable[Arc]) -> tuple[Evidence, ...]:
    """The same evidence, `new_lines` and `new_arcs` being what neither `known` nor anything earlier reaches.

    `known` are the arcs of importing the file and of the tests that exist already. A test that did not pass every time
    reaches nothing that counts, and leaves it all to those after it.
    """
    seen_lines, seen_branches = executed(source, known)
    attributed = []
    for evidence in evidence_in_order:
        lines, branches = executed(source, evidence.arcs) if _passed(evidence) else (frozenset(), frozenset())
        attributed.append(replace(evidence, new_lines=lines - seen_lines, new_arcs=branches - seen_branches))
        seen_lines, seen_branches = seen_lines | lines, seen_branches | branches
    return tuple(attributed)


def attribute_caught(evidence_in_order: Sequence[Evidence], known: Iterable[int] = ()) -> tuple[Evidence, ...]:
    """The same evidence, `new_caught` being the mutants that neither is `known` to be caught nor anything earlier catches."""
    seen = frozenset(known)
    attributed = []
    for evidence in evidence_in_order:
        caught = evidence.caught if _passed(evidence) else frozenset()
        attributed.append(replace(evidence, new_caught=caught - seen))
        seen |= caught
    return tuple(attributed)


def goals(
    evidence: Iterable[Evidence], source: Path, known: Iterable[Arc], caught_already: Set[int] = frozenset()
) -> dict[str, frozenset[Goal]]:
    """By node, all that it reaches beyond `known` and the mutants that it catches, whoever else does so too."""
    known_lines, known_branches = executed(source, known)
    reached: dict[str, frozenset[Goal]] = {}
    for one in evidence:
        lines, branches = executed(source, one.arcs) if _passed(one) else (frozenset(), frozenset())
        caught = frozenset[Goal](map(Caught, one.caught - caught_already if _passed(one) else ()))
        reached[one.node] = frozenset[Goal](lines - known_lines) | frozenset[Goal](branches - known_branches) | caught
    return reached


def _passed(evidence: Evidence) -> bool:
    return bool(evidence.runs) and all(run.outcome == "passed" for run in evidence.runs)
