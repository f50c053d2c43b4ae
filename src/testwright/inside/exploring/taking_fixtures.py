"""Writes a scenario as the test that it becomes: each fixture is set up first, under its own name, and only once."""

from __future__ import annotations

from dataclasses import replace

from ..recipes import Fixture, Recipe, Variable, children, walk
from ..scenario import Scenario, Step
from .editing import with_children

__all__ = ["fixtures_first"]


def fixtures_first(scenario: Scenario) -> Scenario:
    """The same for a scenario that takes none. A variable that is called like a fixture gets another name."""
    taken = tuple(dict.fromkeys(n for step in scenario.steps for n in walk(step.recipe) if isinstance(n, Fixture)))
    if not taken:
        return scenario
    first = tuple(Step(fixture, fixture.name) for fixture in taken)
    return replace(scenario, steps=(*first, *_Renaming(scenario, taken).steps()))


class _Renaming:
    """`names`: what each variable of the scenario is called in the test, from the step on that binds it."""

    def __init__(self, scenario: Scenario, taken: tuple[Fixture, ...]) -> None:
        self.scenario = scenario
        self.fixtures = {fixture.name for fixture in taken}
        self.used = self.fixtures | {step.variable for step in scenario.steps}
        self.names: dict[str, str] = {}

    def steps(self) -> list[Step]:
        *early, last = self.scenario.steps
        kept: list[Step] = []
        for step in early:
            if isinstance(step.recipe, Fixture) and not step.attribute:
                if step.variable:
                    self.names[step.variable] = step.recipe.name
            else:
                kept.append(self.step(step))
        return [*kept, self.step(last)]

    def step(self, step: Step) -> Step:
        recipe = self.named(step.recipe)
        if step.variable and not step.attribute:
            self.names[step.variable] = self.free(step.variable)
        return replace(step, recipe=recipe, variable=self.names.get(step.variable, step.variable))

    def named(self, recipe: Recipe) -> Recipe:
        if isinstance(recipe, Fixture):
            return Variable(recipe.name)
        if isinstance(recipe, Variable):
            return Variable(self.names.get(recipe.name, recipe.name))
        below = children(recipe)
        return with_children(recipe, [self.named(each) for each in below]) if below else recipe

    def free(self, name: str) -> str:
        if name not in self.fixtures:
            return name
        found = next(f"{name}_{n}" for n in range(2, 99) if f"{name}_{n}" not in self.used)
        self.used.add(found)
        return found
