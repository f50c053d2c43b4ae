"""Makes one argument of a call depend on another: a sibling's result, a part of the object or of an earlier argument."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ..providers.maker import Maker
from ..recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Function,
    Item,
    Name,
    Recipe,
    Sequence,
    Variable,
    children,
    size,
)
from ..scenario import Scenario, Step
from .attribute_flow import ITEM_METHODS
from .editing import with_children
from .live_module import CALLED, UNKNOWN, Callable_, LiveModule, Parameter, is_below

__all__ = ["Linker", "parts_of"]

PLAIN = (str, int, float, bool, complex, bytes, type(None))
UNTOLD = (object, Any)
PARTS = 40
DEEPEST = 3
ATTRIBUTES = 12
INVERSES = (
    ("load", "dump"), ("decode", "encode"), ("parse", "format"), ("parse", "serialize"), ("pop", "push"), ("read", "write"),
    ("from", "to"), ("remove", "add"), ("decrypt", "encrypt"), ("verify", "sign"), ("get", "set"), ("close", "open"),
)  # fmt: skip
"""Words in names of what takes, and of what gives."""
UNDOING = ("un", "de", "dis")
Calling = Callable[[Callable_, str, Recipe], Recipe]


class Linker:
    """Knows what calls of the module gave so far; `evaluated` runs a scenario under the limits of every execution."""

    def __init__(self, live: LiveModule, maker: Maker, callables: list[Callable_]) -> None:
        self.live, self.maker = live, maker
        self.gives: dict[str, tuple[type, ...]] = {}
        """What each call gave last; what it says it gives where it was never called."""
        self.evaluated: Callable[[Scenario], Any] = lambda scenario: None
        self._functions = [c for c in callables if c.kind in CALLED and _may_serve(c)]
        self._own: dict[type, list[Callable_]] = {}
        for each in callables:
            if each.owner is not None and each.kind == "method" and _is_peer(_short_name(each)):
                self._own.setdefault(each.owner, []).append(each)
        self._peers: dict[type, list[Callable_]] = {}
        self._parts: dict[Recipe, list[tuple[Recipe, type]]] = {}

    def learn(self, target: str, value: Any) -> None:
        self.gives[target] = (type(value),)

    # -- what other methods an object has ------------------------------------------------------------------------

    def peers(self, owner: type | None) -> list[Callable_]:
        """The methods of the class and of its bases that others call, those that the module does not define included."""
        if owner is None:
            return []
        if owner not in self._peers:
            self._peers[owner] = list(self._find_peers(owner))
        return self._peers[owner]

    def _find_peers(self, owner: type) -> Iterator[Callable_]:
        seen: set[str] = set()
        for base in owner.__mro__[:-1]:
            if base in self._own:
                yield from (c for c in self._own[base] if _short_name(c) not in seen)
            elif base.__module__ != self.live.name:
                yield from (c for n, f in vars(base).items() if n not in seen and (c := self._foreign(base, n, f)))
            seen |= set(vars(base))

    def _foreign(self, base: type, name: str, found: Any) -> Callable_ | None:
        if name.startswith("_") or not isinstance(found, types.FunctionType):
            return None
        try:
            signature = inspect.signature(found)
            hints = typing.get_type_hints(found)
        except Exception:  # annotations of live code may be anything
            return None
        parameters = [
            Parameter(
                p.name,
                p.kind.name.lower().replace("_", "-"),
                hints.get(p.name, UNKNOWN),
                None,
                p.default is not p.empty,
            )
            for p in list(signature.parameters.values())[1:]
        ]
        model = {
            "is_async": inspect.iscoroutinefunction(found),
            "is_generator": inspect.isgeneratorfunction(found) or inspect.isasyncgenfunction(found),
            "class_name": base.__qualname__,
        }
        qualname = f"{base.__qualname__}.{name}"
        self.gives.setdefault(qualname, tuple(_classes(hints.get("return", object))))
        return Callable_(qualname, "method", Name(base.__module__, qualname), parameters, model, base)

    def grafts(self, owner: type, variable: str) -> list[Recipe]:
        """Strings of calls that began with an instance of the class, begun with the variable."""
        known = [*self.maker.by_result.values(), *self.maker.by_class.values()]
        made = (_grafted(recipe, self.live, owner, variable) for recipes in known for recipe in recipes)
        return [recipe for recipe in made if recipe is not None and not isinstance(recipe, Variable)]

    # -- links ---------------------------------------------------------------------------------------------------

    def linked(self, target: Callable_, steps: list[Step], call: Recipe, instance: str, calling: Calling) -> Scenario:
        """`steps` and the call, now and then with one argument that depends on something else that the test has."""
        plain = Scenario((*steps, Step(call, "result")), target.qualname, "built")
        if not isinstance(call, Call) or not call.args or not self.maker.has("links"):
            return plain
        roll = self.maker.rng.random()
        if roll < 0.09:
            return self._with_sibling(target, plain, call, instance, calling) or plain
        if roll < 0.15:
            return self._with_part(target, plain, call, instance) or plain
        return plain

    def _with_sibling(
        self, target: Callable_, plain: Scenario, call: Call, instance: str, calling: Calling
    ) -> Scenario | None:
        """`signer.unsign(signer.sign(…))`: what one gives, another takes."""
        rng = self.maker.rng
        at = 0 if rng.random() < 0.5 else rng.randrange(len(call.args))
        wanted = target.parameters[min(at, len(target.parameters) - 1)].hint if target.parameters else UNKNOWN
        siblings = self.peers(target.owner) if instance else self._functions
        usable = [s for s in siblings if s.qualname != target.qualname and _may_serve(s) and self._may_give(s, wanted)]
        if not usable:
            return None
        name = _short_name(target)
        sibling = rng.choices(usable, [8 if undoes(name, _short_name(s)) else 1 for s in usable])[0]
        if instance:
            made = calling(sibling, _short_name(sibling), Variable(instance))
        else:
            made = Call(sibling.recipe, *self.maker.arguments(sibling.parameters, 1))
        if isinstance(made, Await) or size(made) > 40:
            return None
        return _with_argument(plain, call, at, made)

    def _may_give(self, sibling: Callable_, hint: Any) -> bool:
        kinds = self.gives.get(sibling.qualname, ())
        return any(kind not in (type(None), bool) and (kind in UNTOLD or admits(hint, kind)) for kind in kinds)

    def _with_part(self, target: Callable_, plain: Scenario, call: Call, instance: str) -> Scenario | None:
        """`get_parent(tree, tree.body[0])`, `scheduler.cancel_job(scheduler.jobs[0])`."""
        rng = self.maker.rng
        at = rng.randrange(len(call.args))
        whole = rng.randrange(-1 if instance else 0, len(call.args))
        if whole == at:
            return None
        hint = target.parameters[min(at, len(target.parameters) - 1)].hint if target.parameters else UNKNOWN
        if whole < 0:
            before = (*plain.steps[:-1], Step(Variable(instance), "result"))
            parts = parts_of(self.evaluated(replace(plain, steps=before)), Variable(instance))
            made = self._chosen(list(parts), hint)
            return None if made is None else _with_argument(plain, call, at, made)
        held = call.args[whole]
        if isinstance(held, (Const, Variable)):
            return None
        name = _free_name(target, whole, plain)
        made = self._chosen(self._parts_of_argument(held, name, plain), hint)
        if made is None:
            return None
        if isinstance(made, Const):
            return _with_argument(plain, call, at, made)
        with_part = _with_argument(plain, call, at, made)
        linked = with_part.steps[-1].recipe
        assert isinstance(linked, Call)
        last = Step(_put(linked, whole, Variable(name)), "result")
        return replace(with_part, steps=(*with_part.steps[:-1], Step(held, name), last))

    def _parts_of_argument(self, held: Recipe, name: str, plain: Scenario) -> list[tuple[Recipe, type]]:
        if isinstance(held, (Sequence, Dictionary)) or not any(True for s in plain.steps[:-1] if s.variable):
            if held not in self._parts:
                if len(self._parts) > 300:
                    self._parts.clear()
                value = self.evaluated(Scenario((Step(held, "result"),), plain.target, "built"))
                self._parts[held] = list(parts_of(value, Variable(name)))
            return self._parts[held]
        return []

    def _chosen(self, parts: list[tuple[Recipe, type]], hint: Any) -> Recipe | None:
        fitting = [recipe for recipe, kind in parts if admits(hint, kind)]
        return self.maker.rng.choice(fitting) if fitting else None


def _classes(hint: Any) -> Iterator[type]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        for one in typing.get_args(hint):
            yield from _classes(one)
    else:
        wanted = typing.get_origin(hint) or hint
        yield wanted if isinstance(wanted, type) else object


def _is_peer(name: str) -> bool:
    return not name.startswith("_") or name in ITEM_METHODS or name == "__call__"


def _may_serve(each: Callable_) -> bool:
    model = each.model
    return not (each.is_private or _short_name(each).startswith("_") or model["is_async"] or model["is_generator"])


def _short_name(each: Callable_) -> str:
    return each.qualname.rsplit(".", 1)[-1]


def _grafted(recipe: Recipe, live: LiveModule, owner: type, variable: str) -> Recipe | None:
    """The recipe with the variable for the first instance of the class that it makes; None when it makes none."""
    if isinstance(recipe, Function):
        return None
    if isinstance(recipe, Call) and isinstance(recipe.function, Name) and recipe.function.module == live.name:
        kind = live.classes.get(recipe.function.qualname)
        if kind is not None and is_below(kind, owner):
            return Variable(variable)
    below = list(children(recipe))
    for number, child in enumerate(below):
        made = _grafted(child, live, owner, variable)
        if made is not None:
            below[number] = made
            return with_children(recipe, below)
    return None


def _free_name(target: Callable_, at: int, plain: Scenario) -> str:
    name = target.parameters[min(at, len(target.parameters) - 1)].name if target.parameters else "value"
    taken = {step.variable for step in plain.steps}
    return name if name not in taken and name != "self" else f"{name}_2"


def _put(call: Call, at: int, new: Recipe) -> Call:
    return replace(call, args=tuple(new if n == at else a for n, a in enumerate(call.args)))


def _with_argument(plain: Scenario, call: Call, at: int, new: Recipe) -> Scenario:
    return replace(plain, steps=(*plain.steps[:-1], replace(plain.steps[-1], recipe=_put(call, at, new))))


def admits(hint: Any, kind: type) -> bool:
    """Whether an instance of `kind` may be given where `hint` is asked for; in doubt it may."""
    if hint is UNKNOWN or hint is Any or hint is object:
        return True
    if isinstance(hint, typing.TypeVar):
        return hint.__bound__ is None or admits(hint.__bound__, kind)
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return any(admits(one, kind) for one in typing.get_args(hint))
    wanted = origin or hint
    return isinstance(wanted, type) and is_below(kind, wanted)


def undoes(name: str, other: str) -> bool:
    """Whether the names say that the one takes what the other gives: `unsign` and `sign`, `loads` and `dumps`."""
    if any(other and name.startswith(prefix) and name[len(prefix) :] == other for prefix in UNDOING):
        return True
    return any(taking in name and name.replace(taking, giving, 1) == other for taking, giving in INVERSES)


def parts_of(value: Any, whole: Recipe) -> Iterator[tuple[Recipe, type]]:
    """What `value` holds that a test can reach from `whole`, with its type; the nearest parts first."""
    waiting: list[tuple[Any, Recipe, int]] = [(value, whole, 0)]
    found = 0
    while waiting and found < PARTS:
        held, reached, depth = waiting.pop(0)
        for part, recipe in _direct_parts(held, reached):
            found += 1
            yield (Const(part) if type(part) in PLAIN else recipe), type(part)
            if depth < DEEPEST and type(part) not in PLAIN:
                waiting.append((part, recipe, depth + 1))


def _direct_parts(held: Any, reached: Recipe) -> Iterator[tuple[Any, Recipe]]:
    kind = type(held)
    if kind in (list, tuple):
        for number in range(min(3, len(held))):
            yield held[number], Item(reached, Const(number))
    elif kind is dict:
        for key in list(held)[:4]:
            if type(key) in PLAIN:
                yield key, Const(key)
                yield held[key], Item(reached, Const(key))
    elif kind not in PLAIN and not issubclass(kind, (type, types.ModuleType, types.FunctionType)):
        for name in _attribute_names(held)[:ATTRIBUTES]:
            with_value = inspect.getattr_static(held, name, UNKNOWN)
            if with_value is not UNKNOWN:
                yield getattr(held, name, None), Attribute(reached, name)


def _attribute_names(held: Any) -> list[str]:
    """Those that it holds as data: no code of the class decides."""
    own = inspect.getattr_static(held, "__dict__", None)
    names = list(vars(held)) if own is not None else []
    fields = getattr(type(held), "_fields", ())
    names += [n for n in fields if n not in names] if isinstance(fields, tuple) else []
    return [n for n in names if isinstance(n, str) and not n.startswith("_")]
