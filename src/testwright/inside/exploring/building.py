"""Builds whole scenarios for one callable: instance, earlier calls, the call under test, and what its result needs."""

from __future__ import annotations

import asyncio
import inspect
import io
import re
import types
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import replace
from typing import Any

from ..providers.maker import Maker
from ..providers.sample_types import COLLECT, ENTERED, ENTERED_ASYNC
from ..recipes import Attribute, Await, Call, Const, Item, Name, Operation, Recipe, Variable
from ..scenario import Scenario, Step
from .live_module import Callable_, LiveModule, Parameter

__all__ = ["Builder"]

BINARY_DUNDERS = {
    "__eq__": "==", "__ne__": "!=", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">=", "__add__": "+", "__sub__": "-",
    "__mul__": "*", "__truediv__": "/", "__floordiv__": "//", "__mod__": "%", "__pow__": "**", "__and__": "&", "__or__": "|",
    "__xor__": "^", "__matmul__": "@", "__lshift__": "<<", "__rshift__": ">>",
}  # fmt: skip
REFLECTED_DUNDERS = {"__r" + k[2:]: v for k, v in BINARY_DUNDERS.items() if k[2:4] not in ("eq", "ne", "lt", "le", "gt", "ge")}
UNARY_DUNDERS = {"__neg__": "-", "__pos__": "+", "__invert__": "~"}
BUILTIN_DUNDERS = {
    "__len__": "len", "__str__": "str", "__repr__": "repr", "__bool__": "bool", "__int__": "int", "__float__": "float",
    "__abs__": "abs", "__next__": "next", "__reversed__": "list", "__hash__": "hash", "__bytes__": "bytes",
    "__index__": "int", "__round__": "round", "__format__": "format", "__dir__": "dir", "__complex__": "complex",
}  # fmt: skip


def variable_name(qualname: str) -> str:
    """`cart` for Cart, `http_client` for HTTPClient."""
    short = qualname.rsplit(".", 1)[-1].strip("_")
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", short).lower()
    return snake if snake.isidentifier() and snake not in ("result", "class", "") else "subject"


