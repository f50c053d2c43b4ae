"""Addresses nodes inside recipes and scenarios, and replaces them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..providers.stand_ins import FIXED_CLOCKS
from ..recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Function,
    Helper,
    Item,
    Name,
    Operation,
    Patch,
    Recipe,
    Sequence,
    Variable,
    children,
    walk,
)
from ..scenario import Scenario, Step

__all__ = [
    "FIXED",
    "FRAMES",
    "Edit",
    "Place",
    "called_in",
    "is_steady",
    "largest_number",
    "method_in",
    "node_at",
    "nodes",
    "replace_node",
    "replace_step",
    "with_children",
    "with_names",
    "without_idle_values",
    "without_repeats",
]

FRAMES = ("builtins", "itertools", "operator", "asyncio")
"""What stands around the call under test: `list(…)` without it would test nothing."""
FIXED = (Const(":memory:"), Const("program"))
"""No texts to be changed: any other database is a file, and the name of the program goes before its arguments."""
STATUSES = (Const(200), Const(404), Const(500))
"""Of HTTP."""
Place = tuple[int, ...]
"""The step's number, then child numbers downwards."""
Edit = tuple[Place, Recipe]
"""What is put where, for `replace_node`: cheaper to keep, and to tell from others, than the scenario it makes."""


def nodes(scenario: Scenario) -> Iterator[tuple[Place, Recipe]]:
    """Every node with its place, steps in order, parents first."""
    for number, step in enumerate(scenario.steps):
        waiting: list[tuple[Place, Recipe]] = [((number,), step.recipe)]
        while waiting:
            place, recipe = waiting.pop()
            yield place, recipe
            below = children(recipe)
            if below:
                waiting.extend([((*place, n), below[n]) for n in range(len(below) - 1, -1, -1)])


def node_at(scenario: Scenario, place: Place) -> Recipe:
    """The node that `nodes` gives with that place."""
    node = scenario.steps[place[0]].recipe
    for number in place[1:]:
        node = children(node)[number]
    return node


def is_steady(scenario: Scenario, place: Place) -> bool:
    """A part of the date that a clock is fixed at, or a status: plainer ones would be none, and are not sought."""
    if len(place) < 2:
        return False
    parent = node_at(scenario, place[:-1])
    return isinstance(parent, Call) and (parent.function in FIXED_CLOCKS or node_at(scenario, place) in STATUSES)


def replace_node(scenario: Scenario, place: Place, new: Recipe) -> Scenario:
    """The scenario with the node at `place` replaced."""
    step = scenario.steps[place[0]]
    return replace_step(scenario, place[0], Step(_put(step.recipe, place[1:], new), step.variable, step.attribute))


def replace_step(scenario: Scenario, number: int, step: Step) -> Scenario:
    steps = (*scenario.steps[:number], step, *scenario.steps[number + 1 :])
    return Scenario(steps, scenario.target, scenario.origin, scenario.in_loop)  # `replace` would take twice as long


def _put(recipe: Recipe, place: Place, new: Recipe) -> Recipe:
    if not place:
        return new
    below = list(children(recipe))
    below[place[0]] = _put(below[place[0]], place[1:], new)
    return with_children(recipe, below)


def with_names(scenario: Scenario, change: Callable[[Name], Name]) -> Scenario:
    """The scenario with every Name changed."""
    changed = scenario
    for place, node in nodes(scenario):
        if isinstance(node, Name) and (new := change(node)) != node:
            changed = replace_node(changed, place, new)
    return changed


def without_idle_values(scenario: Scenario) -> Scenario:
    """Without the steps that only write down a value which nothing asks for: running it would show nothing else."""
    kept = [
        step
        for number, step in enumerate(scenario.steps)
        if number == len(scenario.steps) - 1 or not _is_idle(step, scenario.steps[number + 1 :])
    ]
    return scenario if len(kept) == len(scenario.steps) else replace(scenario, steps=tuple(kept))


def _is_idle(step: Step, later: tuple[Step, ...]) -> bool:
    if step.attribute or not all(map(_is_literal, walk(step.recipe))):
        return False
    return all(node != Variable(step.variable) for other in later for node in walk(other.recipe)) and not any(
        other.attribute and other.variable == step.variable for other in later
    )


