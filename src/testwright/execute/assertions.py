"""Counts what each test of a file asserts, leaving out what cannot fail or says next to nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from testwright.python_source.file_of_tests import called_name
from testwright.python_source.parsing import parse_source

__all__ = ["count_assertions"]

_EXPECTING_BLOCKS = frozenset({"raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "assertLogs"})


def count_assertions(file_text: str) -> dict[str, int]:
    """By test name ("test_x", "TestX::test_y"); every row of a parametrized test has the same number."""
    return dict(_tests_in(parse_source(file_text).body, ""))


def _tests_in(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, int]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name, sum(1 for inner in ast.walk(node) if _says_something(inner))
        elif isinstance(node, ast.ClassDef):
            yield from _tests_in(node.body, f"{prefix}{node.name}::")


def _says_something(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return not _is_trivial(node.test)
    if isinstance(node, ast.withitem):
        return called_name(node.context_expr) in _EXPECTING_BLOCKS
    # unittest's self.assertEqual(…) and a mock's assert_called_once_with(…)
    return isinstance(node, ast.Expr) and called_name(node.value).startswith("assert")


def _is_trivial(test: ast.expr) -> bool:
    """`assert True`, `assert x == x`, `assert x is not None`, `assert isinstance(x, object)`."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Tuple):
        return bool(test.elts)
    if isinstance(test, ast.BoolOp):
        parts = [_is_trivial(value) for value in test.values]
        return all(parts) if isinstance(test.op, ast.And) else any(parts)
    if isinstance(test, ast.Call):
        kind = test.args[1] if len(test.args) == 2 else None
        return called_name(test) == "isinstance" and isinstance(kind, ast.Name) and kind.id == "object"
    return isinstance(test, ast.Compare) and _is_trivial_comparison(test)


def _is_trivial_comparison(test: ast.Compare) -> bool:
    if len(test.ops) != 1:
        return False
    operator, other = test.ops[0], test.comparators[0]
    if isinstance(operator, ast.IsNot):
        return isinstance(other, ast.Constant) and other.value is None
    return isinstance(operator, ast.Eq | ast.Is) and ast.dump(test.left) == ast.dump(other)
