"""Decides whether all calls of a scenario keep to what the code asks for; what nobody has promised is no contract."""

from __future__ import annotations

import collections.abc
import enum
import inspect
import math
import re
import types
import typing
from collections.abc import Iterator
from typing import Any

from .recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Fixture,
    Function,
    Helper,
    Item,
    Name,
    Operation,
    Patch,
    Recipe,
    ScratchFile,
    Sequence,
    Variable,
    resolve_name,
    walk,
)
from .scenario import Scenario

__all__ = ["Contract"]

LARGEST = 10**6
LONGEST = 200
DEEPEST = 5
NOT_PLAIN: dict[type, str] = {
    Patch: "it replaces something",
    Helper: "it is given a stand-in",
    ScratchFile: "it is given a file",
    Fixture: "it is given a fixture",
    Function: "it is given a function",
    Operation: "it is an operator",
    Item: "it is an item",
}
FRAMES = frozenset({"list", "tuple", "next", "iter", "dict", "set", "str", "repr", "len", "hash", "bool", "sorted"})
"""What may stand around a call to show its result."""
VALUES = frozenset({"datetime", "decimal", "fractions", "uuid", "pathlib", "collections"})
"""Modules of the standard library whose classes hold values."""
OPEN = (Any, object, inspect.Parameter.empty)
_UNKNOWN: Any = object()
SCALARS: dict[str, Any] = {
    "str": str, "string": str, "text": str, "int": int, "integer": int, "float": float, "bool": bool, "boolean": bool,
    "bytes": bytes,
}  # fmt: skip
_TYPE_WORD = r"(?P<type>(?:list of |List of )?\w+)"
_DOCUMENTED = (
    r":type\s+{name}\s*:\s*" + _TYPE_WORD + r"\s*$",
    r":param\s+" + _TYPE_WORD + r"\s+{name}\s*:",
    r"^\s*\*{{0,2}}{name}\s*\(\s*" + _TYPE_WORD + r"\s*(?:,\s*optional\s*)?\)\s*:",
    r"^\s*{name}\s*:\s*" + _TYPE_WORD + r"\s*(?:,\s*optional\s*|\s*=.*)?$",
)


class Contract:
    """Knows what the functions and classes of the running interpreter ask for; asks each of them once."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, _Wanted] | None] = {}
        self._kept: list[Any] = []

    def breach(self, scenario: Scenario) -> str:
        """Why a caller who read the code's annotations and documentation would not make these calls; "" = they might."""
        bound: dict[str, Recipe] = {}
        for step in scenario.steps:
            if step.attribute:
                return "it sets an attribute"
            for node in walk(step.recipe):
                reason = NOT_PLAIN.get(type(node), "") or self._of_node(node, bound)
                if reason:
                    return reason
            if step.variable:
                bound[step.variable] = step.recipe
        return ""

    def _of_node(self, node: Recipe, bound: dict[str, Recipe]) -> str:
        if isinstance(node, Const):
            return "" if _is_ordinary(node.value) else "a value is out of the ordinary"
        if not isinstance(node, Call):
            return ""
        called, drop = _called(node.function, bound)
        if called is None:
            return "what it calls is not known"
        if _is_frame(node.function, called):
            return ""
        wanted = self._wanted(called)
        return "the parameters are not known" if wanted is None else self._of_call(node, wanted, drop, bound)

    def _of_call(self, call: Call, wanted: dict[str, _Wanted], drop: int, bound: dict[str, Recipe]) -> str:
        given = _given(call, list(wanted.values())[drop:])
        if given is None:
            return "the arguments do not fit the parameters"
        for parameter, recipe in given:
            if parameter.hint is _UNKNOWN:
                return f"nothing says what {parameter.name} is"
            if not _fits(recipe, parameter.hint, bound, DEEPEST):
                return f"{parameter.name} may be no such value"
        return ""

    def _wanted(self, called: Any) -> dict[str, _Wanted] | None:
        if id(called) not in self._known:
            self._kept.append(called)  # so that its id stays its own
            try:
                self._known[id(called)] = _read(called)
            except Exception:  # noqa: BLE001  a signature or a hint of live code may raise anything
                self._known[id(called)] = None
        return self._known[id(called)]


class _Wanted:
    """One parameter: what is known of the values that it takes."""

    __slots__ = ("hint", "kind", "name", "required")

    def __init__(self, name: str, kind: Any, hint: Any, required: bool) -> None:
        self.name, self.kind, self.hint, self.required = name, kind, hint, required


