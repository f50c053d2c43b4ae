"""Reads scenarios from the docstring examples of a module: what its author shows is tried first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ..observing.names import canonical
from ..providers.source_recipe import NotARecipe
from ..recipes import Call, Name, Recipe, Variable, walk
from ..scenario import Scenario, Step
from .editing import with_names
from .live_module import LiveModule

__all__ = ["documented_results", "example_scenarios"]

MOST = 100
SKIPPED = "doctest: +SKIP"


def example_scenarios(live: LiveModule, targets: Collection[str]) -> Iterator[Scenario]:
    """One for each statement of an example that calls something, after the statements that it builds on."""
    for qualname, model in [*live.functions.items(), *live.class_models.items()]:
        yield from _of_one(live, qualname, model.get("examples") or (), targets)


def _of_one(live: LiveModule, qualname: str, examples: Any, targets: Collection[str]) -> Iterator[Scenario]:
    reader = live.reader()
    steps: list[Step] = []
    for example in examples:
        try:
            fresh = Scenario(tuple(reader.statements(example["source"])), qualname)
        except NotARecipe:
            continue
        # Examples reach things by way of their package; one test file calls one thing by one name.
        for step in with_names(fresh, lambda name: canonical(name, live.name)).steps:
            target = _called(step.recipe, live.name, targets) or qualname
            if target in targets and _says_something(step):
                yield Scenario((*steps, Step(step.recipe, "result")), target, "docstring")
            if step.variable or any(isinstance(n, Variable) for n in walk(step.recipe)):
                steps.append(step)


def documented_results(live: LiveModule, targets: Collection[str]) -> Iterator[tuple[Scenario, str]]:
    """Each example of which all can be said that goes before it, with the result that it shows."""
    number = 0
    for qualname, model in [*live.functions.items(), *live.class_models.items()]:
        for scenario, shown in _with_results(live, qualname, model.get("examples") or (), targets):
            number += 1
            if number > MOST:
                return
            yield scenario, shown


def _with_results(
    live: LiveModule, qualname: str, examples: Any, targets: Collection[str]
) -> Iterator[tuple[Scenario, str]]:
    reader = live.reader()
    steps: list[Step] = []
    for example in examples:
        try:
            fresh = Scenario(tuple(reader.statements(example["source"])), qualname)
        except NotARecipe:
            return  # nobody knows what it would have changed
        if SKIPPED in example["source"]:
            return
        made = with_names(fresh, lambda name: canonical(name, live.name)).steps
        for number, step in enumerate(made, 1):
            target = _called(step.recipe, live.name, targets) or qualname
            if number == len(made) and example["expected"] and target in targets and not step.variable:
                yield Scenario((*steps, Step(step.recipe, "result")), target, "docstring"), example["expected"]
            steps.append(step)


def _says_something(step: Step) -> bool:
    return not step.variable or any(isinstance(n, Call) for n in walk(step.recipe))


def _called(recipe: Recipe, module: str, targets: Collection[str]) -> str | None:
    for node in walk(recipe):
        if isinstance(node, Call) and isinstance(node.function, Name) and node.function.module == module:
            if node.function.qualname in targets:
                return node.function.qualname
    return None
