"""Holds which rules apply to which tests, in the order in which they are asked; the first objection is the reason."""

from __future__ import annotations

from typing import Final

from testwright.decide.objection import Rule
from testwright.decide.rules.asserts_something import asserts_something
from testwright.decide.rules.covers_something_new import covers_something_new
from testwright.decide.rules.passes_every_time import passes_every_time
from testwright.decide.rules.stays_inside import stays_inside

__all__ = ["GENERATE"]

GENERATE: Final[tuple[Rule, ...]] = (stays_inside, passes_every_time, asserts_something, covers_something_new)
"""For tests that testwright writes of its own accord."""
