"""Reads scenarios from docstring examples, recordings, existing tests and callers: what was shown is tried first."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any

from ..observing.names import canonical
from ..providers.maker import Maker
from ..providers.source_recipe import NotARecipe
from ..recipes import Call, Function, Name, Recipe, Variable, from_plain, walk
from ..scenario import Scenario, Step
from .building import Builder
from .editing import with_names
from .live_module import CALLED, Callable_, LiveModule

__all__ = [
    "CALLERS",
    "EXISTING",
    "RECORDED",
    "RecordedCall",
    "documented_results",
    "example_scenarios",
    "first_scenarios",
    "recorded_scenarios",
]

MOST = 100
SKIPPED = "doctest: +SKIP"
EXISTING = "existing tests"
"""The origin of scenarios that were seen there."""
RECORDED = "recorded"
"""The origin of those that were seen in recorded runs: they are as they should be."""
CALLERS = "callers"
"""The origin of those read from source that calls the module."""


def first_scenarios(
    builder: Builder,
    targets: Mapping[str, Callable_],
    seeds: Mapping[str, Any],
    fits: Callable[[RecordedCall], bool] = lambda call: True,
) -> Iterator[Scenario]:
    """What exploring starts with; `seeds` is what `ExistingTests.seeds_of` gives, and "fixtures" what `FixtureProvider` reads.

    `fits` is asked of calls from real runs, whose values may have been made otherwise than they were.
    """
    if builder.maker.has("fixtures"):
        builder.maker.fixtures.learn(seeds.get("fixtures") or ())
    if "docstring-examples" not in builder.maker.without:
        yield from example_scenarios(builder.live, targets)
    if "recordings" not in builder.maker.without:
        yield from recorded_scenarios(builder, targets, {"calls": seeds.get("recorded")}, RECORDED, fits)
    if "existing-tests" not in builder.maker.without:
        yield from recorded_scenarios(builder, targets, seeds)
    if "callers" not in builder.maker.without:
        yield from recorded_scenarios(builder, targets, {"calls": seeds.get("callers")}, CALLERS)


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


# -- calls of existing tests -------------------------------------------------------------------------------------------


def recorded_scenarios(
    builder: Builder,
    targets: Mapping[str, Callable_],
    seeds: Mapping[str, Any],
    origin: str = EXISTING,
    fits: Callable[[RecordedCall], bool] = lambda call: True,
) -> Iterator[Scenario]:
    """One for each call that can be written down whole, the functions in turn; all values are learned from at once."""
    by_function: dict[str, list[Scenario]] = {}
    for name, values in (seeds.get("values") or {}).items():
        for value in _read_all(values):
            _learn(builder.maker, str(name), value)
    for plain in seeds.get("calls") or ():
        call = RecordedCall.read(plain)
        if call is not None:
            is_fit = not call.is_whole or fits(call)
            call.teach(builder.maker)
            call.teach_instance(builder.maker, targets)
            made = call.scenario(builder, targets) if is_fit else None
            if made is not None:
                by_function.setdefault(made.target, []).append(replace(made, origin=origin))
    for scenario in chain.from_iterable(zip_longest(*by_function.values())):
        if scenario is not None:
            yield scenario


class RecordedCall:
    """One call: its arguments by name, those that could not be written down being None."""

    def __init__(self, plain: Mapping[str, Any]) -> None:
        self.function = str(plain["function"])
        self.positional = [str(name) for name in plain["positional"]]
        self.arguments = {str(name): _read(each) for name, each in plain["arguments"].items()}
        self.rest = [_read(each) for each in plain["rest"]]
        self.keywords = {str(name): _read(each) for name, each in plain["keywords"].items()}
        self.steps = tuple(Step.from_plain(each) for each in plain.get("steps", ()))
        """What comes before it, for values that are made in steps."""
        self.optional = [int(each) for each in plain.get("optional", ())]
        """Places of those of the steps that may be needless."""
        self.kind = _read(plain.get("class"))
        """What a constructor makes, which may be of a class below the one that has the constructor."""
        self.otherwise = [dict(way) for way in plain.get("otherwise") or ()]
        """Other ways to make what it is given, each with the names of those that differ."""
        self.was: Mapping[str, Any] = plain.get("was") or {}
        """As a recording has it: "arguments", "rest" and "keywords", and how it ended."""

    @property
    def is_whole(self) -> bool:
        """All that it was given can be made again."""
        return all(recipe is not None or name in self._receiver for name, recipe in self.arguments.items()) and (
            None not in self.rest and None not in self.keywords.values()
        )

    @property
    def _receiver(self) -> list[str]:
        """What a constructor makes, or the class that a class method is of: nobody gives it."""
        first = self.positional[:1]
        return first if first == ["cls"] or self.function.rpartition(".")[2] in ("__init__", "__new__") else []

    def leave_defaults(self, is_same: Callable[[Any, Any], bool], function: Any) -> None:
        """What cannot be made again or is a function, and is what the function takes of its own accord, is not given."""
        was_given = self.was.get("arguments", {})
        left = [name for name, recipe in self.arguments.items() if recipe is None or _is_function(was_given.get(name))]
        if self.rest or not left:
            return
        plain = function.__func__ if isinstance(function, (staticmethod, classmethod)) else function
        try:
            known = inspect.signature(plain).parameters
        except (TypeError, ValueError):
            return
        for name in left:
            default = known[name].default if name in known else inspect.Parameter.empty
            if default is not inspect.Parameter.empty and is_same(was_given.get(name), default):
                del self.arguments[name]
                if name in self.positional:  # those behind it go by their names
                    self.positional = self.positional[: self.positional.index(name)]

    @property
    def given(self) -> list[tuple[Recipe, Any]]:
        """Each value that it is given, with what was recorded of it."""
        was = self.was
        pairs = [
            (recipe, was.get("arguments", {}).get(n)) for n, recipe in self.arguments.items() if n not in self._receiver
        ]
        pairs += list(zip(self.rest, was.get("rest", ()), strict=False))
        pairs += [(recipe, was.get("keywords", {}).get(name)) for name, recipe in self.keywords.items()]
        return [(recipe, plain) for recipe, plain in pairs if recipe is not None]

    @classmethod
    def read(cls, plain: Any) -> RecordedCall | None:
        """None for what is no call: it comes from a process that ran strangers' code."""
        try:
            return cls(plain)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def teach(self, maker: Maker) -> None:
        for name, recipe in {**self.arguments, **self.keywords}.items():
            if recipe is not None and name not in ("self", "cls") and not _is_in_steps(recipe):
                _learn(maker, name, recipe)

    def teach_instance(self, maker: Maker, targets: Collection[str]) -> None:
        """A class whose constructor is not the module's own has no test of it, but instances are wanted."""
        owner, _, name = self.function.rpartition(".")
        kind = maker.live.classes.get(owner) if name == "__init__" and self.function not in targets else None
        given = [*(self.arguments.get(name) for name in self.positional[1:]), *self.rest]
        named = {k: v for k, v in self.arguments.items() if k not in self.positional} | self.keywords
        args = tuple(each for each in given if each is not None)
        kwargs = tuple((k, v) for k, v in named.items() if v is not None)
        whole = (len(args), len(kwargs)) == (len(given), len(named))
        if kind is not None and whole and not any(map(_is_in_steps, (*args, *dict(kwargs).values()))):
            maker.learn_value(kind, Call(Name(maker.live.name, owner), args, kwargs))

    def scenario(self, builder: Builder, targets: Mapping[str, Callable_]) -> Scenario | None:
        target = targets.get(self.function)
        if target is None:
            return None
        bound = target.kind not in ("function", "staticmethod")
        instance = self.arguments.get(self.positional[0]) if bound and self.positional else None
        names = self.positional[1:] if bound else self.positional
        defaults = {p.name: p.default for p in target.parameters if p.has_default and p.default is not None}
        args = [self.arguments.get(name) for name in names]
        if not self.rest:
            while args and args[-1] is not None and args[-1] == defaults.get(names[len(args) - 1]):
                args.pop()
        by_keyword = {
            name: recipe
            for name, recipe in self.arguments.items()
            if name not in self.positional and (recipe is None or recipe != defaults.get(name))
        }
        given = [*args, *self.rest]
        named = {**by_keyword, **self.keywords}
        whole = [each for each in given if each is not None]
        whole_named = tuple((name, each) for name, each in named.items() if each is not None)
        if len(whole) < len(given) or len(whole_named) < len(named):
            return None
        made = builder.recorded(target, None if target.kind in CALLED else instance, tuple(whole), whole_named)
        if made is not None and self.kind is not None:
            made = _made_by(made, self.kind)
        if made is None or self.steps:
            return made and replace(made, steps=(*self.steps, *made.steps))
        if self.function.endswith(".__init__") and target.owner is not None:
            builder.maker.learn_value(target.owner, made.steps[-1].recipe)
        return made


def _learn(maker: Maker, name: str, recipe: Recipe) -> None:
    """Offered for parameters of that name, and where an instance of its class is wanted."""
    maker.learn_argument(name, recipe)
    if isinstance(recipe, Call) and isinstance(recipe.function, Name):
        kind = next((k for k, n in maker.live.reachable_classes() if n == recipe.function), None)
        if kind is not None:
            maker.learn_value(kind, recipe)


def _made_by(scenario: Scenario, kind: Recipe) -> Scenario:
    *before, last = scenario.steps
    if not isinstance(last.recipe, Call):
        return scenario
    return replace(scenario, steps=(*before, replace(last, recipe=replace(last.recipe, function=kind))))


def _is_in_steps(recipe: Recipe) -> bool:
    """It is nothing without the statements before it."""
    return any(isinstance(node, Variable) for node in walk(recipe) if not isinstance(recipe, Function))


def _is_function(plain: Any) -> bool:
    return type(plain) is list and plain[:1] == ["function"]


def _read(plain: Any) -> Recipe | None:
    return None if plain is None else from_plain(plain)


def _read_all(plain: Any) -> Iterator[Recipe]:
    for each in plain:
        try:
            yield from_plain(each)
        except ValueError:
            continue