def _is_literal(node: Recipe) -> bool:
    """One that can always be made: keys and items of sets may not."""
    if isinstance(node, Dictionary):
        return all(isinstance(key, Const) for key, _ in node.items)
    return isinstance(node, Const) or (isinstance(node, Sequence) and node.kind in ("list", "tuple"))


def without_repeats(scenario: Scenario) -> Scenario:
    """The scenario with each literal once in a set, and as a key of a dict (with its last value): it means the same."""
    tidied = scenario
    for place, node in reversed(list(nodes(scenario))):  # inner ones first: the places of outer ones stay
        if isinstance(node, Dictionary) or (isinstance(node, Sequence) and node.kind in ("set", "frozenset")):
            tidied = replace_node(tidied, place, _once(node_at(tidied, place)))
    return tidied


def _once(display: Recipe) -> Recipe:
    """What is dropped must have no effect of its own; `1`, `1.0` and `True` are left to whoever wrote them."""
    if isinstance(display, Sequence):
        kept = {(_literal(item) or number): item for number, item in enumerate(display.items)}
        return display if len(kept) == len(display.items) else Sequence(display.kind, tuple(kept.values()))
    if not isinstance(display, Dictionary) or any(isinstance(n, (Call, Await)) for n in walk(display)):
        return display
    pairs = {(_literal(key) or number): (key, value) for number, (key, value) in enumerate(display.items)}
    return display if len(pairs) == len(display.items) else Dictionary(tuple(pairs.values()))


def _literal(recipe: Recipe) -> tuple[type, Any] | None:
    return (type(recipe.value), recipe.value) if isinstance(recipe, Const) else None


def largest_number(scenario: Scenario) -> int:
    """By its size, 0 = it holds none. Infinite ones do not count: nothing is made or filled by them."""
    numbers = (
        abs(n.value)
        for step in scenario.steps
        for n in walk(step.recipe)
        if isinstance(n, Const)
        and isinstance(n.value, (int, float))
        and abs(n.value) != math.inf
        and n.value == n.value
    )
    return max((min(int(min(n, 1e300)), 10**18) for n in numbers), default=0)


def with_children(recipe: Recipe, new: list[Recipe]) -> Recipe:
    """The node with other sub-recipes, given in the order of `children`."""
    made = _WITH_CHILDREN.get(type(recipe))
    return recipe if made is None else made(recipe, new)


def _call_with(call: Call, new: list[Recipe]) -> Call:
    named = 1 + len(call.args)
    if not call.kwargs:
        return Call(new[0], tuple(new[1:]))
    names = [name for name, _ in call.kwargs]
    return Call(new[0], tuple(new[1:named]), tuple(zip(names, new[named:], strict=True)))


_WITH_CHILDREN: Mapping[type, Callable[[Any, list[Recipe]], Recipe]] = {
    Sequence: lambda node, new: Sequence(node.kind, tuple(new)),
    Dictionary: lambda node, new: Dictionary(tuple(zip(new[::2], new[1::2], strict=True))),
    Call: _call_with,
    Attribute: lambda node, new: Attribute(new[0], node.name),
    Await: lambda node, new: Await(new[0]),
    Item: lambda node, new: Item(new[0], new[1]),
    Operation: lambda node, new: Operation(node.symbol, new[0], None if node.right is None else new[1]),
    Function: lambda node, new: Function(node.parameters, new[0]),
    Patch: lambda node, new: Patch(node.kind, node.target, new[0]),
}


def called_in(recipe: Recipe) -> Recipe:
    """What a step calls, past `await`, `list(…)` and the like, and past helpers that its result needed."""
    while True:
        match recipe:
            case Await(target=target):
                recipe = target
            case Call(function=Name(module=module), args=(first, *_)) if module in FRAMES:
                recipe = first
            case Call(function=Helper(), args=(first, *_)):
                recipe = first
            case Call(function=function) if isinstance(function, (Attribute, Name)):
                return function
            case _:
                return recipe


def method_in(recipe: Recipe) -> str:
    """The name of the method that a step calls, "" for none; `setitem(cart, …)` calls `__setitem__`."""
    if isinstance(recipe, Call) and isinstance(recipe.function, Name) and recipe.function.module == "operator":
        return f"__{recipe.function.qualname}__"
    called = called_in(recipe)
    return called.name if isinstance(called, Attribute) else ""
