"""Says where the outermost functions and methods of a file begin and end."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from testwright.python_source.parsing import parse_source

__all__ = ["function_lines"]


def function_lines(path: str) -> list[tuple[str, int, int]]:
    """(qualname, first line, with its decorators, last line); of a file that cannot be read, nothing."""
    try:
        with open(path, "rb") as stream:
            tree = parse_source(stream.read())
    except (OSError, SyntaxError, ValueError):
        return []
    return list(_functions(tree, ""))


def _functions(node: ast.AST, prefix: str) -> Iterable[tuple[str, int, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([child.lineno, *(d.lineno for d in child.decorator_list)])
            yield f"{prefix}{child.name}", first, child.end_lineno or child.lineno
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.stmt):
            yield from _functions(child, prefix)
