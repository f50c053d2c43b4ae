"""Finds the flags by which a function decides: globals of its module and attributes of its class that hold plain values,
and the dicts in which others register what it is to use.
"""

from __future__ import annotations

import ast
import enum
import inspect
import random
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..recipes import Const, Dictionary, Function, Name, Patch, Recipe, Sequence, walk
from ..scenario import Scenario

__all__ = ["flipped", "held_at", "registered", "switches_of"]

PLAIN = (bool, int, float, str, type(None))
HELD = (list, tuple, dict, set)
OPTIONAL = (types.ModuleType, types.FunctionType, type)
"""What is None where an import failed, and code asks for that."""
KEYS = (str, int, float, bool)
FEW: tuple[Recipe, ...] = (Const("abc"), Name("builtins", "str"), Name("builtins", "int"))
OTHERS: Mapping[type, tuple[Any, ...]] = {
    int: (0, 1, 2),
    float: (0.0, 1.0),
    str: ("", "abc", None),
    type(None): (True, "abc", 1),
}
REGISTERED: tuple[Recipe, ...] = (
    Function("*args, **kwargs", Const("same")),
    Name("builtins", "str"),
    Const("abc"),
    Const(1),
    Const(None),
)
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def switches_of(qualname: str, function: FunctionNode, module: types.ModuleType, bound: set[str]) -> Iterator[str]:
    """The dotted names, below the module, of what the function reads and could find otherwise; `bound`: its own names."""
    yield from dict.fromkeys([*_flags(qualname, function, module, bound), *_registries(function, module, bound)])


def _flags(qualname: str, function: FunctionNode, module: types.ModuleType, bound: set[str]) -> Iterator[str]:
    tests = list(_tests(function))
    asked = {name for test in tests for name in _names_read(test)}
    missed = {name for test in tests for name in _asked_for(test)}
    owner, space = qualname.rpartition(".")[0], vars(module)
    kind = space.get(owner)
    for name in dict.fromkeys(_names_read(function)):
        root, _, attribute = name.partition(".")
        if not attribute:
            if root not in bound and root in space and _decides(space[root], name in asked, name in missed):
                yield root
        elif root in ("self", "cls", owner) and isinstance(kind, type) and not isinstance(kind, enum.EnumMeta):
            held = vars(kind).get(attribute, function)
            if type(held) in PLAIN or (type(held) in HELD and name in asked):
                yield f"{owner}.{attribute}"


def _registries(function: FunctionNode, module: types.ModuleType, bound: set[str]) -> Iterator[str]:
    """Dicts that are reached through attributes (`settings.handlers`), or are still empty: what others put there counts."""
    for chain in dict.fromkeys(_chains(function)):
        root, *attributes = chain
        if root in bound or root in ("self", "cls") or any(name.startswith("__") for name in chain):
            continue
        held = held_at(module, chain)
        if isinstance(held, dict) and (attributes or not held) and not _is_standard(vars(module).get(root)):
            yield ".".join(chain)


def _is_standard(held: object) -> bool:
    """`sys.modules` is not to be replaced."""
    return isinstance(held, types.ModuleType) and held.__name__.partition(".")[0] in sys.stdlib_module_names


def _chains(function: FunctionNode) -> Iterator[tuple[str, ...]]:
    """`a.b.c` as ("a", "b", "c"), each with all that it begins with."""
    for node in ast.walk(function):
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield (node.id, *names)


def held_at(module: types.ModuleType, names: Iterable[str]) -> Any:
    """What is found there without running anything; None where nothing is."""
    held: Any = module
    for name in names:
        held = inspect.getattr_static(held, name, None)
    return held


def _decides(held: object, is_asked: bool, is_missed: bool) -> bool:
    kind = type(held)
    return kind in (bool, type(None)) or (is_asked and kind in (*PLAIN, *HELD)) or (is_missed and kind in OPTIONAL)


def _asked_for(test: ast.expr) -> Iterator[str]:
    """Names that may be missing: `extra`, `not extra`, `extra is None`."""
    if isinstance(test, ast.BoolOp):
        for part in test.values:
            yield from _asked_for(part)
    elif isinstance(test, ast.UnaryOp):
        yield from _asked_for(test.operand)
    elif isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Is, ast.IsNot)):
        yield from _asked_for(test.left)
    elif isinstance(test, ast.Name):
        yield test.id


def _tests(function: FunctionNode) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.Assert)):
            yield node.test
        elif isinstance(node, ast.BoolOp):
            yield node
        elif isinstance(node, ast.comprehension):
            yield from node.ifs


def _names_read(tree: ast.AST) -> Iterator[str]:
    """`DEBUG`, `self.limit` (also as `getattr(self, "limit", None)`); not what is called, which is no flag."""
    parts = [*ast.walk(tree)]
    passed = {id(node.func) for node in parts if isinstance(node, ast.Call)}
    passed |= {id(node.value) for node in parts if isinstance(node, ast.Attribute)}
    for node in parts:
        if id(node) in passed:
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call) and len(node.args) > 1 and getattr(node.func, "id", "") == "getattr":
            held, name = node.args[:2]
            if isinstance(held, ast.Name) and isinstance(name, ast.Constant) and type(name.value) is str:
                yield f"{held.id}.{name.value}"


def registered(scenario: Scenario, rng: random.Random) -> Recipe:
    """A dict with one entry, under what the scenario passes on, or under its type."""
    nodes = [n for step in scenario.steps for n in walk(step.recipe) if not isinstance(step.recipe, Patch)]
    values = [n for n in nodes if isinstance(n, Const) and type(n.value) in KEYS]
    kinds = [Name("builtins", type(n.value).__name__) for n in values]
    named = [n for n in nodes if isinstance(n, Name) and n.module == "builtins"]
    return Dictionary(((rng.choice([*values, *kinds, *named, *FEW]), rng.choice(REGISTERED)),))


def flipped(held: object, rng: random.Random) -> Recipe:
    """Another value of the sort that the flag may have."""
    if type(held) is bool:
        return Const(not held)
    if type(held) in (list, tuple, set):
        return Sequence(type(held).__name__, ())
    if type(held) is dict:
        return Dictionary(())
    return Const(rng.choice([other for other in OTHERS.get(type(held), (None,)) if other != held]))