def _read(called: Any) -> dict[str, _Wanted]:
    maker: Any = inspect.getattr_static(called, "__init__") if isinstance(called, type) else called
    hints = _hints(maker) or _hints(called)
    documented = "\n".join(filter(None, (_doc(called), _doc(maker))))
    wanted: dict[str, _Wanted] = {}
    for p in inspect.signature(called).parameters.values():
        hint = hints.get(p.name, p.annotation)
        if hint in OPEN or isinstance(hint, (str, typing.ForwardRef)):
            hint = _UNKNOWN if hint is not p.empty else _otherwise_known(p, documented)
        elif p.default is None:
            hint = typing.Optional[hint]  # noqa: UP045  a hint may be any object
        wanted[p.name] = _Wanted(p.name, p.kind, hint, p.default is p.empty)
    return wanted


def _hints(called: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(called)
    except Exception:  # noqa: BLE001  an annotation may be anything
        return {}


def _doc(thing: Any) -> str:
    found = getattr(thing, "__doc__", None)
    return found if isinstance(found, str) else ""


def _otherwise_known(parameter: inspect.Parameter, documented: str) -> Any:
    """From the documentation, else from the default."""
    for pattern in _DOCUMENTED:
        found = re.search(pattern.format(name=re.escape(parameter.name)), documented, re.MULTILINE)
        if found:
            many, _, word = found["type"].rpartition(" of ")
            kind = SCALARS.get(word.lower().rstrip("s") if many else word.lower())
            if kind is not None:
                return list[kind] if many else kind  # type: ignore[valid-type]
    kind = type(parameter.default)
    return kind if kind in (bool, int, float, str, bytes) else _UNKNOWN


def _given(call: Call, parameters: list[_Wanted]) -> list[tuple[_Wanted, Recipe]] | None:
    """Each argument with its parameter; None when the call could not be made."""
    positional = [p for p in parameters if p.kind in (p.kind.POSITIONAL_ONLY, p.kind.POSITIONAL_OR_KEYWORD)]
    rest = next((p for p in parameters if p.kind is p.kind.VAR_POSITIONAL), None)
    others = next((p for p in parameters if p.kind is p.kind.VAR_KEYWORD), None)
    named = {p.name: p for p in parameters if p.kind in (p.kind.KEYWORD_ONLY, p.kind.POSITIONAL_OR_KEYWORD)}
    found: list[tuple[_Wanted, Recipe]] = []
    for number, recipe in enumerate(call.args):
        parameter = positional[number] if number < len(positional) else rest
        if parameter is None:
            return None
        found.append((parameter, recipe))
    for name, recipe in call.kwargs:
        parameter = named.get(name, others)
        if parameter is None:
            return None
        found.append((parameter, recipe))
    names = {p.name for p, _ in found}
    lacking = [p for p in parameters if p.required and p.name not in names and p is not rest and p is not others]
    return None if lacking else found


# -- what is called ---------------------------------------------------------------------------------------------------


def _called(function: Recipe, bound: dict[str, Recipe]) -> tuple[Any, int]:
    """What is called, and how many of its first parameters are given already."""
    match function:
        case Name(module=module, qualname=qualname):
            owner, _, name = qualname.rpartition(".")
            holder = _resolved(module, owner) if owner else None
            if isinstance(holder, type) and not isinstance(inspect.getattr_static(holder, name, None), type):
                return _member(holder, name, through_instance=False)
            return _resolved(module, qualname), 0
        case Attribute(target=target, name=name):
            kind = _class_of(target, bound)
            return _member(kind, name, through_instance=True) if kind is not None else (None, 0)
        case _:
            return None, 0


def _member(owner: type, name: str, *, through_instance: bool) -> tuple[Any, int]:
    held = inspect.getattr_static(owner, name, None)
    if isinstance(held, staticmethod):
        return held.__func__, 0
    if isinstance(held, classmethod):
        return held.__func__, 1
    if not isinstance(held, types.FunctionType):
        return None, 0
    return held, 1 if through_instance else 0


def _resolved(module: str, qualname: str) -> Any:
    try:
        return resolve_name(module, qualname)
    except Exception:  # noqa: BLE001  an import, or a module's `__getattr__`, may raise anything
        return None


def _class_of(recipe: Recipe, bound: dict[str, Recipe]) -> type | None:
    """The class of what the recipe gives, where that can be told without running it."""
    match recipe:
        case Variable(name=name):
            return _class_of(bound[name], {k: v for k, v in bound.items() if k != name}) if name in bound else None
        case Await(target=target):
            return _class_of(target, bound)
        case Call(function=function):
            called, _ = _called(function, bound)
            if isinstance(called, type):
                return called
            hint = _hints(called).get("return") if called is not None else None
            if hint is typing.Self or isinstance(hint, typing.TypeVar):
                owner = function.qualname.rpartition(".")[0] if isinstance(function, Name) else ""
                hint = _resolved(function.module, owner) if isinstance(function, Name) and owner else None
            return hint if isinstance(hint, type) else None
        case Name(module=module, qualname=qualname):
            held = _resolved(module, qualname)
            return None if held is None or isinstance(held, (type, types.ModuleType)) else type(held)
        case _:
            return None


def _is_frame(function: Recipe, called: Any) -> bool:
    if not isinstance(function, Name):
        return False
    if function.module == "builtins":
        return function.qualname in FRAMES
    return function.module in VALUES and isinstance(called, type)


# -- whether a value fits ---------------------------------------------------------------------------------------------


def _is_ordinary(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value) and abs(value) <= LARGEST
    if isinstance(value, int):
        return abs(value) <= LARGEST
    if isinstance(value, str):
        return len(value) <= LONGEST and all(c.isprintable() or c in "\n\t" for c in value)
    return not isinstance(value, (complex, types.EllipsisType))


def _fits(recipe: Recipe, hint: Any, bound: dict[str, Recipe], depth: int) -> bool:
    """Whether the recipe surely gives a value that the hint allows; of what cannot be told that is not sure."""
    if depth == 0 or hint in OPEN:
        return False
    if isinstance(recipe, Variable):
        return recipe.name in bound and _fits(bound[recipe.name], hint, bound, depth - 1)
    if isinstance(hint, typing.TypeVar):
        return _fits_variable(recipe, hint, bound, depth)
    if hasattr(hint, "__supertype__"):
        return _fits(recipe, hint.__supertype__, bound, depth)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(recipe, one, bound, depth) for one in _narrowed(args))
    if origin is typing.Literal:
        return isinstance(recipe, Const) and any(type(a) is type(recipe.value) and a == recipe.value for a in args)
    if origin in (typing.Annotated, typing.Final, typing.ClassVar):
        return origin is not typing.Annotated and _fits(recipe, args[0], bound, depth)
    return _fits_class(recipe, type(None) if hint is None else origin or hint, args, bound, depth)


