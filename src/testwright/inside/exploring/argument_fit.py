"""Says which arguments contradict the hint (or the default) of what they are given to, and what would fit instead."""

from __future__ import annotations

import collections.abc
import enum
import inspect
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..providers.plain_values import STANDARD
from ..recipes import Attribute, Call, Const, Dictionary, Name, Recipe, Sequence, Variable, resolve_name, walk
from ..scenario import Scenario
from .editing import Place, node_at, nodes, replace_node

__all__ = ["ArgumentFit", "Misfit"]

PLAIN: dict[type, tuple[Any, ...]] = {
    bool: (True, False),
    int: (1, 0, 2, 3, 10),
    float: (1.5, 0.0, 1.0),
    str: ("abc", "a", "", "1"),
    bytes: (b"abc", b""),
    type(None): (None,),
}
DISPLAYS: dict[type, tuple[type, ...]] = {
    list: (list, tuple),
    tuple: (tuple,),
    set: (set, frozenset),
    frozenset: (frozenset, set),
    dict: (dict,),
}
HINTED, DEFAULTED, LACKING = 4.0, 2.0, 6.0
"""What a contradiction costs, and a required argument that is not given."""
DEEPEST = 4
MANY = 4
"""So many bare arguments are too many to read."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """The argument at `place` is none that `hint` allows; `weight` says how sure that is."""

    place: Place
    hint: Any
    weight: float

    def plain(self) -> Iterator[Recipe]:
        """Plain values that the hint allows."""
        yield from _plain(self.hint)


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    hint: Any
    weight: float
    is_required: bool
    may_be_named: bool


class ArgumentFit:
    """Knows the parameters of what scenarios call; asks each callable once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, bool], tuple[list[_Parameter], dict[str, _Parameter]]] = {}
        self._kept: list[Any] = []
        self._weights: dict[Call, float] = {}

    def misfits(self, scenario: Scenario) -> list[Misfit]:
        """In the order of the steps."""
        kinds = _classes(scenario)
        found: list[Misfit] = []
        for place, node in nodes(scenario):
            if isinstance(node, Call):
                found += self._of_call(node, place, *_called(node.function, kinds))
        return found

    def weight(self, scenario: Scenario) -> float:
        """Of all misfits together."""
        kinds = _classes(scenario)
        calls = (n for step in scenario.steps for n in walk(step.recipe) if type(n) is Call)
        return sum(self._weight_of_call(call, kinds) for call in calls)

    def _weight_of_call(self, call: Call, kinds: dict[str, Any]) -> float:
        """Variants of a scenario share most of their calls; whose method is called depends on the other steps."""
        known = self._weights.get(call) if type(call.function) is Name else None
        if known is None:
            known = sum(m.weight for m in self._of_call(call, (), *_called(call.function, kinds)))
            if type(call.function) is Name:
                self._weights[call] = known
        return known

    def spelled_out(self, scenario: Scenario) -> Scenario:
        """With keywords where a row of bare values would not say what each is for."""
        kinds = _classes(scenario)
        spelled = scenario
        for place, node in reversed(list(nodes(scenario))):  # inner calls first: places of outer ones stay
            if isinstance(node, Call) and len(node.args) > 1:
                called, bound = _called(node.function, kinds)
                names = [] if called is None else self._parameters(called, bound)[0]
                start = _first_to_name(node.args)
                if start and len(names) >= len(node.args) and all(p.may_be_named for p in names[start:]):
                    spelled = _with_keywords(spelled, place, start, [p.name for p in names])
        return spelled

    def qualname_of(self, scenario: Scenario, called: Recipe, module: str) -> str:
        """Where the module defines what is called, "" when it does not."""
        kinds: dict[str, Any] = {}
        for step in scenario.steps:
            if step.variable and not step.attribute:
                kinds.setdefault(step.variable, _class_of(step.recipe, kinds))
        if isinstance(called, Name):
            made = _resolved(called.module, called.qualname)
            if isinstance(made, type):
                return _defined_in(made, "__init__", module)
            return called.qualname if called.module == module else ""
        if not isinstance(called, Attribute):
            return ""
        owner = _class_of(called.target, kinds)
        return _defined_in(owner, called.name, module) if isinstance(owner, type) else ""

    def _of_call(self, call: Call, place: Place, called: Any, bound: bool) -> Iterator[Misfit]:
        if called is None:
            return
        positional, named = self._parameters(called, bound)
        given = {name for name, _ in call.kwargs}
        for parameter in (*positional[len(call.args) :], *(p for p in named.values() if p not in positional)):
            if parameter.is_required and parameter.name not in given:
                yield Misfit(place, Any, LACKING)
        for number, (argument, parameter) in enumerate(zip(call.args, positional, strict=False), 1):
            if not _fits(argument, parameter.hint, DEEPEST):
                yield Misfit((*place, number), parameter.hint, parameter.weight)
        for number, (name, argument) in enumerate(call.kwargs, 1 + len(call.args)):
            wanted = named.get(name)
            if wanted is not None and not _fits(argument, wanted.hint, DEEPEST):
                yield Misfit((*place, number), wanted.hint, wanted.weight)

    def _parameters(self, called: Any, bound: bool) -> tuple[list[_Parameter], dict[str, _Parameter]]:
        key = (id(called), bound)
        if key not in self._known:
            self._kept.append(called)  # so that its id stays its own
            try:
                self._known[key] = _read(called, bound)
            except Exception:  # a signature or a hint of live code may be anything
                self._known[key] = [], {}
        return self._known[key]


