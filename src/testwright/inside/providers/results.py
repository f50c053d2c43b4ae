"""Decides how a value that a scenario gave is made again in one expression, for use as another call's argument."""

from __future__ import annotations

from collections import Counter

from ..exploring.editing import with_children
from ..recipes import Attribute, Await, Call, Function, Item, Operation, Recipe, Variable, children, walk
from ..scenario import Scenario

__all__ = ["as_expression"]


def as_expression(scenario: Scenario) -> Recipe | None:
    """The last step's value, with each variable's recipe where it is used; None when it needs statements of its own."""
    *before, last = scenario.steps
    if last.attribute or any(step.attribute or not step.variable for step in before):
        return None
    used = Counter(n.name for step in scenario.steps for n in walk(step.recipe) if isinstance(n, Variable))
    if any(used[step.variable] != 1 for step in before):
        return None
    values: dict[str, Recipe] = {}
    for step in before:
        values[step.variable] = _filled(step.recipe, values)
    made = _filled(last.recipe, values)
    if not isinstance(made, (Call, Attribute, Item, Operation)) or any(isinstance(n, Await) for n in walk(made)):
        return None
    return made


def _filled(recipe: Recipe, values: dict[str, Recipe]) -> Recipe:
    if isinstance(recipe, Variable):
        return values.get(recipe.name, recipe)
    if isinstance(recipe, Function) or not values:  # a function's variables are its own
        return recipe
    return with_children(recipe, [_filled(child, values) for child in children(recipe)])
