"""Counts what became of the recorded calls of a module: how many are tests now, and why the others are not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from testwright.explore.explore_module import Exploration
from testwright.inside.scenario import Outcome, Scenario
from testwright.nouns import Observation
from testwright.propose.from_observations import makes_a_test

if TYPE_CHECKING:
    from testwright.workflows.generate_module import GeneratedModule

__all__ = ["carved_calls", "take_seen"]

_MOST_FURTHER = 3
_EXACT = frozenset(("equals", "is", "approx"))


def take_seen(exploration: Exploration, seen: Sequence[Observation], *, module: str) -> list[Observation]:
    """Those of the recorded calls that make a test, as they were seen; why others make none is noted of them."""
    numbers = list(exploration.carved)
    seen = [_with_something_exact(each) for each in seen]
    for number, each in zip(numbers, seen, strict=False):
        exploration.carved[number] = each
        if each.outcome is None or each.outcome.broken:
            exploration.uncarved[number] = f"seen again: {each.outcome.broken if each.outcome else 'not at all'}"
        elif not makes_a_test(each, module=module):
            exploration.uncarved[number] = "nothing exact can be said of its result"
    return [each for number, each in zip(numbers, seen, strict=False) if number not in exploration.uncarved]


def _with_something_exact(each: Observation) -> Observation:
    """Where nothing else says what the result is, what a reader could do without."""
    outcome = each.outcome
    if outcome is None or outcome.raised is not None or any(check.kind in _EXACT for check in outcome.checks):
        return each if outcome is None else replace(each, outcome=replace(outcome, further=()))
    exact = [check for check in outcome.further if check.kind in _EXACT]
    return replace(each, outcome=replace(outcome, checks=(*outcome.checks, *exact[:_MOST_FURTHER]), further=()))


def carved_calls(made: GeneratedModule) -> dict[str, Any]:
    """Empty where a test of each was not asked for. `exact` are the tests that expect a value or an exception."""
    carved, uncarved = made.exploration.carved, made.exploration.uncarved
    if not carved and not uncarved:
        return {}
    kept = {verdict.node for verdict in made.kept}
    rows = [(n, row) for c in made.chosen for n, row in zip(c.node_names, c.rows, strict=True)]
    tested = {_key(row.scenario): row.outcome for node, row in rows if node in kept}
    found = {number: tested.get(_key(each.scenario)) for number, each in carved.items() if number not in uncarved}
    why = uncarved | {number: "its test was rejected" for number, outcome in found.items() if outcome is None}
    return {
        "calls": len(carved.keys() | uncarved.keys()),
        "tests": len(found) - list(found.values()).count(None),
        "exact": sum(outcome is not None and _is_exact(outcome) for outcome in found.values()),
        "why_not": dict(Counter(why.values()).most_common()),
        "not_made": [{**_told(made, number), "why": why[number]} for number in sorted(why)],
        "made": [
            {**_told(made, number), "exact": _is_exact(each)} for number, each in found.items() if each is not None
        ],
    }


def _told(made: GeneratedModule, number: int) -> dict[str, Any]:
    call = made.recorded[number]
    return {"call": str(call.get("function", "")), "spans": list(call.get("spans", ()))}


def _key(scenario: Scenario) -> str:
    return json.dumps([step.to_plain() for step in scenario.steps])


def _is_exact(outcome: Outcome) -> bool:
    return outcome.raised is not None or any(check.kind in _EXACT for check in outcome.checks)