def _classes(scenario: Scenario) -> dict[str, Any]:
    """Of what the variables hold, None for what cannot be told."""
    kinds: dict[str, Any] = {}
    for step in scenario.steps:
        if step.variable and not step.attribute:
            kinds[step.variable] = _class_of(step.recipe, kinds)
    return kinds


def _first_to_name(args: tuple[Recipe, ...]) -> int:
    """0 for none: the third of many, or True and False wherever they follow something."""
    bare = (n for n, a in enumerate(args) if n and isinstance(a, Const) and type(a.value) is bool)
    return min([*bare, *([2] if len(args) >= MANY else [])], default=0)


def _with_keywords(scenario: Scenario, place: Place, start: int, names: list[str]) -> Scenario:
    call = node_at(scenario, place)
    if not isinstance(call, Call):
        return scenario
    named = tuple(zip(names[start:], call.args[start:], strict=False))
    if {name for name, _ in named} & {name for name, _ in call.kwargs}:
        return scenario
    return replace_node(scenario, place, Call(call.function, call.args[:start], (*named, *call.kwargs)))


def _defined_in(owner: type, name: str, module: str) -> str:
    for kind in owner.__mro__:
        if name in vars(kind):
            return f"{kind.__qualname__}.{name}" if kind.__module__ == module else ""
    return ""


def _class_of(recipe: Recipe, kinds: dict[str, Any]) -> Any:
    match recipe:
        case Variable(name=name):
            return kinds.get(name)
        case Call(function=Name(module=module, qualname=qualname)):
            found = _resolved(module, qualname)
            if isinstance(found, type):
                return found
            maker = _resolved(module, qualname.rpartition(".")[0]) if "." in qualname else None
            return maker if isinstance(maker, type) else None  # `Version.parse(…)` most often gives a Version
        case _:
            return None


def _called(function: Recipe, kinds: dict[str, Any]) -> tuple[Any, bool]:
    """What is called, and whether its first parameter is given already."""
    match function:
        case Name(module=module, qualname=qualname):
            owner, _, name = qualname.rpartition(".")
            holder = _resolved(module, owner) if owner else None
            if isinstance(holder, type):
                return _attribute(holder, name)
            return _resolved(module, qualname), False
        case Attribute(target=target, name=name):
            owner = _class_of(target, kinds)
            return _attribute(owner, name, through_instance=True) if owner is not None else (None, False)
        case _:
            return None, False


def _attribute(owner: type, name: str, *, through_instance: bool = False) -> tuple[Any, bool]:
    held = inspect.getattr_static(owner, name, None)
    if isinstance(held, staticmethod):
        return held.__func__, False
    if isinstance(held, classmethod):
        return held.__func__, True
    return held, through_instance


def _resolved(module: str, qualname: str) -> Any:
    if module == "builtins":
        return None
    try:
        return resolve_name(module, qualname)
    except Exception:
        return None


def _read(called: Any, bound: bool) -> tuple[list[_Parameter], dict[str, _Parameter]]:
    """By position and by name; both end where `*rest` begins."""
    signature = inspect.signature(called)
    holder: Any = called
    hints = _hints(holder.__init__ if isinstance(called, type) else called) or _hints(called)
    parameters = list(signature.parameters.values())[1 if bound else 0 :]
    positional: list[_Parameter] = []
    named: dict[str, _Parameter] = {}
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        wanted = _wanted(parameter, hints)
        named[parameter.name] = wanted
        if parameter.kind is not parameter.KEYWORD_ONLY:
            positional.append(wanted)
    if isinstance(called, type) and any(p.kind is p.VAR_KEYWORD for p in parameters):
        for base in called.__mro__[1:-1]:
            for name, wanted in _handed_on(base).items():
                named.setdefault(name, replace(wanted, is_required=False))
    return positional, named


