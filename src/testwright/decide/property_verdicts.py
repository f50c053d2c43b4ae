"""Decides which properties are kept: those that hold and catch something, few a function, each for what only it catches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from testwright.decide.objection import Objection
from testwright.decide.rules.catches_a_mutant import catches_a_mutant
from testwright.decide.rules.holds_for_all_examples import holds_for_all_examples
from testwright.nouns import PropertyEvidence, PropertyTest, Verdict

__all__ = ["PROPERTIES", "fewest_properties", "is_broken", "property_verdict"]

PropertyRule: TypeAlias = Callable[[PropertyTest, PropertyEvidence], Objection | None]
PROPERTIES: Final[tuple[PropertyRule, ...]] = (holds_for_all_examples, catches_a_mutant)
MOST_A_FUNCTION = 2
_KINDS = ("round trip", "agreement", "ordering", "idempotence", "commutativity", "never raises but")
"""Those that say more come first, where two catch equally many."""
_NOT_ABOUT_THE_VALUE = {
    *("TypeError", "NotImplementedError", "FailedHealthCheck", "Unsatisfiable", "InvalidArgument"),
    *("Flaky", "FlakyFailure", "MemoryError", "RecursionError"),
}
"""Raised when what was drawn is not what the function is for, or by Hypothesis itself."""


def property_verdict(
    test: PropertyTest, evidence: PropertyEvidence, policy: Sequence[PropertyRule] = PROPERTIES
) -> Verdict:
    objections = (rule(test, evidence) for rule in policy)
    found = next((objection for objection in objections if objection is not None), None)
    if found is None:
        return Verdict(test.name, kept=True)
    return Verdict(test.name, kept=False, slug=found.slug, reason=found.reason)


def is_broken(test: PropertyTest, evidence: PropertyEvidence) -> bool:
    """Whether that it does not hold is worth telling: its functions are called so that it should."""
    failure = evidence.failure
    if not test.strong or failure is None or failure.outcome != "failed" or not failure.example:
        return False
    return failure.raised not in {*test.documented, *_NOT_ABOUT_THE_VALUE}


def fewest_properties(tests: Sequence[PropertyTest], evidence: Mapping[str, PropertyEvidence]) -> list[PropertyTest]:
    """In the order given; each catches what none chosen before it does, and is one of at most two of each function."""
    caught: set[int] = set()
    chosen: list[PropertyTest] = []
    uses: Counter[str] = Counter()
    left = list(tests)
    while left:
        best = max(left, key=lambda test: _worth(test, evidence[test.name], caught))
        left.remove(best)
        if not evidence[best.name].catches - caught:
            break
        if all(uses[target] < MOST_A_FUNCTION for target in best.targets):
            chosen.append(best)
            caught |= evidence[best.name].catches
            uses.update(best.targets)
    return [test for test in tests if test in chosen]


def _worth(test: PropertyTest, evidence: PropertyEvidence, caught: set[int]) -> tuple[int, int, int]:
    """A promise to raise nothing else comes after whatever says something of the result."""
    new = len(evidence.catches - caught)
    rank = _KINDS.index(test.kind)
    return (new > 0 and test.kind != _KINDS[-1], new, -rank)
