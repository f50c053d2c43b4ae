"""Holds the immutable expression trees that say how a value is built, and evaluates them.

A recipe has one evaluator (here) and one renderer (`python_source.render_recipe`); a property test holds them equal.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from .conftests import given_by
from .immutable import immutable
from .patching import PATCHERS, Undo
from .plain_literals import plain_literal, read_literal

__all__ = [
    "Attribute",
    "Await",
    "Call",
    "Const",
    "Dictionary",
    "Fixture",
    "Function",
    "Helper",
    "Item",
    "Name",
    "Operation",
    "Patch",
    "Recipe",
    "ScratchFile",
    "Sequence",
    "Surroundings",
    "Variable",
    "evaluate",
    "from_plain",
    "resolve_name",
    "size",
    "to_plain",
    "walk",
]


@immutable(frozen=True, slots=True)
class Const:
    """A literal: None, bool, int, float, complex, str, bytes or Ellipsis (nan and inf included)."""

    value: Any


@immutable(frozen=True, slots=True)
class Name:
    """An importable object, e.g. Name("datetime", "timezone.utc"); module "builtins" needs no import."""

    module: str
    qualname: str


@immutable(frozen=True, slots=True)
class Sequence:
    """A list, tuple, set or frozenset display (`kind` is that word)."""

    kind: str
    items: tuple[Recipe, ...]


@immutable(frozen=True, slots=True)
class Dictionary:
    """A dict display, in order."""

    items: tuple[tuple[Recipe, Recipe], ...]


@immutable(frozen=True, slots=True)
class Call:
    """`function(*args, **kwargs)`."""

    function: Recipe
    args: tuple[Recipe, ...] = ()
    kwargs: tuple[tuple[str, Recipe], ...] = ()


@immutable(frozen=True, slots=True)
class Attribute:
    """`target.name`."""

    target: Recipe
    name: str


@immutable(frozen=True, slots=True)
class Item:
    """`target[key]`."""

    target: Recipe
    key: Recipe


@immutable(frozen=True, slots=True)
class Operation:
    """`left <symbol> right`; symbols: + - * / // % ** == != < <= > >= & | ^ << >> in is @; `right` None: unary."""

    symbol: str
    left: Recipe
    right: Recipe | None = None


@immutable(frozen=True, slots=True)
class Variable:
    """A local name that an earlier step of the scenario bound, or a parameter of an enclosing Function."""

    name: str


@immutable(frozen=True, slots=True)
class Function:
    """`lambda <parameters>: <body>`; parameters are written as in source, e.g. "x, *rest"."""

    parameters: str
    body: Recipe


@immutable(frozen=True, slots=True)
class Helper:
    """A class or function that the test file defines: `source` binds `name` and may import what it needs."""

    name: str
    source: str


@immutable(frozen=True, slots=True)
class ScratchFile:
    """A path below the test's own empty folder; content None = nothing is there, "/" at the end of name = a folder.

    `as_text` gives str(path) instead of the Path.
    """

    name: str
    content: str | bytes | None = None
    as_text: bool = False


@immutable(frozen=True, slots=True)
class Await:
    """`await target`; only inside a scenario, which then runs in one event loop."""

    target: Recipe


@immutable(frozen=True, slots=True)
class Patch:
    """`monkeypatch.<kind>(target, value)`: a step of its own, undone when the scenario has ended.

    Kinds: "setenv" and "delenv" (an environment variable, value None), "setattr" (target "module.name", imported).
    """

    kind: str
    target: str
    value: Recipe | None = None


@immutable(frozen=True, slots=True)
class Fixture:
    """A fixture that the test takes by its `name`: the `function` of the project's conftest.py at `path`, which takes
    those that it `needs`; path "" = one of pytest's own.
    """

    name: str
    path: str = ""
    function: str = ""
    needs: tuple[Fixture, ...] = ()

    @property
    def conftests(self) -> tuple[str, ...]:
        """The paths of all that it is made by."""
        found = (self.path, *(path for needed in self.needs for path in needed.conftests))
        return tuple(dict.fromkeys(path for path in found if path))


