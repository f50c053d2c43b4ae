"""Decides what a scenario replaces around the code under test, and which of its services are stand-ins."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..exploring.live_module import UNKNOWN, Callable_, Parameter
from ..recipes import Attribute, Call, Const, Function, Helper, Name, Patch, Recipe, Variable, children, walk
from ..scenario import Scenario, Step
from .collaborators import Collaborators, Facts
from .plain_values import any_plain, known_type
from .sample_types import STUB
from .stand_ins import AUTOSPEC, STAND_INS, TRUE, free_name, stand_in_steps
from .switches import flipped, held_at, registered

if TYPE_CHECKING:
    from .maker import Maker

__all__ = ["PatchProvider"]

SET, UNSET = 0.65, 0.12
"""How often an environment variable that the code looks up is set, and how often it is deleted."""
LATER = 0.4
"""How often the clock goes on before the call under test, when others came before it."""
CLOCKS = frozenset({"time.time", "time.monotonic", "time.perf_counter"})
SERVED = 0.35
EMPTY = 0.25
QUEUES: Mapping[Recipe, str] = {
    Name("queue", "Queue"): "put",
    Name("queue", "LifoQueue"): "put",
    Name("queue", "PriorityQueue"): "put",
    Name("queue", "SimpleQueue"): "put",
    Name("asyncio.queues", "Queue"): "put_nowait",
}
"""Queues, and how something gets into them at once."""
MOST_PATCHES = 5
FILLED = 0.7
"""How often a dict in which others register something is put there with an entry rather than empty."""


class PatchProvider:
    """Dresses scenarios of functions that reach outside; what nothing reaches stays as it is."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self._found: Collaborators | None = None
        self._services: dict[int, tuple[Any, type | None]] = {}
        self._serving: dict[str, list[tuple[int, Parameter, type]]] = {}

    @property
    def found(self) -> Collaborators:
        if self._found is None:
            live = self.maker.live
            self._found = Collaborators(live.module, live.facts.source, STAND_INS)
        return self._found

    def facts(self, scenario: Scenario) -> Facts:
        """Of the target, and of whatever of the module the scenario calls on the way."""
        owner = scenario.target.rpartition(".")[0]
        names = {scenario.target: None}
        for node in (n for step in scenario.steps for n in walk(step.recipe)):
            if isinstance(node, Name) and node.module == self.maker.live.name:
                names[node.qualname] = None
            elif isinstance(node, Attribute) and owner:
                names[f"{owner}.{node.name}"] = None
        facts = self.found.of(*names)
        classes = [name for name in names if name in self.maker.live.classes]
        methods = [f"{kind}.{name}" for kind in classes for name in facts.attributes]
        called = [method for method in methods if self.found.own(method) and method not in names]
        return self.found.of(*names, *called) if called else facts

    def serves(self, scenario: Scenario) -> bool:
        """It reaches something that can be replaced."""
        return self.maker.has("patching") and self.found.any and bool(self.facts(scenario).found)

    def variables(self, scenario: Scenario) -> list[str]:
        """The environment variables that it may look up."""
        return [one.place for one in self.facts(scenario).found if not one.origin] if self.serves(scenario) else []

    def dressed(self, scenario: Scenario, target: Callable_) -> Scenario:
        """With the patches that it asks for, and sometimes stand-ins for its services."""
        if not self.maker.has("patching"):
            return scenario
        served = self._filled(self._served(scenario, target) if self.has_services else scenario)
        return self._patched(served) if self.serves(served) else served

    def renewed(self, scenario: Scenario) -> Scenario:
        """With other patches than it has, if any."""
        return self._patched(_bare(scenario)) if self.serves(scenario) else scenario

    @cached_property
    def has_services(self) -> bool:
        """Some parameter of the module is annotated with one."""
        parameters = (p for each in self.maker.live.callables() for p in each.parameters)
        return any(self._service(p.hint) is not None for p in parameters)

    def _service(self, hint: Any) -> type | None:
        """As `_service`, each hint read but once: this is asked for every argument of every call that is made."""
        known = self._services.get(id(hint))
        if known is None:
            known = self._services[id(hint)] = hint, _service(hint)  # with the hint, so that its id stays its own
        return known[1]

    def completed(self, scenario: Scenario, target: Callable_) -> Scenario:
        """With other patches, when it came to call something whose own are missing; with autospecs for stubs."""
        if self.has_services and self.maker.has("patching"):
            scenario = self._served(scenario, target, share=0.0)
        if not self.serves(scenario):
            return scenario
        there = {step.recipe.target for step in scenario.steps if isinstance(step.recipe, Patch)}
        missing = any(one.origin and one.place not in there for one in self.facts(scenario).found)
        return self.renewed(scenario) if missing else scenario

    def switched(self, scenario: Scenario) -> Scenario | None:
        """With one more flag set otherwise than the module sets it, None when there is none left."""
        there = {step.recipe.target for step in scenario.steps if isinstance(step.recipe, Patch)}
        known = [place for place in self.facts(scenario).switches if place not in there]
        if not known or len(there) > MOST_PATCHES:
            return None
        place = self.maker.rng.choice(known)
        held = held_at(self.maker.live.module, re.split("[.:]", place.removeprefix(self.maker.live.name))[1:])
        fill = isinstance(held, dict) and (not held or self.maker.rng.random() < FILLED)
        other = registered(scenario, self.maker.rng) if fill else flipped(held, self.maker.rng)
        put = Step(Patch("setattr", place, other))
        return dataclasses.replace(scenario, steps=(put, *scenario.steps))

    def _patched(self, scenario: Scenario) -> Scenario:
        facts, rng = self.facts(scenario), self.maker.rng
        taken = {step.variable for step in scenario.steps} | {"result"}
        steps: list[Step] = []
        later: list[Step] = []
        for one in list(facts.found)[: 3 * MOST_PATCHES]:
            if one.origin:
                made = stand_in_steps(one.origin, one.place, facts, rng, taken)
                steps += made
                if one.origin in CLOCKS and len(scenario.steps) > 1 and rng.random() < LATER:
                    later += [_moved_on(made[-1], rng.choice((1.0, 60.0, 1000.0)))]
            elif sum(isinstance(step.recipe, Patch) for step in steps) < MOST_PATCHES:
                steps += self._variable(one.place)
        if not steps:
            return scenario
        return dataclasses.replace(scenario, steps=(*steps, *scenario.steps[:-1], *later, scenario.steps[-1]))

    def _variable(self, name: str) -> list[Step]:
        """An environment variable is a text like any other argument."""
        roll = self.maker.rng.random()
        if roll > SET:
            return [Step(Patch("delenv", name))] if roll < SET + UNSET else []
        made = self.maker.argument(Parameter(name.lower(), "positional-only", str))
        usable = isinstance(made, Const) and type(made.value) is str and "\0" not in made.value
        return [Step(Patch("setenv", name, made if usable else Const("abc")))]

    # -- services ----------------------------------------------------------------------------------------------------

    def _served(self, scenario: Scenario, target: Callable_, share: float = SERVED) -> Scenario:
        """Sometimes the arguments that are services become autospecs, in steps of their own."""
        wanted = [
            (number, call, position, key, parameter, kind)
            for number, step in enumerate(scenario.steps)
            for call in walk(step.recipe)
            if type(call) is Call
            for position, key, parameter, kind in self._given(call, target, last=number == len(scenario.steps) - 1)
        ]
        if not wanted:
            return scenario
        everywhere = self.maker.rng.random() < share
        steps = list(scenario.steps)
        before: dict[int, list[Step]] = {}
        taken = {step.variable for step in steps} | {"result"}
        for number, call, position, key, parameter, kind in wanted:
            argument = call.args[position] if position >= 0 else dict(call.kwargs)[key]
            if not everywhere and not _stands_in(argument):
                continue
            made = self._autospec(scenario, parameter, kind, taken)
            if made:
                steps[number] = _with_argument(steps[number], argument, Variable(made[0].variable))
                before.setdefault(number, []).extend(made)
        spread = [one for number, step in enumerate(steps) for one in (*before.get(number, ()), step)]
        return dataclasses.replace(scenario, steps=tuple(spread))

    def _given(self, call: Call, target: Callable_, *, last: bool) -> list[tuple[int, str, Parameter, type]]:
        """The arguments of a call of the target, or of a class of the module, that are services, with their parameters."""
        wanted = self._wanted(call.function, target, last=last)
        if not wanted:
            return []
        by_name = {p.name: (p, kind) for _, p, kind in wanted}
        found = [(n, "", p, kind) for n, p, kind in wanted if n < len(call.args)]
        return found + [(-1, key, *by_name[key]) for key, _ in call.kwargs if key in by_name]

    def _wanted(self, called: Recipe, target: Callable_, *, last: bool) -> list[tuple[int, Parameter, type]]:
        """The parameters of what is called that are services, with their positions."""
        live = self.maker.live
        if isinstance(called, Name) and called.module == live.name and called.qualname in live.classes:
            known = self._serving.get(called.qualname)
            if known is None:
                known = self._services_of(self.maker.objects.parameters(live.classes[called.qualname]))
                self._serving[called.qualname] = known
            return known
        if last and (called == target.recipe or getattr(called, "name", "") == target.qualname.rpartition(".")[2]):
            return self._services_of(target.parameters)
        return []

    def _services_of(self, parameters: list[Parameter]) -> list[tuple[int, Parameter, type]]:
        return [(n, p, kind) for n, p in enumerate(parameters) if (kind := self._service(p.hint)) is not None]

    def _filled(self, scenario: Scenario) -> Scenario:
        """A queue that is given has something in it, mostly."""
        last = len(scenario.steps) - 1
        for call in walk(scenario.steps[last].recipe):
            for made, parameter in _arguments(call):
                put = QUEUES.get(made.function)
                if put is None or self.maker.rng.random() < EMPTY:
                    continue
                name = free_name(parameter or "queue", {step.variable for step in scenario.steps} | {"result"})
                items = [any_plain(self.maker.rng) for _ in range(self.maker.rng.choice((1, 1, 2)))]
                steps = [Step(made, name), *(Step(Call(Attribute(Variable(name), put), (item,))) for item in items)]
                under_test = _with_argument(scenario.steps[last], made, Variable(name))
                return dataclasses.replace(scenario, steps=(*scenario.steps[:last], *steps, under_test))
        return scenario

    def _autospec(self, scenario: Scenario, parameter: Parameter, kind: type, taken: set[str]) -> list[Step]:
        """`mailer = create_autospec(Mailer, instance=True)`, and what its methods give."""
        named = self.maker.objects.class_recipe(kind)
        methods = [m for m in self.facts(scenario).attributes if _is_method(kind, m)]
        if named is None or not methods:
            return []
        name = free_name(parameter.name, taken)
        steps = [Step(Call(AUTOSPEC, (named,), (("instance", TRUE),)), name)]
        for method in methods:
            result = self._result(kind, method, parameter)
            if result is not None:
                steps.append(Step(result, name, f"{method}.return_value"))
        return steps

    def _result(self, kind: type, method: str, parameter: Parameter) -> Recipe | None:
        """From the method's hint, else from what the code does with it."""
        try:
            hint = typing.get_type_hints(inspect.getattr_static(kind, method)).get("return", UNKNOWN)
        except Exception:
            hint = UNKNOWN
        if hint is type(None):
            return None
        if hint is not UNKNOWN and hint is not Any:
            return self.maker.hints.make(hint, 1)
        uses = ((parameter.uses.get("attributes") or {}).get(method) or {}).get("result")
        return self.maker.uses.make(uses, 1) if uses else None


