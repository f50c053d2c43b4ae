"""Holds which rules apply to which tests, in the order in which they are asked; the first objection is the reason."""

from __future__ import annotations

from typing import Final

from testwright.decide.objection import Rule
from testwright.decide.rules.asserts_its_mock import asserts_its_mock
from testwright.decide.rules.asserts_nothing import asserts_nothing
from testwright.decide.rules.asserts_something import asserts_something
from testwright.decide.rules.blocked_side_effect import blocked_side_effect
from testwright.decide.rules.cannot_fail import cannot_fail
from testwright.decide.rules.clock_dependent import clock_dependent
from testwright.decide.rules.covers_something_new import covers_something_new
from testwright.decide.rules.duplicate import duplicate
from testwright.decide.rules.fails import fails
from testwright.decide.rules.flaky import flaky
from testwright.decide.rules.hash_seed_dependent import hash_seed_dependent
from testwright.decide.rules.leaves_state_behind import leaves_state_behind
from testwright.decide.rules.never_calls_the_project import never_calls_the_project
from testwright.decide.rules.order_dependent import order_dependent
from testwright.decide.rules.passes_every_time import passes_every_time
from testwright.decide.rules.patches_the_wrong_place import patches_the_wrong_place
from testwright.decide.rules.skipped import skipped
from testwright.decide.rules.sleeps import sleeps
from testwright.decide.rules.stays_inside import stays_inside
from testwright.decide.rules.surroundings_dependent import surroundings_dependent
from testwright.decide.rules.swallows_errors import swallows_errors
from testwright.decide.rules.weaker_than_it_looks import weaker_than_it_looks

__all__ = ["EVEN_IF_BLOCKED", "GENERATE", "PROVE", "RECORDED", "UNJUDGED"]

GENERATE: Final[tuple[Rule, ...]] = (stays_inside, passes_every_time, asserts_something, covers_something_new)
"""For tests that testwright writes of its own accord."""

WRITTEN: Final[tuple[Rule, ...]] = (
    stays_inside,
    passes_every_time,
    asserts_something,
    asserts_its_mock,
    swallows_errors,
    cannot_fail,
    sleeps,
    covers_something_new,
)
"""For tests that a model wrote: those for our own, and what can be read in a test that somebody else wrote."""

RECORDED: Final[tuple[Rule, ...]] = (stays_inside, passes_every_time, asserts_something)
"""For tests of recorded requests: what they cover may well be covered by others."""

EVEN_IF_BLOCKED: Final[tuple[Rule, ...]] = (patches_the_wrong_place,)
"""For tests from elsewhere: what explains why they reached for what the sandbox blocks."""

UNJUDGED: Final[tuple[Rule, ...]] = (blocked_side_effect, skipped)
"""For tests from elsewhere: what these object to can be neither kept nor rejected."""

PROVE: Final[tuple[Rule, ...]] = (
    fails,
    flaky,
    hash_seed_dependent,
    clock_dependent,
    surroundings_dependent,
    order_dependent,
    leaves_state_behind,
    asserts_its_mock,
    swallows_errors,
    cannot_fail,
    asserts_nothing,
    never_calls_the_project,
    patches_the_wrong_place,
    sleeps,
    duplicate,
    weaker_than_it_looks,
)
"""For tests from elsewhere: what was seen when they ran first, then what can be read in them, then what they catch."""