Recipe: TypeAlias = (
    Const
    | Name
    | Sequence
    | Dictionary
    | Call
    | Attribute
    | Item
    | Operation
    | Variable
    | Function
    | Helper
    | ScratchFile
    | Await
    | Patch
    | Fixture
)

HELPERS_MODULE = "helpers_of_the_test"
SEQUENCES: dict[str, Callable[[list[Any]], Any]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "@": lambda a, b: a @ b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
    "in": lambda a, b: a in b,
    "is": lambda a, b: a is b,
}
UNARY: dict[str, Callable[[Any], Any]] = {
    "-": lambda a: -a,
    "+": lambda a: +a,
    "~": lambda a: ~a,
    "not": lambda a: not a,
}


@dataclass(slots=True)
class Surroundings:
    """What one evaluation needs from outside: local variables, the scratch folder, and objects that Names stand for.

    `names` overrides the import system (the exploring worker puts the instrumented module's objects there);
    `helpers` keeps what each Helper's source defined, so that one evaluation sees one class; `undo` says how to take
    back what patches changed, which is for whoever evaluates them to do (see `patching.take_back`).

    `fixtures` keeps what each one gave, by path and name; `finish` is what they do after the test, for when nobody looks at
    their values any more; `files` get those that they wrote, if asked for.
    """

    scratch: Path | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    names: dict[tuple[str, str], Any] = field(default_factory=dict)
    helpers: dict[str, Any] = field(default_factory=dict)
    undo: list[Undo] = field(default_factory=list)
    fixtures: dict[tuple[str, str], Any] = field(default_factory=dict)
    finish: list[Undo] = field(default_factory=list)
    files: dict[str, bytes] | None = None


def resolve_name(module: str, qualname: str) -> Any:
    """The object that `module` calls `qualname` (dotted). Raises ImportError or AttributeError."""
    found: Any = importlib.import_module(module)
    for part in qualname.split(".") if qualname else ():
        found = getattr(found, part)
    return found


def evaluate(recipe: Recipe, around: Surroundings) -> Any:
    """Builds the value; whatever the called code raises comes out. Await is the caller's to drive (see running)."""
    return _EVALUATORS[type(recipe)](recipe, around)


def _name(recipe: Name, around: Surroundings) -> Any:
    key = (recipe.module, recipe.qualname)
    try:
        return around.names[key]
    except KeyError:
        found = around.names[key] = resolve_name(*key)
        return found


def _dictionary(recipe: Dictionary, around: Surroundings) -> Any:
    pairs = [(evaluate(k, around), evaluate(v, around)) for k, v in recipe.items]
    return dict(pairs)  # only now: a display hashes its keys when all its parts are there


def _call(recipe: Call, around: Surroundings) -> Any:
    function = evaluate(recipe.function, around)
    args = [a.value if type(a) is Const else _EVALUATORS[type(a)](a, around) for a in recipe.args]
    if recipe.kwargs:
        return function(*args, **{k: evaluate(v, around) for k, v in recipe.kwargs})
    if function is list and args and type(args[0]).__module__ in LAZY_MODULES and _is_lazy(type(args[0])):
        return [item for item in args[0]]  # noqa: C416 - what list() does, but a signal's exception gets in
    return function(*args)


LAZY_MODULES = ("itertools", "builtins")
"""Their iterators run in C: a list() of an endless one could not be interrupted."""


def _is_lazy(kind: type) -> bool:
    return hasattr(kind, "__next__") and kind is not types.GeneratorType


def _operation(recipe: Operation, around: Surroundings) -> Any:
    left = evaluate(recipe.left, around)
    if recipe.right is None:
        return UNARY[recipe.symbol](left)
    return BINARY[recipe.symbol](left, evaluate(recipe.right, around))