def _moved_on(step: Step, seconds: float) -> Step:
    """The same clock, later."""
    patch = step.recipe
    if not isinstance(patch, Patch) or not isinstance(patch.value, Function) or not isinstance(patch.value.body, Const):
        return step
    later = Function(patch.value.parameters, Const(patch.value.body.value + seconds))
    return Step(Patch(patch.kind, patch.target, later))


def _bare(scenario: Scenario) -> Scenario:
    """Without its patches, and the steps that only served these."""
    patches = [step.recipe for step in scenario.steps if isinstance(step.recipe, Patch)]
    rest = [step for step in scenario.steps if not isinstance(step.recipe, Patch)]
    served = {n.name for patch in patches for n in walk(patch) if isinstance(n, Variable)}
    for step in reversed(rest):
        if step.variable in served:
            served |= {n.name for n in walk(step.recipe) if isinstance(n, Variable)}
    return dataclasses.replace(scenario, steps=tuple(step for step in rest if step.variable not in served))


def _arguments(recipe: Recipe) -> Iterator[tuple[Call, str]]:
    """The calls among the arguments of a call, with their keywords."""
    if isinstance(recipe, Call):
        for name, value in (*(("", a) for a in recipe.args), *recipe.kwargs):
            if isinstance(value, Call):
                yield value, name


