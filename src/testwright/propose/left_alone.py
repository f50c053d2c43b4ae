"""Proposes calls that show whether a function leaves its arguments alone, where its documentation says so."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from testwright.inside.recipes import Call, Const, Dictionary, Recipe, Sequence, Variable
from testwright.inside.scenario import Scenario, Step
from testwright.nouns.observation import Observation
from testwright.python_source.leaves_alone import leaves_alone
from testwright.python_source.model import FunctionModel, ModuleModel

__all__ = ["left_alone"]

MOST_EACH = 4
_LIST = re.compile(r"(?:typing\.)?(?:List|list|Sequence|MutableSequence)\[(int|str|float)\]")
_FULL: dict[str, Recipe] = {
    "int": Sequence("list", (Const(3), Const(1), Const(2), Const(1))),
    "float": Sequence("list", (Const(2.5), Const(1.0), Const(2.0))),
    "str": Sequence("list", (Const("b"), Const("a"), Const(""), Const("a"))),
}


def left_alone(model: ModuleModel, observations: list[Observation]) -> list[Observation]:
    """The same calls again, each container that they pass held by a variable."""
    promising = {f.qualname: f for f in model.functions if leaves_alone(f.docstring)}
    counts: Counter[str] = Counter()
    found: list[Observation] = []
    for observation in observations:
        function = promising.get(observation.scenario.target)
        held = None if function is None else _held(observation.scenario, function)
        if held is None or function is None or counts[held.target] >= MOST_EACH:
            continue
        counts[held.target] += 1
        found += [Observation(each, ()) for each in (held, _filled(held, function)) if each is not None]
    return found


def _filled(scenario: Scenario, function: FunctionModel) -> Scenario | None:
    """With lists in which there is something to change."""
    annotations = {p.name: p.annotation or "" for p in function.parameters}
    steps = tuple(
        replace(step, recipe=_FULL[inner])
        if (inner := _items_of(annotations.get(step.variable, ""))) in _FULL
        else step
        for step in scenario.steps
    )
    return None if steps == scenario.steps else replace(scenario, steps=steps)


def _items_of(annotation: str) -> str:
    found = _LIST.fullmatch(annotation)
    return found[1] if found else ""


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
