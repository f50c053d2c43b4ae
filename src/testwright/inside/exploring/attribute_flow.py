"""Tells from a module's source which attributes of its object a method changes, and which it reads."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

__all__ = ["ITEM_METHODS", "AttributeFlow"]

ITEM_METHODS = ("__setitem__", "__delitem__")

Function = ast.FunctionDef | ast.AsyncFunctionDef
UNCHANGING = {
    "copy", "count", "decode", "encode", "endswith", "find", "format", "get", "index", "items", "join", "keys", "lower",
    "split", "startswith", "strip", "upper", "values",
}  # fmt: skip
"""Methods of texts and containers that leave them as they are."""
CHANGING = {
    "add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort",
    "update",
}  # fmt: skip
CONTENT = "[]"
"""Stands for what the object itself holds, as an attribute does for one of its parts."""


@dataclass(slots=True)
class _Touched:
    read: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)


class AttributeFlow:
    """What a method does through other methods of its class counts as its own."""

    def __init__(self, functions: Iterable[tuple[str, Function]]) -> None:
        self._own = {qualname: _touched(function) for qualname, function in functions if "." in qualname}
        self._whole: dict[str, _Touched] = {}

    def prepares(self, other: str, target: str) -> int:
        """How many attributes the method `other` changes that `target` reads, both by their qualnames; 0 for any unknown."""
        return len(self._of(other).changed & self._of(target).read)

    def _of(self, qualname: str) -> _Touched:
        if qualname not in self._whole:
            whole, seen, waiting = _Touched(), set(), [qualname]
            while waiting:
                name = waiting.pop()
                own = self._own.get(name)
                if own is not None and name not in seen:
                    seen.add(name)
                    waiting += [f"{qualname.rpartition('.')[0]}.{called}" for called in own.calls]
                    whole.read |= own.read
                    whole.changed |= own.changed
            self._whole[qualname] = whole
        return self._whole[qualname]


def _touched(function: Function) -> _Touched:
    found = _Touched()
    arguments = [*function.args.posonlyargs, *function.args.args]
    if arguments:
        is_own = _attribute_of(arguments[0].arg)
        for node in ast.walk(function):
            _note(node, is_own, found)
            _note_content(node, arguments[0].arg, found)
    return found


def _note_content(node: ast.AST, receiver: str, found: _Touched) -> None:
    """`self[key]`, `for each in self`, `len(self)`, `self.items()`, `super().__setitem__(…)`."""

    def is_receiver(given: ast.AST) -> bool:
        return isinstance(given, ast.Name) and given.id == receiver

    if isinstance(node, ast.Subscript) and is_receiver(node.value):
        (found.read if isinstance(node.ctx, ast.Load) else found.changed).add(CONTENT)
    elif isinstance(node, (ast.For, ast.comprehension)) and is_receiver(node.iter):
        found.read.add(CONTENT)
    elif isinstance(node, ast.Call):
        if any(map(is_receiver, node.args)):
            found.read.add(CONTENT)
        if isinstance(node.func, ast.Attribute):
            above = isinstance(node.func.value, ast.Call) and ast.unparse(node.func.value.func) == "super"
            changing = node.func.attr in CHANGING or node.func.attr in ITEM_METHODS
            if above or is_receiver(node.func.value):
                found.changed.update({CONTENT} if changing else ())
                found.read.update({CONTENT} if node.func.attr in UNCHANGING else ())


def _attribute_of(receiver: str) -> Callable[[ast.AST], str]:
    def name(node: ast.AST) -> str:
        own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == receiver
        return node.attr if own and isinstance(node, ast.Attribute) else ""

    return name


def _note(node: ast.AST, is_own: Callable[[ast.AST], str], found: _Touched) -> None:
    if isinstance(node, ast.Attribute) and (name := is_own(node)):
        (found.read if isinstance(node.ctx, ast.Load) else found.changed).add(name)
    elif isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
        found.changed.update(_innermost(node.value, is_own))
    elif isinstance(node, ast.AugAssign):
        found.read.update(_innermost(node.target, is_own))
    elif isinstance(node, ast.Call):
        if name := is_own(node.func):
            found.calls.add(name)
        elif isinstance(node.func, ast.Attribute) and node.func.attr not in UNCHANGING:
            found.changed.update(_innermost(node.func.value, is_own))


def _innermost(node: ast.AST, is_own: Callable[[ast.AST], str]) -> Iterator[str]:
    """`x` of `self.x`, `self.x[key]` and `self.x[key].y`."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        if name := is_own(node):
            yield name
            return
        node = node.value