class Builder:
    """Makes scenarios for a callable; what its results turned out to need (awaiting, listing) is remembered."""

    def __init__(self, live: LiveModule, maker: Maker, callables: list[Callable_]) -> None:
        self.live = live
        self.maker = maker
        self.by_owner: dict[type, list[Callable_]] = {}
        for each in callables:
            if each.owner is not None:
                self.by_owner.setdefault(each.owner, []).append(each)
        self.layers: dict[str, tuple[str, ...]] = {}
        self.endless: set[str] = set()
        """Targets whose results, listed whole, took too long: only their first items are asked for."""

    def build(self, target: Callable_) -> Scenario | None:
        """A fresh scenario; None when no instance can be made."""
        if target.kind in ("function", "staticmethod", "classmethod"):
            return self._finish(target, [], Call(target.recipe, *self.maker.arguments(target.parameters)))
        if target.owner is None:
            return None
        name = target.qualname.rsplit(".", 1)[-1]
        if name in ("__init__", "__new__", "__post_init__"):
            made = self.maker.objects.construct(target.owner, 0)
            return None if made is None else self._finish(target, [], made)
        return self._on_instance(target, name)

    def _on_instance(self, target: Callable_, name: str) -> Scenario | None:
        assert target.owner is not None
        made = self.maker.objects.make(target.owner, 0)
        if made is None:
            return None
        variable = variable_name(target.owner.__qualname__)
        steps = [Step(made, variable), *self._earlier(target, variable)]
        if target.kind == "property":
            if target.qualname in self.live.setters and self.maker.rng.random() < 0.5:
                value = self.maker.argument(Parameter(name, "positional-only"))
                return Scenario((*steps, Step(value, variable, name)), target.qualname, "built")
            return self._finish(target, steps, Attribute(Variable(variable), name))
        return self._finish(target, steps, self.method_call(target, name, Variable(variable)))

    def method_call(self, target: Callable_, name: str, instance: Recipe) -> Recipe:
        """The call as a person writes it: operators and builtins for double-underscore methods."""
        args, kwargs = self.maker.arguments(target.parameters)
        if name in BINARY_DUNDERS and args:
            other = self._other(target, args[0])
            return Operation(BINARY_DUNDERS[name], instance, other)
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
        if name in ("__getattr__", "__getattribute__") and args:
            return Call(Name("builtins", "getattr"), (instance, *args[:1]))
        if name == "__iter__":
            return self._listed(instance, target.qualname)
        if name == "__reversed__":
            return Call(Name("builtins", "list"), (Call(Name("builtins", "reversed"), (instance,)),))
        if name == "__enter__" or name == "__exit__":
            return Call(ENTERED, (instance,))
        if name == "__aenter__" or name == "__aexit__":
            return Await(Call(ENTERED_ASYNC, (instance,)))
        if name in BUILTIN_DUNDERS:
            return Call(Name("builtins", BUILTIN_DUNDERS[name]), (instance, *args[:1]) if name in ("__round__", "__format__") else (instance,))
        call: Recipe = Call(Attribute(instance, name), args, kwargs)
        return Await(call) if target.model["is_async"] and not target.model["is_generator"] else call

    def _other(self, target: Callable_, argument: Recipe) -> Recipe:
        """Comparing with another instance of the same class is the ordinary case."""
        if self.maker.rng.random() < 0.6 and target.owner is not None:
            return self.maker.objects.make(target.owner, 1) or argument
        return argument

    def _earlier(self, target: Callable_, variable: str) -> list[Step]:
        """Calls of other methods before the one under test; mostly none."""
        if not self.maker.has("sequences"):
            return []
        rng = self.maker.rng
        others = [
            c
            for c in self.by_owner.get(target.owner or object, ())
            if c.kind == "method" and not c.qualname.rsplit(".", 1)[-1].startswith("_")
        ]
        steps: list[Step] = []
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3))):
            if not others:
                break
            other = rng.choice(others)
            name = other.qualname.rsplit(".", 1)[-1]
            steps.append(Step(self._layered(self.method_call(other, name, Variable(variable)), other.qualname)))
        attributes = (self.live.class_models.get(target.model["class_name"]) or {}).get("class_attributes") or ()
        if self.live.setters and rng.random() < 0.1:
            own = [s for s in sorted(self.live.setters) if s.rpartition(".")[0] == target.model["class_name"]]
            if own:
                name = rng.choice(own).rsplit(".", 1)[-1]
                steps.append(Step(self.maker.argument(Parameter(name, "positional-only")), variable, name))
        elif attributes and rng.random() < 0.05:
            name = rng.choice(list(attributes))
            if not name.startswith("_"):
                steps.append(Step(self.maker.argument(Parameter(name, "positional-only")), variable, name))
        return steps

    def _finish(self, target: Callable_, steps: list[Step], recipe: Recipe) -> Scenario:
        model = target.model
        if model["is_async"] and not model["is_generator"] and not isinstance(recipe, Await) and target.kind != "property":
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
        if kind == "collect":
            return Await(Call(COLLECT, (recipe,)))
        if kind == "await":
            return Await(recipe)
        if kind == "enter":
            return Call(ENTERED, (recipe,))
        if kind == "enter-async":
            return Await(Call(ENTERED_ASYNC, (recipe,)))
        parameters = [Parameter(n.lstrip("*"), _star_kind(n), uses=self._nested_uses(n.lstrip("*"))) for n in rest.split(",") if n]
        return Call(recipe, *self.maker.arguments(parameters))

    def _nested_uses(self, name: str) -> dict[str, Any]:
        for model in self.live.functions.values():
            if model["kind"] == "nested":
                for p in model["parameters"]:
                    if p["name"] == name:
                        return p["uses"] or {}
        return {}

    def layered_again(self, scenario: Scenario, value: Any) -> Scenario | None:
        """The scenario carried on when its result is a coroutine, an iterator, a context manager or a function."""
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
    return "var-keyword" if name.startswith("**") else "var-positional" if name.startswith("*") else "positional-or-keyword"


def _layer_for(value: Any, live: LiveModule) -> str | None:
    kind = type(value)
    if inspect.iscoroutine(value) or isinstance(value, asyncio.Future):
        return "await"
    if issubclass(kind, AsyncIterator):
        return "collect"
    if issubclass(kind, AbstractContextManager) and kind.__module__ == "contextlib":
        return "enter"
    if issubclass(kind, AbstractAsyncContextManager) and kind.__module__ == "contextlib":
        return "enter-async"
    if issubclass(kind, Iterator) and not issubclass(kind, io.IOBase):
        return "list"
    if kind is types.FunctionType and "<locals>" in value.__qualname__ and value.__module__ == live.name:
        code = value.__code__
        names = list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
        rest = list(code.co_varnames[code.co_argcount + code.co_kwonlyargcount :])
        if code.co_flags & inspect.CO_VARARGS:
            names.append("*" + rest.pop(0))
        if code.co_flags & inspect.CO_VARKEYWORDS:
            names.append("**" + rest.pop(0))
        return "call:" + ",".join(names)
    return None
