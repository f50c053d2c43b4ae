"""Reads the Python that a definition holds, without running it."""

from __future__ import annotations

import ast
import warnings

from testwright.python_source.parsing import parse_source

__all__ = ["comparable", "defines", "is_test_file", "syntax_problem"]


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an unknown escape in a string: its author sees it where it runs
        return parse_source(text)


def syntax_problem(text: str) -> str:
    """What is wrong with it, and in which line; "" where it parses."""
    try:
        _parsed(text)
    except SyntaxError as error:
        return f"{error.msg} (line {error.lineno})" if error.lineno else str(error.msg)
    except (ValueError, RecursionError, MemoryError) as error:  # a null byte; nested too deeply
        return str(error) or "it is nested too deeply"
    return ""


def comparable(text: str) -> str:
    """The same for texts that differ in layout and comments alone."""
    return text.strip() if syntax_problem(text) else ast.dump(_parsed(text))


def defines(text: str, name: str) -> bool:
    """Whether it may bind the name when it runs; the text must parse."""
    tree = _parsed(text)
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if node.name == name:
                return True
            case ast.Name(id=bound, ctx=ast.Store()) if bound == name:
                return True
            case ast.alias() if (node.asname or node.name) == name:
                return True
    return False


def is_test_file(text: str) -> bool:
    """Whether pytest would find a test in it; the text must parse."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return any(
        (isinstance(node, functions) and node.name.startswith("test"))
        or (isinstance(node, ast.ClassDef) and (node.name.startswith("Test") or bool(node.bases)))
        for node in _parsed(text).body
    )