def _with_argument(step: Step, old: Recipe, new: Recipe) -> Step:
    """The first place that holds this very object holds the other one."""
    return dataclasses.replace(step, recipe=_replaced(step.recipe, old, new))


def _replaced(recipe: Recipe, old: Recipe, new: Recipe) -> Recipe:
    from ..exploring.editing import with_children

    if recipe is old:
        return new
    below = children(recipe)
    return with_children(recipe, [_replaced(part, old, new) for part in below]) if below else recipe


def _service(hint: Any) -> type | None:
    """The class that the hint names, if its instances do things rather than hold them."""
    options = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    classes = [kind for kind in options if isinstance(kind, type) and kind is not type(None)]
    if len(classes) != 1:
        return None
    kind = classes[0]
    holds = dataclasses.is_dataclass(kind) or hasattr(kind, "__attrs_attrs__") or hasattr(kind, "model_fields")
    plain = kind.__module__ in ("builtins", "typing", "collections.abc") or issubclass(
        kind, (enum.Enum, BaseException, tuple, list, dict, str, set, int, float)
    )
    standard = kind.__module__.partition(".")[0] in sys.stdlib_module_names and _path(kind) not in STAND_INS
    return None if holds or plain or standard or known_type(kind) else kind


def _path(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _stands_in(argument: Recipe) -> bool:
    """It is none of the class itself: an autospec does that better."""
    return isinstance(argument, Call) and (argument.function == STUB or isinstance(argument.function, Helper))


def _is_method(kind: type, name: str) -> bool:
    return not name.startswith("_") and inspect.isroutine(inspect.getattr_static(kind, name, None))
