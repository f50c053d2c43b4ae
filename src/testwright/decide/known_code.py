"""Answers what rules on suspicions ask of the source: what a function promises, what a line computes with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property

from testwright.python_source.model import ClassModel, FunctionModel, ModuleModel
from testwright.python_source.parsing import parse_source

__all__ = ["KnownCode"]

_SERVED = frozenset({"__init__", "__call__", "__str__", "__repr__", "__len__", "__bool__", "__hash__", "__post_init__"})
"""Special methods that are called as people call functions."""
_BASES = {
    "KeyError": ("LookupError",),
    "IndexError": ("LookupError",),
    "ZeroDivisionError": ("ArithmeticError",),
    "UnboundLocalError": ("NameError",),
    "RecursionError": ("RuntimeError",),
}
_PLAIN_DECORATORS = frozenset({"staticmethod", "classmethod", "property"})


class KnownCode:
    """One module: its static model beside its text."""

    def __init__(self, model: ModuleModel, source: str) -> None:
        self.model, self.source = model, source
        self.functions: dict[str, FunctionModel] = {}
        for function in model.functions:
            if function.kind not in ("setter", "deleter"):
                self.functions.setdefault(function.qualname, function)
        self.classes: dict[str, ClassModel] = {each.qualname: each for each in model.classes}

    @cached_property
    def _tree(self) -> ast.Module:
        return parse_source(self.source)

    @cached_property
    def _definitions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return [node for node in ast.walk(self._tree) if isinstance(node, kinds)]

    def is_served(self, target: str) -> bool:
        """It is there for anybody to call: public, no stub, not for subclasses to fill in."""
        function = self.functions.get(target)
        if function is None or function.is_private or function.is_abstract or self.is_stub(target):
            return False
        if any(part.startswith("_") and not part.endswith("__") for part in target.split(".")):
            return False
        if function.name.startswith("__") and function.name not in _SERVED:
            return False
        owner = self.classes.get(function.class_name)
        if owner is None:
            return True
        named = owner.name.endswith(("Mixin", "Base", "Interface")) or owner.name.startswith(("Base", "Abstract"))
        return not named and owner.kind not in ("protocol", "abc") and not owner.abstract_methods

    def is_stub(self, target: str) -> bool:
        """Its body does nothing: `...`, `pass`, a docstring, or the refusal to be called."""
        found = self.definition(target)
        return found is not None and all(_does_nothing(statement) for statement in found.body)

    def is_decorated(self, target: str) -> bool:
        """By something that may change what it gives."""
        return not _PLAIN_DECORATORS.issuperset(self.functions[target].decorators)

    def definition(self, target: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        function = self.functions.get(target)
        if function is None:
            return None
        return next((d for d in self._definitions if d.lineno == function.line), None)

    def around(self, line: int) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The innermost function that the line stands in."""
        holding = [d for d in self._definitions if d.lineno <= line <= (d.end_lineno or d.lineno)]
        return max(holding, key=lambda d: d.lineno, default=None)

    def documentation(self, target: str, line: int = 0) -> str:
        """Of the function, of its class, and of the function that the line stands in."""
        function = self.functions.get(target)
        owner = self.classes.get(function.class_name) if function else None
        inner = self.around(line) if line else None
        texts = [function.docstring if function else "", owner.docstring if owner else ""]
        return "\n".join([*texts, (ast.get_docstring(inner) or "") if inner else ""])

    def expects(self, error: str, target: str, line: int) -> bool:
        """The documentation speaks of this error, or code on the way raises the like on purpose, or catches it."""
        names = (error, *_BASES.get(error, ()))
        text = self.documentation(target, line) + self.model.docstring
        if any(re.search(rf"\b{name}\b", text) for name in names):
            return True
        function, inner = self.functions.get(target), self.around(line)
        raised = set(function.raises) if function else set()
        if inner is not None:
            raised |= {n.id for node in ast.walk(inner) if isinstance(node, ast.Raise) for n in _names(node)}
        return bool(raised & set(names))

    def words_errors(self, target: str, line: int) -> bool:
        """It refuses what it cannot take in words of its own, or says that it does."""
        function, inner = self.functions.get(target), self.around(line)
        raises = bool(function and function.raises) or (
            inner is not None and any(isinstance(node, ast.Raise) for node in ast.walk(inner))
        )
        return raises or bool(re.search(r"\b[Rr]aises?\b", self.documentation(target, line)))

    def statement_at(self, line: int) -> ast.stmt | None:
        """The smallest statement that holds the line; of a compound one only when it is its head."""
        kinds = [n for n in ast.walk(self._tree) if isinstance(n, ast.stmt) and n.lineno <= line <= (n.end_lineno or 0)]
        return min(kinds, key=lambda n: ((n.end_lineno or 0) - n.lineno, -n.col_offset), default=None)

    def at(self, line: int) -> list[ast.AST]:
        """All nodes below the statement at the line that begin on the line, or go over it."""
        statement = self.statement_at(line)
        if statement is None:
            return []
        found = [n for n in ast.walk(statement) if isinstance(n, ast.expr)]
        return [n for n in found if n.lineno <= line <= (n.end_lineno or n.lineno)]

    def given(self, line: int) -> frozenset[str]:
        """Names of parameters (and of what their loops go over) of the function around the line."""
        inner = self.around(line)
        if inner is None:
            return frozenset()
        args = inner.args
        names = {a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg) if a}
        for node in ast.walk(inner):
            if isinstance(node, (ast.For, ast.comprehension)) and _is_of(node.iter, names):
                names |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
        return frozenset(names)

    def is_given(self, node: ast.expr, line: int) -> bool:
        """It is what the caller passed, as it is or through a call of its own methods or a plain type."""
        return _is_of(node, self.given(line))

    def runs_for_ever(self, target: str) -> bool:
        """Some loop of it has no end by design."""
        found = self.definition(target)
        if found is None:
            return False
        loops = (n for n in ast.walk(found) if isinstance(n, ast.While))
        ends = (ast.Break, ast.Return, ast.Raise)
        return any(
            isinstance(loop.test, ast.Constant) and not any(isinstance(n, ends) for n in ast.walk(loop))
            for loop in loops
        )


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return any(name.id == "NotImplementedError" for name in _names(statement))
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, ast.Pass)


def _names(node: ast.AST) -> Iterator[ast.Name]:
    yield from (n for n in ast.walk(node) if isinstance(n, ast.Name))


def _is_of(node: ast.expr, names: frozenset[str] | set[str]) -> bool:
    match node:
        case ast.Name(id=name):
            return name in names
        case ast.Attribute(value=ast.Name(id="self")):
            return True
        case ast.Call(func=ast.Attribute(value=value)):
            return _is_of(value, names)
        case ast.Call(func=ast.Name(), args=[first, *_]):
            return _is_of(first, names)
        case ast.Subscript(value=value) | ast.Attribute(value=value):
            return _is_of(value, names)
        case ast.UnaryOp(operand=value):
            return _is_of(value, names)
        case ast.BinOp(left=left, right=right):
            return _is_of(left, names) or _is_of(right, names)
        case _:
            return False
