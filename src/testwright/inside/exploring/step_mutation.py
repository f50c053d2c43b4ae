"""Changes which calls go before the one under test: adds one, takes one out, or brings in what other runs had."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from ..recipes import Attribute, Await, Call, Patch, Recipe, Variable, walk
from ..scenario import Scenario, Step
from .building import Builder, variable_name
from .live_module import Callable_

__all__ = ["with_other_steps"]

MOST_CALLS = 6
"""Nobody reads a test of more."""
ADDED, BROUGHT = 0.45, 0.85
"""Below the first a call is made anew, below the second one is taken from another run, else one goes."""
Donors = Callable[[str], Sequence[Scenario]]


def with_other_steps(scenario: Scenario, target: Callable_, builder: Builder, donors: Donors) -> Scenario | None:
    """One copy with other earlier calls of the same object, None when the scenario has no such object.

    `donors` gives scenarios that reached something, by the name of their class.
    """
    owner = target.owner
    if owner is None:
        return None
    variable = variable_name(owner.__qualname__)
    bound = next((n for n, s in enumerate(scenario.steps[:-1]) if s.variable == variable and not s.attribute), None)
    if bound is None:
        return None
    rng = builder.maker.rng
    earlier = [n for n in range(bound + 1, len(scenario.steps) - 1) if _is_call_of(scenario.steps[n], variable)]
    roll = rng.random()
    if len(earlier) < MOST_CALLS and roll < BROUGHT:
        made = builder.earlier_call(target, variable) if roll < ADDED else None
        added = [made] if made is not None else _brought(donors(target.model["class_name"]), variable, rng)
        at = rng.randint(bound + 1, len(scenario.steps) - 1)
        return _with_steps(scenario, (*scenario.steps[:at], *added, *scenario.steps[at:])) if added else None
    if not earlier:
        return None
    gone = rng.choice(earlier)
    return _with_steps(scenario, (*scenario.steps[:gone], *scenario.steps[gone + 1 :]))


def _brought(donors: Sequence[Scenario], variable: str, rng: random.Random) -> list[Step]:
    """A call that another run made of such an object, be it the one under test or an earlier one."""
    if not donors:
        return []
    steps = rng.choice(donors).steps
    fitting = [step for step in steps[1:] if _is_call_of(step, variable) and not _others(step.recipe, variable)]
    if not fitting:
        return []
    chosen = fitting[-1] if rng.random() < 0.6 else rng.choice(fitting)
    return [chosen if chosen.attribute else Step(chosen.recipe)]


def _is_call_of(step: Step, variable: str) -> bool:
    """It does something to the object: `cart.add(…)`, `cart.owner = …`, or `list(cart)`."""
    if isinstance(step.recipe, Patch):
        return False
    if step.attribute:
        return step.variable == variable and "." not in step.attribute
    recipe = step.recipe.target if isinstance(step.recipe, Await) else step.recipe
    return isinstance(recipe, Call | Attribute) and Variable(variable) in walk(recipe)


def _others(recipe: Recipe, variable: str) -> bool:
    return any(isinstance(node, Variable) and node.name != variable for node in walk(recipe))


def _with_steps(scenario: Scenario, steps: tuple[Step, ...]) -> Scenario:
    return Scenario(steps, scenario.target, scenario.origin, scenario.in_loop)
