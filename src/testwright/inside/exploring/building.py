"""Builds whole scenarios for one callable: instance, earlier calls, the call under test, and what its result needs."""

from __future__ import annotations

import asyncio
import builtins
import inspect
import io
import keyword
import re
import types
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import replace
from typing import Any

from ..providers.maker import Maker
from ..providers.plain_values import any_plain
from ..providers.sample_types import COLLECT, ENTERED, ENTERED_ASYNC
from ..recipes import Attribute, Await, Call, Const, Item, Name, Operation, Recipe, Variable
from ..scenario import Scenario, Step
from .linking import Linker
from .live_module import Callable_, LiveModule, Parameter, is_below
from .preparing import Arguments, Preparing

__all__ = ["Builder"]

BINARY_DUNDERS = {
    "__eq__": "==", "__ne__": "!=", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">=", "__add__": "+", "__sub__": "-",
    "__mul__": "*", "__truediv__": "/", "__floordiv__": "//", "__mod__": "%", "__pow__": "**", "__and__": "&", "__or__": "|",
    "__xor__": "^", "__matmul__": "@", "__lshift__": "<<", "__rshift__": ">>",
}  # fmt: skip
REFLECTED_DUNDERS = {
    "__r" + k[2:]: v for k, v in BINARY_DUNDERS.items() if k[2:4] not in ("eq", "ne", "lt", "le", "gt", "ge")
}
UNARY_DUNDERS = {"__neg__": "-", "__pos__": "+", "__invert__": "~"}
BUILTIN_DUNDERS = {
    "__len__": "len", "__str__": "str", "__repr__": "repr", "__bool__": "bool", "__int__": "int", "__float__": "float",
    "__abs__": "abs", "__next__": "next", "__reversed__": "list", "__hash__": "hash", "__bytes__": "bytes",
    "__index__": "int", "__round__": "round", "__format__": "format", "__dir__": "dir", "__complex__": "complex",
}  # fmt: skip

ATTRIBUTE_DUNDERS = {
    "__getattr__": ("getattr", 1), "__getattribute__": ("getattr", 1),
    "__setattr__": ("setattr", 2), "__delattr__": ("delattr", 1),
}  # fmt: skip
"""The builtin that calls it, and how many arguments it hands on."""

ENSURE_FUTURE, GATHER = Name("asyncio", "ensure_future"), Name("asyncio", "gather")
SLEEP, WAIT_FOR = Name("asyncio", "sleep"), Name("asyncio", "wait_for")


def variable_name(qualname: str) -> str:
    """`cart` for Cart, `http_client` for HTTPClient."""
    short = qualname.rsplit(".", 1)[-1].strip("_")
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", short).lower()
    if hasattr(builtins, snake):
        return f"{snake}_"
    usable = snake.isidentifier() and not keyword.iskeyword(snake) and snake != "result"
    return snake if usable else "subject"