def _narrowed(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Of texts or bytes only texts: which must go together with which, hints rarely say."""
    return tuple(a for a in args if a is not bytes) if str in args else args


def _fits_variable(recipe: Recipe, hint: Any, bound: dict[str, Recipe], depth: int) -> bool:
    if hint.__constraints__:
        return _fits(recipe, hint.__constraints__[0], bound, depth)
    if hint.__bound__ is not None:
        return _fits(recipe, hint.__bound__, bound, depth)
    return isinstance(recipe, Const) and type(recipe.value) in (int, str)


def _fits_class(recipe: Recipe, kind: Any, args: tuple[Any, ...], bound: dict[str, Recipe], depth: int) -> bool:
    if not isinstance(kind, type):
        return False
    match recipe:
        case Const(value=value):
            own = type(value)
            return own is kind or (own is int and kind in (float, complex))
        case Sequence(items=items):
            return _is_display_of(recipe.kind, kind) and _items_fit(recipe, items, kind, args, bound, depth)
        case Dictionary(items=pairs):
            if not _below(dict, kind) or (pairs and len(args) != 2):
                return False
            return all(_fits(k, args[0], bound, depth - 1) and _fits(v, args[1], bound, depth - 1) for k, v in pairs)
        case Name(module=module, qualname=qualname):
            held = _resolved(module, qualname)
            return isinstance(held, enum.Enum) and _below(type(held), kind)
        case Call(function=Name(module="builtins", qualname="iter"), args=(Sequence(items=items) as inner, *_)):
            lazy = kind in (collections.abc.Iterator, collections.abc.Iterable)
            return lazy and _items_fit(inner, items, list, args, bound, depth)
        case Call():
            made = _class_of(recipe, bound)
            told = made is not None and made.__module__ != "builtins"  # what functions give is what is in question
            return made is not None and told and _below(made, kind)
        case _:
            return False


_DISPLAYS: dict[str, type] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


def _is_display_of(kind: str, wanted: type) -> bool:
    return _below(_DISPLAYS[kind], wanted) and wanted is not object


def _items_fit(
    recipe: Sequence, items: tuple[Recipe, ...], kind: type, args: tuple[Any, ...], bound: dict[str, Recipe], depth: int
) -> bool:
    if kind is tuple and args and not (len(args) == 2 and args[1] is ...):
        return len(args) == len(items) and all(_fits(i, a, bound, depth - 1) for i, a in zip(items, args, strict=True))
    if not args:
        return not items
    alike = not isinstance(args[0], typing.TypeVar) or len(set(_kinds(items))) <= 1
    return alike and all(_fits(item, args[0], bound, depth - 1) for item in items)


def _kinds(items: tuple[Recipe, ...]) -> Iterator[type]:
    yield from (type(i.value) if isinstance(i, Const) else type(i) for i in items)


def _below(kind: type, base: type) -> bool:
    try:
        return issubclass(kind, base)
    except Exception:  # noqa: BLE001  a metaclass may answer as it likes
        return False
