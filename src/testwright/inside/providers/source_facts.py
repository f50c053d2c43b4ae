"""Reads from a module's source what its type-testing helpers get, which metadata keys it looks up, what it catches."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["SourceFacts"]


class SourceFacts:
    """`beside[qualname][parameter]` = what calls that look like isinstance or issubclass get beside it."""

    def __init__(self, source: str) -> None:
        self.source = source
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            tree = ast.Module([], [])
        self.functions = list(_functions(tree, ""))
        self.beside: dict[str, dict[str, dict[str, list[str]]]] = {}
        for qualname, function in self.functions:
            found = _beside(function)
            if found:
                self.beside[qualname] = found
        self.caught = list(dict.fromkeys(_caught(tree)))
        self.metadata_keys = list(dict.fromkeys(_metadata_keys(tree)))
        self.option_keys = list(dict.fromkeys(_option_keys(tree))) if self.metadata_keys else []


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, (ast.If, ast.Try)):
            yield from _functions(child, prefix)


def _beside(function: ast.AST) -> dict[str, dict[str, list[str]]]:
    """For wrappers of isinstance and issubclass alone: the builtins themselves are in the uses tree already."""
    found: dict[str, dict[str, list[str]]] = {}
    for call in ast.walk(function):
        if not isinstance(call, ast.Call) or len(call.args) != 2 or not isinstance(call.args[0], ast.Name):
            continue
        name = ast.unparse(call.func).rsplit(".", 1)[-1]
        callee = name.lower().replace("_", "")
        for word, kind in (("isinstance", "isinstance"), ("issubclass", "subclass_of")):
            if word in callee and name != "isinstance":
                sources = [
                    ast.unparse(e)
                    for e in (call.args[1].elts if isinstance(call.args[1], ast.Tuple) else [call.args[1]])
                ]
                known = found.setdefault(call.args[0].id, {}).setdefault(kind, [])
                known += [s for s in sources if s not in known]
    return found


def _caught(tree: ast.AST) -> Iterator[str]:
    """The exceptions that handlers name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            yield from (ast.unparse(kind) for kind in kinds)


def _metadata_keys(tree: ast.AST) -> Iterator[str]:
    """Keys that the module looks up in `<something>.metadata`."""
    for node in ast.walk(tree):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and _is_metadata(node.value):
            key = node.slice
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and _is_metadata(node.func.value)
            and node.args
        ):
            key = node.args[0]
        elif isinstance(node, ast.Compare) and _is_metadata(node.comparators[0]):
            key = node.left
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


def _is_metadata(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "metadata"


def _option_keys(tree: ast.Module) -> Iterator[str]:
    """Words that the module looks up anywhere: what a nested mapping of options may hold."""
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            values = node.elts
        elif isinstance(node, ast.Subscript):
            values = [node.slice]
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value.isidentifier():
                yield value.value
