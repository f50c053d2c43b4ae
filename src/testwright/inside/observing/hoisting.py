"""Moves arguments that a call builds inline into steps of their own, so that what happens to them can be asserted."""

from __future__ import annotations

import builtins
import inspect
import keyword
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from ..recipes import Attribute, Await, Call, Dictionary, Name, Recipe, Sequence, Variable, resolve_name
from ..scenario import Scenario, Step

__all__ = ["hoist_changed", "hoist_inline"]


def hoist_inline(scenario: Scenario) -> Scenario:
    """Every mutable argument (and the object) that the last step's call builds inline becomes a step before it."""
    return _hoist(scenario, None)


def hoist_changed(scenario: Scenario, changed: Collection[str]) -> Scenario:
    """As `hoist_inline`, but only those whose name is in `changed` (names as `hoist_inline` gives them)."""
    return _hoist(scenario, changed)


def _hoist(scenario: Scenario, wanted: Collection[str] | None) -> Scenario:
    *before, last = scenario.steps
    recipe = last.recipe
    awaited = isinstance(recipe, Await)
    call = recipe.target if isinstance(recipe, Await) else recipe
    if not isinstance(call, Call):
        return scenario
    taken = {step.variable for step in scenario.steps} | {"result"}
    moving = _Moving(wanted, taken, _parameter_names(call.function, scenario))
    moved = moving.call(call)
    if not moving.steps:
        return scenario
    final = replace(last, recipe=Await(moved) if awaited else moved)
    return replace(scenario, steps=(*before, *moving.steps, final))


@dataclass(slots=True)
class _Moving:
    wanted: Collection[str] | None
    taken: set[str]
    parameters: list[str]
    steps: list[Step] = field(default_factory=list)

    def call(self, call: Call) -> Call:
        """The call with its moved parts as variables; what they are evaluated in keeps its order."""
        function = call.function
        if isinstance(function, Attribute):
            function = replace(function, target=self.part(function.target, ""))
        names = [*self.parameters, *[""] * len(call.args)]
        args = tuple(self.part(a, name) for a, name in zip(call.args, names, strict=False))
        return Call(function, args, tuple((k, self.part(v, k)) for k, v in call.kwargs))

    def part(self, recipe: Recipe, parameter: str) -> Recipe:
        usual = _usual_name(recipe)
        if not usual:
            return recipe
        name = self._free(parameter if _is_good(parameter) else usual)
        self.taken.add(name)
        if self.wanted is not None and name not in self.wanted:
            return recipe
        self.steps.append(Step(recipe, name))
        return Variable(name)

    def _free(self, name: str) -> str:
        if keyword.iskeyword(name):  # an instance of And is no `and`
            name += "_"
        number = 2
        free = name
        while free in self.taken:
            free = f"{name}_{number}"
            number += 1
        return free


def _is_good(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and len(name) > 1 and not name.startswith("_")


def _usual_name(recipe: Recipe) -> str:
    """What a person calls such a value; "" when it is nothing that could change."""
    match recipe:
        case Sequence(kind="list" | "set"):
            return "items"
        case Dictionary():
            return "mapping"
        case Call(function=Name(module=module, qualname=qualname)):
            kind = _resolved(module, qualname)
            return _snake(qualname.split(".")[-1]) if isinstance(kind, type) and not _is_immutable(kind) else ""
        case _:
            return ""


def _is_immutable(kind: type) -> bool:
    frozen = getattr(getattr(kind, "__dataclass_params__", None), "frozen", False)
    return (
        bool(frozen)
        or issubclass(kind, (tuple, str, bytes, int, float, frozenset, BaseException))
        or (kind.__module__ in ("datetime", "decimal", "fractions", "uuid", "pathlib"))
    )


def _snake(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return f"{snake}_" if hasattr(builtins, snake) else snake


def _resolved(module: str, qualname: str) -> Any:
    try:
        return resolve_name(module, qualname)
    except (ImportError, AttributeError):
        return None


def _parameter_names(function: Recipe, scenario: Scenario) -> list[str]:
    """Names of the positional parameters of what is called, when that can be told without calling anything."""
    called: Any = None
    bound = False
    match function:
        case Name(module=module, qualname=qualname):
            called = _resolved(module, qualname)
        case Attribute(target=target, name=name):
            owner = _class_of(target, scenario)
            called, bound = inspect.getattr_static(owner, name, None), True
            if isinstance(called, (staticmethod, classmethod)):
                called, bound = called.__func__, isinstance(called, classmethod)
    try:
        parameters = list(inspect.signature(called).parameters.values())
    except (TypeError, ValueError):
        return []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return names[1:] if bound else names


def _class_of(target: Recipe, scenario: Scenario) -> Any:
    if isinstance(target, Variable):
        made = [s.recipe for s in scenario.steps if s.variable == target.name and not s.attribute]
        target = made[-1] if made else target
    if isinstance(target, Call) and isinstance(target.function, Name):
        return _resolved(target.function.module, target.function.qualname)
    return None
