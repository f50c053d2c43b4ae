"""Lists what a module binds at its top level: imports with where they come from, and all names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .definitions import scope_statements
from .model import ImportedName

__all__ = ["bound_names", "imported_names"]


def imported_names(tree: ast.Module, module: str, *, is_package: bool) -> tuple[ImportedName, ...]:
    """The imports, also those for type checkers only (annotations need them), relative ones made absolute."""
    found: dict[ImportedName, None] = {}
    for node in _imports(tree.body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                found[ImportedName(name, alias.name if alias.asname else name, "")] = None
        else:
            source = _absolute(node, module, is_package=is_package)
            for alias in node.names:
                found[ImportedName(alias.asname or alias.name, source, alias.name)] = None
    return tuple(found)


def _imports(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif isinstance(statement, ast.If | ast.Try | ast.TryStar | ast.With):
            handlers = [handler.body for handler in getattr(statement, "handlers", ())]
            for block in (
                statement.body,
                getattr(statement, "orelse", []),
                getattr(statement, "finalbody", []),
                *handlers,
            ):
                yield from _imports(block)


def _absolute(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    drop = node.level - 1 if is_package else node.level
    kept = parts[: len(parts) - drop] if drop else parts
    return ".".join([*kept, *([node.module] if node.module else [])])


def bound_names(tree: ast.Module) -> tuple[str, ...]:
    """The names that exist in the module after import, in order of first binding."""
    found: dict[str, None] = {}
    for statement in scope_statements(tree.body):
        found.update((name, None) for name in _bound(statement))
    return tuple(found)


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names if alias.name != "*")
    else:
        for target in _targets(statement):
            for node in ast.walk(target):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id


def _targets(statement: ast.stmt) -> list[ast.expr]:
    match statement:
        case ast.Assign(targets=targets):
            return targets
        case ast.AnnAssign(target=target, value=value):
            return [target] if value is not None else []
        case ast.AugAssign(target=target) | ast.For(target=target):
            return [target]
        case ast.With(items=items):
            return [item.optional_vars for item in items if item.optional_vars is not None]
        case ast.If(test=test) | ast.While(test=test):
            return [test]
        case _:
            alias = getattr(statement, "name", None)  # `type Alias = …` of Python 3.12
            return [alias] if isinstance(alias, ast.Name) else []
