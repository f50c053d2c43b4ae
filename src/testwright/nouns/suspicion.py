"""Holds what looks like a bug of the code: the call that shows it, what was to be expected, and what happened."""

from __future__ import annotations

from dataclasses import dataclass

from testwright.inside.scenario import Scenario

__all__ = ["CONFIDENT", "FROM_DOCSTRING", "PINS", "ROUND_TRIP", "Suspicion"]

CONFIDENT = 0.6
"""From here on it is shown unasked, and its scenario becomes no test."""
PINS = "suspicion: "
"""So begins the origin of scenarios whose tests pin one; its slug follows."""
FROM_DOCSTRING = "model: docstring"
"""Origin of scenarios that ask whether the code does what a model reads in its documentation."""
ROUND_TRIP = "round trip"
"""Origin of scenarios that ask whether one function undoes another."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`slug` is the rule's, `target` the qualname that `scenario` calls, `line` where in the module (0 = nowhere in
    particular), `confidence` from 0 to 1 how sure it is that the code's author would call it a bug.
    """

    slug: str
    target: str
    scenario: Scenario
    expected: str
    happened: str
    line: int = 0
    confidence: float = 1.0

    @property
    def confident(self) -> bool:
        return self.confidence >= CONFIDENT
