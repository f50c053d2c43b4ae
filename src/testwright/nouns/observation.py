"""Holds what exploring or recording saw: this scenario reached these arcs and gave this outcome."""

from __future__ import annotations

from dataclasses import dataclass

from testwright.inside.scenario import Outcome, Scenario

__all__ = ["Observation"]


@dataclass(frozen=True, slots=True)
class Observation:
    """`arcs` are the engine's probe numbers in the target (ascending); `outcome` None until it was observed."""

    scenario: Scenario
    arcs: tuple[int, ...]
    outcome: Outcome | None = None
    raised: str = ""
    """Name of the exception type seen while exploring, "" = returned."""
    documented: str = ""
    """The result that a docstring shows for it."""
