"""Decides which functions changed lines belong to, and so what is left to do of a request."""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from testwright.config.changed_lines import changed_lines
from testwright.config.request import Request
from testwright.nouns.target import Target
from testwright.python_source.parsing import parse_source

__all__ = ["function_lines", "only_touched", "touched_functions"]


def only_touched(request: Request, since: str) -> Request:
    """The same for the functions that changed since that revision ("" = the merge base with the main branch).

    Modules without any are not among its targets. Raises ProjectError and UsageError as `changed_lines` does.
    """
    changed = changed_lines(request.project.root, since)
    touched: dict[str, list[str]] = {}
    for path, qualname in sorted(touched_functions(changed)):
        touched.setdefault(path, []).append(qualname)
    targets = [_narrowed(t, touched.get(os.path.realpath(t.source), [])) for t in request.targets]
    return replace(request, targets=[target for target in targets if target is not None])


def _narrowed(target: Target, touched: Iterable[str]) -> Target | None:
    only = tuple(name for name in touched if not target.only or _is_asked_for(name, target.only))
    return replace(target, only=only) if only else None


def _is_asked_for(qualname: str, only: Collection[str]) -> bool:
    """`only` names functions, methods, or classes with all of theirs."""
    return any(qualname == name or qualname.startswith(f"{name}.") for name in only)


def touched_functions(changed: dict[str, set[int]]) -> set[tuple[str, str]]:
    """(path, qualname) of each outermost function that has a changed line."""
    return {
        (path, qualname)
        for path, lines in changed.items()
        for qualname, first, last in function_lines(path)
        if any(first <= line <= last for line in lines)
    }


def function_lines(path: str) -> list[tuple[str, int, int]]:
    """Each outermost function of the file with its first line (of its decorators) and its last; [] if unreadable."""
    try:
        tree = parse_source(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    return list(_functions(tree, ""))


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, int, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([child.lineno, *(d.lineno for d in child.decorator_list)])
            yield f"{prefix}{child.name}", first, child.end_lineno or child.lineno
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.stmt):
            yield from _functions(child, prefix)