def _function(recipe: Function, around: Surroundings) -> Any:
    """A real Python function of that signature, whose body evaluates the recipe with the parameters as variables."""

    def body(bound: dict[str, Any]) -> Any:
        inner = replace(around, variables={**around.variables, **bound})
        return evaluate(recipe.body, inner)

    return eval(f"lambda {recipe.parameters}: _body(dict(locals()))", {"_body": body})


def _helper(recipe: Helper, around: Surroundings) -> Any:
    if recipe.source not in around.helpers:
        # Registered, because dataclasses, enums and type hints look up the module of a class by its name.
        module = types.ModuleType(HELPERS_MODULE)
        sys.modules[HELPERS_MODULE] = module
        exec(_compiled(recipe.source), vars(module))
        around.helpers[recipe.source] = vars(module)[recipe.name]
    return around.helpers[recipe.source]


@lru_cache(maxsize=256)
def _compiled(source: str) -> types.CodeType:
    return compile(source, "<helper>", "exec")


def _scratch_file(recipe: ScratchFile, around: Surroundings) -> Any:
    if around.scratch is None:
        raise LookupError("no scratch folder for a file")
    path = around.scratch / recipe.name.rstrip("/")
    if recipe.name.endswith("/"):
        path.mkdir(parents=True, exist_ok=True)
    elif recipe.content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(recipe.content, bytes):
            path.write_bytes(recipe.content)
        else:
            path.write_text(recipe.content, encoding="utf-8")
    return str(path) if recipe.as_text else path


def _patch(recipe: Patch, around: Surroundings) -> None:
    value = None if recipe.value is None else evaluate(recipe.value, around)
    PATCHERS[recipe.kind](recipe.target, value, around.undo)


def _await(recipe: Await, around: Surroundings) -> Any:
    raise TypeError("an Await recipe is evaluated by the scenario runner, not as a plain value")


_EVALUATORS: Mapping[type, Callable[[Any, Surroundings], Any]] = {
    Const: lambda r, _: r.value,
    Name: _name,
    Sequence: lambda r, s: SEQUENCES[r.kind]([evaluate(i, s) for i in r.items]),
    Dictionary: _dictionary,
    Call: _call,
    Attribute: lambda r, s: getattr(evaluate(r.target, s), r.name),
    Item: lambda r, s: evaluate(r.target, s)[evaluate(r.key, s)],
    Operation: _operation,
    Variable: lambda r, s: s.variables[r.name],
    Function: _function,
    Helper: _helper,
    ScratchFile: _scratch_file,
    Await: _await,
    Patch: _patch,
    Fixture: given_by,
}


def children(recipe: Recipe) -> tuple[Recipe, ...]:
    """The direct sub-recipes, in source order."""
    below = _CHILDREN.get(type(recipe))
    return () if below is None else below(recipe)


_CHILDREN: Mapping[type, Callable[[Any], tuple[Recipe, ...]]] = {
    Sequence: lambda r: r.items,
    Dictionary: lambda r: tuple([x for pair in r.items for x in pair]),
    Call: lambda r: (r.function, *r.args, *[v for _, v in r.kwargs]),
    Attribute: lambda r: (r.target,),
    Await: lambda r: (r.target,),
    Item: lambda r: (r.target, r.key),
    Operation: lambda r: (r.left,) if r.right is None else (r.left, r.right),
    Function: lambda r: (r.body,),
    Patch: lambda r: () if r.value is None else (r.value,),
}


def walk(recipe: Recipe) -> tuple[Recipe, ...]:
    """The recipe and all below it, parents first; kept with it, as a call that is tried is looked through many times."""
    holder: Any = recipe
    try:
        known: tuple[Recipe, ...] = holder.known_below
    except AttributeError:
        found = [recipe]
        for node in found:
            below = _CHILDREN.get(type(node))
            if below is not None:
                found.extend(below(node))
        known = holder.known_below = tuple(found)
    return known


