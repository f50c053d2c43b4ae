"""Suspects a function that changes an argument although its documentation says that it does not."""

from __future__ import annotations

from testwright.decide.known_code import KnownCode
from testwright.inside.recipes import Call, Recipe, Variable, walk
from testwright.nouns import Observation, Suspicion
from testwright.python_source.leaves_alone import leaves_alone

__all__ = ["changed_argument"]


def changed_argument(observation: Observation, code: KnownCode) -> Suspicion | None:
    """Where an earlier step holds the argument, so that it could be looked at again."""
    outcome, target = observation.outcome, observation.scenario.target
    if outcome is None or outcome.broken or not code.is_served(target):
        return None
    function = code.functions[target]
    if not leaves_alone(function.docstring):
        return None
    arguments = _arguments(observation.scenario.steps[-1].recipe)
    changed = [c for c in outcome.checks if c.subject is not None and _holder(c.subject) in arguments]
    if not changed:
        return None
    name = _holder(changed[0].subject) if changed[0].subject is not None else ""
    expected, happened = f"{name} as it was, as the documentation says", f"{name} is changed"
    return Suspicion("changed-argument", target, observation.scenario, expected, happened, function.line, 0.8)


def _arguments(recipe: Recipe) -> set[str]:
    if not isinstance(recipe, Call):
        return set()
    passed = (*recipe.args, *(value for _, value in recipe.kwargs))
    return {node.name for each in passed for node in walk(each) if isinstance(node, Variable)}


def _holder(subject: Recipe) -> str:
    return next((node.name for node in walk(subject) if isinstance(node, Variable)), "")
