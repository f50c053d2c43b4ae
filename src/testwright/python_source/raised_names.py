"""Names the exceptions that a function's `raise` statements raise."""

from __future__ import annotations

import ast

from .source_text import Definition, dotted, own_nodes

__all__ = ["raised_names"]


def raised_names(function: Definition, nodes: list[ast.AST]) -> tuple[str, ...]:
    """The names in source order, among the function's `own_nodes`.

    A bare `raise`, or one of a caught name, raises what the handler catches.
    """
    raises = [node for node in nodes if isinstance(node, ast.Raise)]
    if not raises:
        return ()
    handlers = _handlers(nodes)
    assigned = _assigned_calls(nodes)
    parameters = {a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    found: dict[str, None] = {}
    for node in raises:
        name = dotted(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
        handler = handlers.get(id(node))
        if node.exc is None or (handler is not None and name == handler.name):
            found.update((caught, None) for caught in _caught(handler))
        elif name in assigned:
            found.update((raised, None) for raised in assigned[name])
        elif name and name not in parameters:
            found[name] = None
    return tuple(found)


def _handlers(nodes: list[ast.AST]) -> dict[int, ast.ExceptHandler]:
    """For each raise, by id, the innermost handler that it stands in."""
    found: dict[int, ast.ExceptHandler] = {}
    for node in nodes:  # outer handlers come first, inner ones overwrite
        if isinstance(node, ast.ExceptHandler):
            found.update((id(inner), node) for inner in own_nodes(node.body) if isinstance(inner, ast.Raise))
    return found


def _caught(handler: ast.ExceptHandler | None) -> list[str]:
    if handler is None or handler.type is None:
        return []
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [dotted(one) for one in types if dotted(one)]


def _assigned_calls(nodes: list[ast.AST]) -> dict[str, list[str]]:
    """Local names that are assigned a new exception: `error = ValueError(…)`."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            made = dotted(node.value.func) if isinstance(node.value, ast.Call) else ""
            found.setdefault(node.targets[0].id, []).extend([made] if made[:1].isupper() or "." in made else [])
    return found