def _handed_on(base: type) -> dict[str, _Parameter]:
    """What `**rest` of a constructor most often means: the keywords of the base's."""
    made = vars(base).get("__init__")
    if not isinstance(made, types.FunctionType):
        return {}
    hints = _hints(made)
    parameters = list(inspect.signature(made).parameters.values())[1:]
    return {p.name: _wanted(p, hints) for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def _hints(called: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(called)
    except Exception:
        return {}


def _wanted(parameter: inspect.Parameter, hints: dict[str, Any]) -> _Parameter:
    hint, default, name = hints.get(parameter.name, parameter.annotation), parameter.default, parameter.name
    required, may_be_named = default is parameter.empty, parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    if hint is not parameter.empty and not isinstance(hint, (str, typing.ForwardRef)):
        return _Parameter(name, typing.Optional[hint] if default is None else hint, HINTED, required, may_be_named)  # noqa: UP045  a hint may be any object
    if type(default) in (bool, int, float, str, bytes):
        return _Parameter(name, type(default), DEFAULTED, required, may_be_named)
    return _Parameter(name, Any, 0.0, required, may_be_named)


def _fits(recipe: Recipe, hint: Any, depth: int) -> bool:
    """Whether the recipe may be of the hint's type; what cannot be told is taken to fit."""
    made = _type_made(recipe)
    if depth == 0 or made is None or hint in (Any, object):
        return True
    if hint is None:
        hint = type(None)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(recipe, one, depth) for one in args)
    if origin is typing.Literal:
        return isinstance(recipe, Const) and any(type(a) is type(recipe.value) and a == recipe.value for a in args)
    if origin in (typing.Annotated, typing.Final, typing.ClassVar):
        return _fits(recipe, args[0], depth)
    kind = origin or hint
    if not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return True
    if not isinstance(recipe, (Const, Sequence, Dictionary)):
        return _below(made, kind)
    return _is_of(recipe, kind) and _items_fit(recipe, kind, args, depth)


def _type_made(recipe: Recipe) -> type | None:
    """The type that the recipe gives, where that can be told without evaluating it."""
    match recipe:
        case Const() | Sequence() | Dictionary():
            return object
        case Call(function=Name(module=module, qualname=qualname)):
            found = _resolved(module, qualname)
            return found if isinstance(found, type) else None
        case _:
            return None


def _is_of(recipe: Recipe, kind: type) -> bool:
    if isinstance(recipe, Const):
        own: Any = type(recipe.value)
        if kind in (int, float, complex):
            return own in (int, float, complex)[: (int, float, complex).index(kind) + 1]
        texts = own in (str, bytes) and kind in (list, tuple, collections.abc.Sequence)
        return not texts and (own is kind or _below(own, kind))
    built = (
        dict
        if isinstance(recipe, Dictionary)
        else {"list": list, "tuple": tuple, "set": set}.get(getattr(recipe, "kind", ""), frozenset)
    )
    return kind in DISPLAYS.get(built, ()) or _below(built, kind)


def _below(kind: type, base: type) -> bool:
    try:
        return issubclass(kind, base)
    except Exception:
        return True


def _items_fit(recipe: Recipe, kind: type, args: tuple[Any, ...], depth: int) -> bool:
    if not args:
        return True
    if isinstance(recipe, Dictionary):
        if len(args) != 2:
            return True
        return all(_fits(k, args[0], depth - 1) and _fits(v, args[1], depth - 1) for k, v in recipe.items)
    if not isinstance(recipe, Sequence):
        return True
    if kind is tuple and not (len(args) == 2 and args[1] is ...):
        return len(args) == len(recipe.items) and all(
            _fits(i, a, depth - 1) for i, a in zip(recipe.items, args, strict=True)
        )
    return all(_fits(item, args[0], depth - 1) for item in recipe.items)


def _plain(hint: Any) -> Iterator[Recipe]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        for one in args:
            yield from _plain(one)
    elif origin is typing.Literal:
        yield from (Const(a) for a in args if type(a) in PLAIN)
    elif origin in (typing.Annotated, typing.Final, typing.ClassVar):
        yield from _plain(args[0])
    else:
        yield from _of_class(origin or hint, args)


def _of_class(kind: Any, args: tuple[Any, ...]) -> Iterator[Recipe]:
    if kind is None:
        kind = type(None)
    if kind in PLAIN:
        yield from (Const(value) for value in PLAIN[kind])
    elif isinstance(kind, enum.EnumType):
        yield from (Name(kind.__module__, f"{kind.__qualname__}.{name}") for name in list(kind.__members__)[:2])
    elif isinstance(kind, type) and kind is not object:
        if _below(dict, kind):
            yield Dictionary(())
        elif _below(list, kind):
            yield Sequence("list", tuple(list(_plain(args[0]))[:1]) if args else ())
            yield Sequence("list", ())
        elif kind in (set, frozenset, tuple):
            yield Sequence(kind.__name__, ())
        else:
            yield from STANDARD.get(f"{kind.__module__}.{kind.__qualname__}", ())[:3]
