"""Proposes calls that show whether a function leaves its arguments alone, where its documentation says so."""

from __future__ import annotations

from collections import Counter

from testwright.inside.recipes import Call, Dictionary, Recipe, Sequence, Variable
from testwright.inside.scenario import Scenario, Step
from testwright.nouns.observation import Observation
from testwright.python_source.leaves_alone import leaves_alone
from testwright.python_source.model import FunctionModel, ModuleModel

__all__ = ["left_alone"]

MOST_EACH = 4


def left_alone(model: ModuleModel, observations: list[Observation]) -> list[Observation]:
    """The same calls again, each container that they pass held by a variable."""
    promising = {f.qualname: f for f in model.functions if leaves_alone(f.docstring)}
    counts: Counter[str] = Counter()
    found: list[Observation] = []
    for observation in observations:
        function = promising.get(observation.scenario.target)
        held = None if function is None else _held(observation.scenario, function)
        if held is not None and counts[held.target] < MOST_EACH:
            counts[held.target] += 1
            found.append(Observation(held, ()))
    return found


def _held(scenario: Scenario, function: FunctionModel) -> Scenario | None:
    *before, last = scenario.steps
    call = last.recipe
    if not isinstance(call, Call):
        return None
    positional = [p.name for p in function.parameters if p.name not in ("self", "cls")]
    names = [*positional, *(f"argument_{n}" for n in range(len(call.args)))]
    steps: list[Step] = []

    def held(recipe: Recipe, name: str) -> Recipe:
        if not isinstance(recipe, Dictionary) and not (isinstance(recipe, Sequence) and recipe.kind in ("list", "set")):
            return recipe
        steps.append(Step(recipe, name))
        return Variable(name)

    args = tuple(held(a, n) for a, n in zip(call.args, names, strict=False))
    kwargs = tuple((k, held(v, k)) for k, v in call.kwargs)
    taken = {step.variable for step in before} | {"result"}
    if not steps or taken & {step.variable for step in steps}:
        return None
    again = Step(Call(call.function, args, kwargs), "result")
    return Scenario((*before, *steps, again), scenario.target, "left alone", scenario.in_loop)
