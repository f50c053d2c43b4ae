"""Decides which application of FastAPI, Starlette or Flask a project has, by reading its source."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from testwright.config.project import Project
from testwright.errors import UsageError
from testwright.python_source.parsing import parse_source

__all__ = ["app_to_test", "applications"]

_KINDS = frozenset(("FastAPI", "Starlette", "Flask"))
_MODULES = ("fastapi", "starlette", "flask")
_MAKERS = re.compile(r"(create|make|build|get)_(app|application)$")
_GIVEN = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*$")


def app_to_test(given: str, project: Project) -> str:
    """As "module:name": the one that is `given`, else the only one there is; "" where none is found, as in a Django project."""
    if given:
        if not _GIVEN.match(given):
            raise UsageError(
                f"{given!r} names no application", slug="bad-value", where="--app", hint="write it as shop.main:app"
            )
        return given
    found = list(applications(project))
    if len(found) > 1:
        raise UsageError(
            f"there are several applications: {', '.join(map(repr, found))}",
            slug="several-applications",
            where=project.root,
            hint=f"name the one that was recorded: --app {found[0]}",
        )
    return found[0] if found else ""


def applications(project: Project) -> Iterator[str]:
    """Those that a module makes as it is imported; without any, functions that make one and are named so."""
    makers: list[str] = []
    served = False
    for file in sorted(project.modules(), key=lambda each: each.module):
        if _is_of_tests(Path(os.path.relpath(file.path, project.root))):
            continue
        tree = _tree(Path(file.path))
        for name in _made_by(tree):
            served = True
            yield f"{file.module}:{name}"
        makers += [f"{file.module}:{name}" for name in _makers_in(tree)]
    if not served:
        yield from makers


def _is_of_tests(path: Path) -> bool:
    """`path` is from the project's folder: what lies above it is nobody's business."""
    return path.name == "conftest.py" or path.name.startswith("test_") or "tests" in path.parts


def _tree(path: Path) -> ast.Module:
    """An empty one for a file that is not read, or is no Python of ours: importing it will tell."""
    try:
        text = path.read_text(encoding="utf-8")
        return parse_source(text) if any(kind in text for kind in _KINDS) else ast.Module([], [])
    except (OSError, ValueError, SyntaxError):
        return ast.Module([], [])


def _made_by(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if _is_made(value):
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _makers_in(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and _MAKERS.match(node.name) and not _needed(node.args):
            if any(_is_made(each) for each in ast.walk(node)):
                yield node.name


def _needed(arguments: ast.arguments) -> bool:
    """It has a parameter without a default."""
    own = [*arguments.posonlyargs, *arguments.args]
    return len(own) > len(arguments.defaults) or any(default is None for default in arguments.kw_defaults)


def _is_made(node: ast.AST | None) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute):
        return called.attr in _KINDS and isinstance(called.value, ast.Name) and called.value.id in _MODULES
    return isinstance(called, ast.Name) and called.id in _KINDS