class Builder:
    """Makes scenarios for a callable; what its results turned out to need (awaiting, listing) is remembered."""

    def __init__(self, live: LiveModule, maker: Maker, callables: list[Callable_]) -> None:
        self.live = live
        self.maker = maker
        self.links = Linker(live, maker, callables)
        self.preparing = Preparing(live, maker, self.links, self._earlier_call)
        self.by_owner: dict[type, list[Callable_]] = {}
        for each in callables:
            if each.owner is not None:
                self.by_owner.setdefault(each.owner, []).append(each)
        self.layers: dict[str, tuple[str, ...]] = {}
        self.deadlocked: set[str] = set()
        """Targets that have waited for what never came: a short time limit is how a test ends those."""
        self.endless: set[str] = set()
        """Targets whose results, listed whole, took too long: only their first items are asked for."""

    def found_endless(self, target: str) -> None:
        """A call of it took too long; it is then no argument for others either, whose loops in C nothing interrupts."""
        self.endless.add(target)
        self.maker.forget(target)

    def build(self, target: Callable_) -> Scenario | None:
        """A fresh scenario with what it needs around it; None when no instance can be made."""
        made = self._built(target)
        return None if made is None else self.maker.patches.dressed(made, target)

    def _built(self, target: Callable_) -> Scenario | None:
        if target.kind in ("function", "staticmethod", "classmethod"):
            call = Call(target.recipe, *self.maker.arguments(target.parameters))
            linked = self.links.linked(target, [], call, "", self.method_call)
            return self._finish(target, list(linked.steps[:-1]), linked.steps[-1].recipe)
        if target.owner is None:
            return None
        name = target.qualname.rsplit(".", 1)[-1]
        if name in ("__init__", "__new__", "__post_init__"):
            made = self.maker.objects.construct(target.owner, 0)
            return None if made is None else self._finish(target, [], made)
        return self._on_instance(target, name)

    def recorded(
        self,
        target: Callable_,
        instance: Recipe | None,
        args: tuple[Recipe, ...],
        kwargs: tuple[tuple[str, Recipe], ...],
    ) -> Scenario | None:
        """A call that was seen elsewhere; an instance that could not be written down is made anew."""
        if target.kind in ("function", "staticmethod", "classmethod"):
            made = self._finish(target, [], Call(target.recipe, args, kwargs))
        elif target.owner is None:
            return None
        else:
            found = self._seen_on_instance(target, target.owner, instance, args, kwargs)
            if found is None:
                return None
            made = found
        return self.maker.patches.dressed(made, target)

    def _seen_on_instance(
        self,
        target: Callable_,
        owner: type,
        instance: Recipe | None,
        args: tuple[Recipe, ...],
        kwargs: tuple[tuple[str, Recipe], ...],
    ) -> Scenario | None:
        name = target.qualname.rsplit(".", 1)[-1]
        if name in ("__init__", "__new__"):
            kind = self.maker.objects.class_recipe(owner)
            return None if kind is None else self._finish(target, [], Call(kind, args, kwargs))
        made = instance or self.maker.objects.make(owner, 0)
        if made is None:
            return None
        steps: list[Step] = []
        if isinstance(made, Variable):
            variable = made.name  # it is made in steps, which come before
        else:
            variable = variable_name(owner.__qualname__)
            steps.append(Step(made, variable))
        if target.kind != "property":
            return self._finish(target, steps, self.call_with(target, name, Variable(variable), args, kwargs))
        if args:
            return Scenario((*steps, Step(args[0], variable, name)), target.qualname, "built")
        return self._finish(target, steps, Attribute(Variable(variable), name))

    def _on_instance(self, target: Callable_, name: str) -> Scenario | None:
        assert target.owner is not None
        made = self.maker.objects.make(target.owner, 0)
        if made is None:
            return None
        variable = variable_name(target.owner.__qualname__)
        steps = [Step(made, variable), *self.preparing.steps(target, variable), *self._waiting(target, variable)]
        if target.kind == "property":
            if target.qualname in self.live.setters and self.maker.rng.random() < 0.5:
                value = self.maker.argument(Parameter(name, "positional-only"))
                return Scenario((*steps, Step(value, variable, name)), target.qualname, "built")
            return self._finish(target, steps, Attribute(Variable(variable), name))
        call = self.method_call(target, name, Variable(variable))
        linked = self.links.linked(target, steps, call, variable, self.method_call)
        made_call = self._finish(target, list(linked.steps[:-1]), linked.steps[-1].recipe)
        return self._beside(made_call, target, variable)

    def method_call(self, target: Callable_, name: str, instance: Recipe) -> Recipe:
        """The call with arguments made for it."""
        return self.call_with(target, name, instance, *self._made_for(target, name))

    def _made_for(self, target: Callable_, name: str) -> Arguments:
        args, kwargs = self.maker.arguments(target.parameters)
        if name in BINARY_DUNDERS and args:
            args = (self._other(target, args[0]),)
        elif name in ATTRIBUTE_DUNDERS and len(args) >= ATTRIBUTE_DUNDERS[name][1]:
            args = (self._attribute_name(args[0]), *args[1:])
        return args, kwargs

    def call_with(
        self,
        target: Callable_,
        name: str,
        instance: Recipe,
        args: tuple[Recipe, ...],
        kwargs: tuple[tuple[str, Recipe], ...],
    ) -> Recipe:
        """The call as a person writes it: operators and builtins for double-underscore methods."""
        if name in BINARY_DUNDERS and args:
            return Operation(BINARY_DUNDERS[name], instance, args[0])
        if name in REFLECTED_DUNDERS and args:
            return Operation(REFLECTED_DUNDERS[name], args[0], instance)
        if name in UNARY_DUNDERS:
            return Operation(UNARY_DUNDERS[name], instance)
        if name == "__contains__" and args:
            return Operation("in", args[0], instance)
        if name == "__getitem__" and args:
            return Item(instance, args[0])
        if name == "__call__":
            return Call(instance, args, kwargs)
        if name in ATTRIBUTE_DUNDERS and len(args) >= ATTRIBUTE_DUNDERS[name][1]:
            builtin, count = ATTRIBUTE_DUNDERS[name]
            return Call(Name("builtins", builtin), (instance, *args[:count]))
        if name == "__iter__":
            return self._listed(instance, target.qualname)
        if name == "__reversed__":
            return Call(Name("builtins", "list"), (Call(Name("builtins", "reversed"), (instance,)),))
        if name == "__aiter__":
            if target.qualname in self.deadlocked or self.maker.rng.random() < 0.4:
                return Await(Call(Name("builtins", "anext"), (Call(Name("builtins", "aiter"), (instance,)),)))
            return Await(Call(COLLECT, (instance,)))
        if name == "__anext__":
            return Await(Call(Name("builtins", "anext"), (instance,)))
        if (name == "__setitem__" and len(args) > 1) or (name == "__delitem__" and args):
            return Call(Name("operator", name.strip("_")), (instance, *args[: 2 if name == "__setitem__" else 1]))
        if name == "__enter__" or name == "__exit__":
            return Call(ENTERED, (instance,))
        if name == "__aenter__" or name == "__aexit__":
            return Await(Call(ENTERED_ASYNC, (instance,)))
        if name in BUILTIN_DUNDERS:
            return Call(
                Name("builtins", BUILTIN_DUNDERS[name]),
                (instance, *args[:1]) if name in ("__round__", "__format__") else (instance,),
            )
        call: Recipe = Call(Attribute(instance, name), args, kwargs)
        return Await(call) if target.model["is_async"] and not target.model["is_generator"] else call

    def _attribute_name(self, made: Recipe) -> Recipe:
        """What is asked for by name is an identifier, mostly."""
        if isinstance(made, Const) and isinstance(made.value, str) and made.value.isidentifier():
            return made
        names = [c.value for c in self.maker.literals if isinstance(c.value, str) and c.value.isidentifier()]
        return Const(self.maker.rng.choice([*names, "name", "value", "real", "upper", "items"]))

    def _other(self, target: Callable_, argument: Recipe) -> Recipe:
        """Comparing with another instance of the same class is the ordinary case; a stranger is refused, or not."""
        roll = self.maker.rng.random()
        if roll < 0.6 and target.owner is not None:
            return self.maker.objects.make(target.owner, 1) or argument
        return any_plain(self.maker.rng) if roll > 0.9 else argument

    def _earlier_call(self, other: Callable_, variable: str, arguments: Arguments | None) -> Recipe:
        name, instance = other.qualname.rsplit(".", 1)[-1], Variable(variable)
        args, kwargs = arguments or self._made_for(other, name)
        return self._layered(self.call_with(other, name, instance, args, kwargs), other.qualname)

    # -- things that go on at the same time --------------------------------------------------------------------------

    def _awaitables(self, target: Callable_) -> list[Callable_]:
        """Methods of the same class whose calls are awaited, by their definition or by what they returned."""
        return [
            c
            for c in self.by_owner.get(target.owner or object, ())
            if c.kind == "method" and not c.is_private and "__" not in c.qualname and self._is_awaited(c)
        ]

    def _is_awaited(self, each: Callable_) -> bool:
        known = self.layers.get(each.qualname, ())
        return bool(each.model["is_async"] and not each.model["is_generator"]) or known[:1] == ("await",)

    def _bare_call(self, each: Callable_, variable: str) -> Recipe:
        made = self.method_call(each, each.qualname.rsplit(".", 1)[-1], Variable(variable))
        return made.target if isinstance(made, Await) else made

    def _waiting(self, target: Callable_, variable: str) -> list[Step]:
        """Sometimes a call or two are left waiting in the loop, while the one under test is made."""
        if not self.maker.has("sequences"):
            return []
        others = self._awaitables(target)
        rng = self.maker.rng
        if not others or rng.random() > 0.25:
            return []
        steps = []
        for number in range(rng.choice((1, 1, 2))):
            call = self._bare_call(rng.choice(others), variable)
            steps.append(Step(Call(ENSURE_FUTURE, (call,)), "waiting" if number == 0 else f"waiting_{number + 1}"))
        pause = Await(Call(SLEEP, (Const(rng.choice((0, 0, 0.01, 0.1))),)))
        return [*steps, Step(pause)]

    def _beside(self, scenario: Scenario, target: Callable_, variable: str) -> Scenario:
        """Sometimes the awaited call under test runs beside another one, or for a short time only."""
        last = scenario.steps[-1]
        rng = self.maker.rng
        if not isinstance(last.recipe, Await) or not self._is_awaited(target) or not self.maker.has("sequences"):
            return scenario
        chance, call = rng.random(), last.recipe.target
        if chance < 0.12 and (others := self._awaitables(target)):
            pair = [call, self._bare_call(rng.choice(others), variable)]
            if rng.random() < 0.4:
                pair.reverse()
            call = Call(GATHER, tuple(pair))
        elif chance < 0.17 or (target.qualname in self.deadlocked and chance < 0.3):
            call = Call(WAIT_FOR, (call, Const(0.01)))
        else:
            return scenario
        return Scenario((*scenario.steps[:-1], replace(last, recipe=Await(call))), scenario.target, scenario.origin)

    def _finish(self, target: Callable_, steps: list[Step], recipe: Recipe) -> Scenario:
        model = target.model
        if (
            model["is_async"]
            and not model["is_generator"]
            and not isinstance(recipe, Await)
            and target.kind != "property"
        ):
            recipe = Await(recipe)
        recipe = self._layered(recipe, target.qualname)
        return Scenario((*steps, Step(recipe, "result")), target.qualname, "built")

    def _layered(self, recipe: Recipe, target: str) -> Recipe:
        for layer in self.layers.get(target, ()):
            recipe = self._layer(recipe, layer, target)
        return recipe

    def _listed(self, recipe: Recipe, target: str) -> Recipe:
        if target in self.endless:
            recipe = Call(Name("itertools", "islice"), (recipe, Const(5)))
        return Call(Name("builtins", "list"), (recipe,))

    def _layer(self, recipe: Recipe, layer: str, target: str) -> Recipe:
        kind, _, rest = layer.partition(":")
        if kind == "list":
            return self._listed(recipe, target)
        if kind == "list-each":
            return Call(Name("builtins", "list"), (Call(Name("builtins", "map"), (Name("builtins", "list"), recipe)),))
        if kind == "collect":
            return Await(Call(COLLECT, (recipe,)))
        if kind == "await":
            return Await(recipe)
        if kind == "enter":
            return Call(ENTERED, (recipe,))
        if kind == "enter-async":
            return Await(Call(ENTERED_ASYNC, (recipe,)))
        parameters = [
            Parameter(n.lstrip("*"), _star_kind(n), uses=self._nested_uses(n.lstrip("*"))) for n in rest.split(",") if n
        ]
        return Call(recipe, *self.maker.arguments(parameters))

    def _nested_uses(self, name: str) -> dict[str, Any]:
        for model in self.live.functions.values():
            if model["kind"] == "nested":
                for p in model["parameters"]:
                    if p["name"] == name:
                        return p["uses"] or {}
        return {}

    def unrolled(self, scenario: Scenario, value: Any) -> Scenario | None:
        """As `layered_again`, of this scenario alone, and without calling what was returned."""
        layer = _layer_for(value, self.live)
        last = scenario.steps[-1]
        if layer is None or layer.startswith("call:") or not last.variable or last.attribute:
            return None
        return replace(
            scenario,
            steps=(*scenario.steps[:-1], replace(last, recipe=self._layer(last.recipe, layer, scenario.target))),
        )

    def layered_again(self, scenario: Scenario, value: Any) -> Scenario | None:
        """The scenario carried on when its result is a coroutine, an iterator, a context manager or a function."""
        self.links.learn(scenario.target, value)
        layer = _layer_for(value, self.live)
        if layer is None or not scenario.steps[-1].variable or scenario.steps[-1].attribute:
            return None
        known = self.layers.get(scenario.target, ())
        if len(known) >= 3:
            return None
        last = scenario.steps[-1]
        steps = (*scenario.steps[:-1], replace(last, recipe=self._layer(last.recipe, layer, scenario.target)))
        if layer not in known:
            self.layers[scenario.target] = (*known, layer)
        return Scenario(steps, scenario.target, scenario.origin)


