"""Writes the steps of a scenario as plain Python that can be run: imports, then the calls."""

from __future__ import annotations

from testwright.inside.recipes import Attribute, Await, Call, Fixture, Name, Patch, Recipe, ScratchFile, walk
from testwright.inside.scenario import Scenario
from testwright.python_source.render_helpers import Helpers
from testwright.python_source.render_imports import Imports
from testwright.python_source.render_recipe import FileNames
from testwright.python_source.render_statement import statement_lines

__all__ = ["render_call"]


def render_call(scenario: Scenario, module: str) -> str:
    """The last line is the call that shows it; "" for what needs a test around it."""
    nodes = [node for step in scenario.steps for node in walk(step.recipe)]
    if any(isinstance(node, (Fixture, Patch, ScratchFile)) for node in nodes):
        return ""
    names = FileNames(Imports(target=module, reserved={s.variable for s in scenario.steps}), Helpers())
    last = scenario.steps[-1]
    lines: list[str] = []
    for step in scenario.steps:
        before = f"{step.variable}.{step.attribute} = " if step.attribute else f"{step.variable} = "
        shown = "" if step is last and not step.attribute else before if step.variable else ""
        lines += statement_lines(_run(step.recipe), names, shown)
    head = names.imports.render()
    return "\n".join([*([head, ""] if head else []), *names.helpers.sources, *lines])


def _run(recipe: Recipe) -> Recipe:
    if isinstance(recipe, Await):
        return Call(Attribute(Name("asyncio", ""), "run"), (recipe.target,))
    return recipe