def size(recipe: Recipe) -> int:
    """Number of nodes, a long literal counting one more for each 8 characters."""
    return sum(
        1 + (len(n.value) // 8 if isinstance(n, Const) and isinstance(n.value, (str, bytes)) else 0)
        for n in walk(recipe)
    )


# -- plain form: lists and scalars only, what JSON carries ------------------------------------------------------------


def to_plain(recipe: Recipe) -> list[Any]:
    """The recipe as JSON-ready nested lists, the node's kind first; `from_plain` is its inverse."""
    match recipe:
        case Const(value=value):
            return ["const", *plain_literal(value)]
        case Name(module=module, qualname=qualname):
            return ["name", module, qualname]
        case Sequence(kind=kind, items=items):
            return ["sequence", kind, [to_plain(i) for i in items]]
        case Dictionary(items=pairs):
            return ["dictionary", [[to_plain(k), to_plain(v)] for k, v in pairs]]
        case Call(function=function, args=args, kwargs=kwargs):
            return ["call", to_plain(function), [to_plain(a) for a in args], [[k, to_plain(v)] for k, v in kwargs]]
        case Attribute(target=target, name=name):
            return ["attribute", to_plain(target), name]
        case Item(target=target, key=key):
            return ["item", to_plain(target), to_plain(key)]
        case Operation(symbol=symbol, left=left, right=right):
            return ["operation", symbol, to_plain(left), None if right is None else to_plain(right)]
        case Variable(name=name):
            return ["variable", name]
        case Function(parameters=parameters, body=body):
            return ["function", parameters, to_plain(body)]
        case Helper(name=name, source=source):
            return ["helper", name, source]
        case ScratchFile(name=name, content=content, as_text=as_text):
            return ["scratch_file", name, *plain_literal(content), as_text]
        case Await(target=target):
            return ["await", to_plain(target)]
        case Patch(kind=kind, target=patched, value=put):
            return ["patch", kind, patched, None if put is None else to_plain(put)]
        case Fixture(name=name, path=path, function=function_name, needs=needs):
            return ["fixture", name, path, function_name, [to_plain(n) for n in needs]]


def from_plain(plain: list[Any]) -> Recipe:
    """Reads `to_plain`'s form. Raises ValueError on anything else: worker messages are not trusted."""
    try:
        return _READERS[plain[0]](*plain[1:])
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a recipe: {str(plain)[:80]}") from error


_READERS: Mapping[str, Callable[..., Recipe]] = {
    "const": lambda kind, value: Const(read_literal(kind, value)),
    "name": lambda module, qualname: Name(str(module), str(qualname)),
    "sequence": lambda kind, items: Sequence(str(kind), tuple(from_plain(i) for i in items)),
    "dictionary": lambda items: Dictionary(tuple((from_plain(k), from_plain(v)) for k, v in items)),
    "call": lambda f, args, kwargs: Call(
        from_plain(f), tuple(from_plain(a) for a in args), tuple((str(k), from_plain(v)) for k, v in kwargs)
    ),
    "attribute": lambda target, name: Attribute(from_plain(target), str(name)),
    "item": lambda target, key: Item(from_plain(target), from_plain(key)),
    "operation": lambda symbol, left, right: Operation(
        str(symbol), from_plain(left), None if right is None else from_plain(right)
    ),
    "variable": lambda name: Variable(str(name)),
    "function": lambda parameters, body: Function(str(parameters), from_plain(body)),
    "helper": lambda name, source: Helper(str(name), str(source)),
    "scratch_file": lambda name, kind, content, as_text: ScratchFile(
        str(name), read_literal(kind, content), bool(as_text)
    ),
    "await": lambda target: Await(from_plain(target)),
    "patch": lambda kind, target, value: Patch(
        kind if kind in PATCHERS else "setattr", str(target), None if value is None else from_plain(value)
    ),
    "fixture": lambda name, path, function, needs: Fixture(
        str(name), str(path), str(function), tuple(_needed(n) for n in needs)
    ),
}


def _needed(plain: list[Any]) -> Fixture:
    if not isinstance(read := from_plain(plain), Fixture):
        raise ValueError(f"not a fixture: {str(plain)[:80]}")
    return read