def _star_kind(name: str) -> str:
    return (
        "var-keyword"
        if name.startswith("**")
        else "var-positional"
        if name.startswith("*")
        else "positional-or-keyword"
    )


def _layer_for(value: Any, live: LiveModule) -> str | None:
    """Asks the value's type only: the value itself may lie about its class, or raise."""
    kind = type(value)
    if kind is types.CoroutineType or is_below(kind, asyncio.Future):
        return "await"
    for base, layer, only_contextlib in LAYERS:
        if (
            is_below(kind, base)
            and (not only_contextlib or kind.__module__ == "contextlib")
            and not is_below(kind, io.IOBase)
        ):
            return layer
    if kind is tuple and value and all(is_below(type(item), Iterator) for item in value):
        return "list-each"
    # What `functools.wraps` says of itself is what it wraps.
    if (
        kind is types.FunctionType
        and value.__globals__ is vars(live.module)
        and "<locals>" in value.__code__.co_qualname
    ):
        return "call:" + ",".join(_parameter_names(value.__code__))
    return None


LAYERS: tuple[tuple[type, str, bool], ...] = (
    (AsyncIterator, "collect", False),
    (AbstractContextManager, "enter", True),
    (AbstractAsyncContextManager, "enter-async", True),
    (Iterator, "list", False),
)


def _parameter_names(code: types.CodeType) -> list[str]:
    names = list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    rest = list(code.co_varnames[code.co_argcount + code.co_kwonlyargcount :])
    if code.co_flags & inspect.CO_VARARGS:
        names.append("*" + rest.pop(0))
    if code.co_flags & inspect.CO_VARKEYWORDS:
        names.append("**" + rest.pop(0))
    return names
