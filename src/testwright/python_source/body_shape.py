"""Decides which text stands for all tests that do the same to the same values, whatever they call their variables."""

from __future__ import annotations

import ast
import copy
from collections import Counter

from testwright.python_source.file_of_tests import Function

__all__ = ["shape_of"]


def shape_of(function: Function, scope: str) -> str:
    """Equal for two functions of one `scope` (class) but for names of variables, docstrings and messages.

    A variable that is used once, in the statement after its assignment, counts as the expression it was given.
    """
    copied = copy.deepcopy(_without_docstring(function.body))
    _put_constants(copied)
    uses = Counter(node.id for stmt in copied for node in ast.walk(stmt) if isinstance(node, ast.Name))
    body = _without_detours(copied, uses)
    parameters = [each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)]
    marks = sorted(ast.dump(each) for each in function.decorator_list)
    renamed = _Renaming(_stored(body) - set(parameters))
    plain = [ast.dump(renamed.visit(stmt)) for stmt in body]
    return "\n".join([type(function).__name__, scope, ast.dump(function.args), *marks, *plain])


def _stored(body: list[ast.stmt]) -> set[str]:
    names = [node for stmt in body for node in ast.walk(stmt) if isinstance(node, ast.Name)]
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if is_text else body


def _put_constants(body: list[ast.stmt]) -> None:
    """A variable that is given one constant, and nothing else, counts as that constant: `expected = 5`."""
    stores = Counter(
        n.id for stmt in body for n in ast.walk(stmt) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
    )
    for stmt in list(body):
        if isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Constant) and len(stmt.targets) == 1:
            target = stmt.targets[0]
            if isinstance(target, ast.Name) and stores[target.id] == 1 and len(body) > 1:
                body.remove(stmt)
                body[:] = [_Putting(target.id, stmt.value).visit(each) for each in body]


def _without_detours(body: list[ast.stmt], uses: Counter[str]) -> list[ast.stmt]:
    done: list[ast.stmt] = []
    for stmt in body:
        for block in ("body", "orelse", "finalbody"):
            if isinstance(getattr(stmt, block, None), list):
                setattr(stmt, block, _without_detours(getattr(stmt, block), uses))
        before = done[-1] if done else None
        if isinstance(before, ast.Assign) and isinstance(stmt, ast.Assert | ast.Expr | ast.Assign | ast.Return):
            target = before.targets[0]
            if (
                len(before.targets) == 1
                and isinstance(target, ast.Name)
                and uses[target.id] == 2
                and _uses(stmt, target.id)
            ):
                done[-1] = _Putting(target.id, before.value).visit(stmt)
                continue
        done.append(stmt)
    return done


def _uses(stmt: ast.stmt, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in ast.walk(stmt))


class _Putting(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self._name, self._value = name, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._value if node.id == self._name and isinstance(node.ctx, ast.Load) else node


class _Renaming(ast.NodeTransformer):
    """Gives local variables numbers in the order in which they come up, and puts constants to the right of `==`."""

    def __init__(self, local: set[str]) -> None:
        self._local = local
        self._numbers: dict[str, str] = {}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self._local:
            node.id = self._numbers.setdefault(node.id, f"v{len(self._numbers)}")
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        node.msg = None
        self.generic_visit(node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        self.generic_visit(node)
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq) and isinstance(node.left, ast.Constant):
            node.left, node.comparators[0] = node.comparators[0], node.left
        return node
