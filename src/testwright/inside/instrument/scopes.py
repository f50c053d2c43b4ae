"""Holds the scope that the walk is in: whose code it is, and which names nobody else can rebind."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Scope", "class_scope", "comprehension_scope", "function_scope", "lambda_scope"]

_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class Scope:
    """`function` is the qualname that its arcs bear, `prefix` what a def inside it puts before its own name."""

    function: str = ""
    prefix: str = ""
    in_function: bool = False
    own_names: frozenset[str] = frozenset()
    probed: bool = False
    """A probe statement stands right in this scope (a class body then has to declare the probes' name global)."""


def function_scope(outer: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Scope:
    qualname = outer.prefix + node.name
    bound: set[str] = set(_arguments(node.args))
    shared: set[str] = set()
    for child in _within(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            bound.add(child.id)
        elif isinstance(child, ast.Global):
            shared.update(child.names)
    shared.update(name for child in ast.walk(node) if isinstance(child, ast.Nonlocal) for name in child.names)
    return Scope(qualname, f"{qualname}.<locals>.", True, frozenset(bound - shared))


def class_scope(outer: Scope, node: ast.ClassDef) -> Scope:
    return Scope(outer.function, f"{outer.prefix}{node.name}.", False)


def lambda_scope(outer: Scope, node: ast.Lambda) -> Scope:
    return Scope(outer.function, outer.prefix, True, frozenset(_arguments(node.args)))


def comprehension_scope(outer: Scope, generators: list[ast.comprehension]) -> Scope:
    targets = {
        child.id for generator in generators for child in ast.walk(generator.target) if isinstance(child, ast.Name)
    }
    return Scope(outer.function, outer.prefix, outer.in_function, outer.own_names | targets)


def _arguments(arguments: ast.arguments) -> Iterator[str]:
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield argument.arg
    for rest in (arguments.vararg, arguments.kwarg):
        if rest is not None:
            yield rest.arg


def _within(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function's own body, without those of functions, classes and comprehensions in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_NESTED, *_COMPREHENSIONS)):
            waiting.extend(ast.iter_child_nodes(node))
