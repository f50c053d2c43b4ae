"""Decides which assertions nothing can break, whatever the code under test gives."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass, field

from testwright.python_source.file_of_tests import Function, called_name

__all__ = ["Constants", "is_trivial", "is_trivial_call"]

_ABOUT_EQUALITY = re.compile(
    r"(?:^|_)(?:eq|equal\w*|reflexiv\w*|hash\w*|identi\w*|nan|compar\w*|ordering|same|itself|self)(?:_|$)"
)
_MISSPELT = frozenset({"called_once_with", "called_with", "called_once", "has_calls", "not_called", "called_any"})
_SAME_IS_TRUE = (ast.Eq, ast.Is, ast.GtE, ast.LtE)


@dataclass(slots=True)
class Constants:
    """Variables of a test that are given one constant and nothing else, and whether it is about equality itself."""

    values: dict[str, ast.Constant] = field(default_factory=dict)
    about_equality: bool = False

    @classmethod
    def of(cls, function: Function, name: str) -> Constants:
        stores = Counter(
            n.id for n in ast.walk(function) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
        )
        given = {
            node.targets[0].id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and len(node.targets) == 1
            and isinstance(node.targets[0], ast.Name)
        }
        shared = {n for node in ast.walk(function) if isinstance(node, ast.Global | ast.Nonlocal) for n in node.names}
        values = {name: value for name, value in given.items() if stores[name] == 1 and name not in shared}
        return cls(values, _ABOUT_EQUALITY.search(name) is not None)

    def value(self, node: ast.expr) -> ast.Constant | None:
        if isinstance(node, ast.Name):
            return self.values.get(node.id)
        return node if isinstance(node, ast.Constant) else None


def is_trivial(test: ast.expr, constants: Constants) -> bool:
    """`assert True`, `assert x == x`, `assert x or True`, `assert len(x) >= 0`, `assert (x == 1, "message")`."""
    known = constants.value(test)
    if known is not None:
        return bool(known.value)
    if isinstance(test, ast.Tuple):
        return bool(test.elts)
    if isinstance(test, ast.BoolOp):
        parts = [is_trivial(value, constants) for value in test.values]
        return all(parts) if isinstance(test.op, ast.And) else any(parts)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = constants.value(test.operand)
        return inner is not None and not inner.value
    if isinstance(test, ast.Call | ast.Attribute):
        return _is_trivial_access(test)
    return isinstance(test, ast.Compare) and len(test.ops) == 1 and _is_trivial_comparison(test, constants)


def is_trivial_call(call: ast.Call, constants: Constants) -> bool:
    """`self.assertTrue(True)`, `self.assertEqual(x, x)`."""
    name, arguments = called_name(call), call.args
    if name == "assertTrue" and arguments:
        return is_trivial(arguments[0], constants)
    if name == "assertFalse" and arguments:
        known = constants.value(arguments[0])
        return known is not None and not known.value
    if name in ("assertEqual", "assertIs", "assertEquals") and len(arguments) == 2:
        comparison = ast.Compare(arguments[0], [ast.Eq()], [arguments[1]])
        return _is_trivial_comparison(comparison, constants)
    return False


def _is_trivial_access(test: ast.Call | ast.Attribute) -> bool:
    """`isinstance(x, object)`, and what a mock gives to a misspelt assertion: a mock, which is true."""
    if isinstance(test, ast.Attribute):
        return test.attr in _MISSPELT
    if called_name(test) == "isinstance" and len(test.args) == 2:
        return isinstance(test.args[1], ast.Name) and test.args[1].id == "object"
    return isinstance(test.func, ast.Attribute) and test.func.attr in _MISSPELT


def _is_trivial_comparison(test: ast.Compare, constants: Constants) -> bool:
    left, operator, right = test.left, test.ops[0], test.comparators[0]
    one, other = constants.value(left), constants.value(right)
    if one is not None and other is not None:
        equal = type(one.value) is type(other.value) and one.value == other.value
        return equal if isinstance(operator, ast.Eq | ast.Is) else isinstance(operator, ast.NotEq) and not equal
    if called_name(left) == "len" and isinstance(operator, ast.GtE) and other is not None and other.value == 0:
        return True
    same = isinstance(left, ast.Name | ast.Attribute | ast.Subscript) and ast.dump(left) == ast.dump(right)
    return same and isinstance(operator, _SAME_IS_TRUE) and not constants.about_equality
