"""Counts how many modules of a project import each of its modules, from their source alone."""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterable, Iterator, Mapping

__all__ = ["import_targets", "importer_counts"]

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where statements have statements in them."""
_SIMPLE = frozenset(
    {ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Raise, ast.Delete, ast.Assert, ast.Pass}
)


def import_targets(tree: ast.Module, module: str, *, is_package: bool) -> frozenset[str]:
    """The dotted names that `module` imports anywhere in it, relative ones made absolute; not those that are for type
    checkers only. `from a import b` gives "a.b", be that a module or something in `a`; `from a import *` gives "a".

    It depends on nothing but its arguments, so that it can be stored by the content of the file.
    """
    found: set[str] = set()
    for node in _imports(tree.body):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif source := _source(node, module, is_package=is_package):
            found.update(source if alias.name == "*" else f"{source}.{alias.name}" for alias in node.names)
    return frozenset(found)


def importer_counts(
    sources: Mapping[str, str], names: Mapping[str, Collection[str]], roots: Iterable[str] = ()
) -> dict[str, int]:
    """How many other modules import each one directly, by path; 0 for one that no other does.

    `sources` gives the path of each module by its name, `names` by path what `import_targets` says of it (a file that is
    not there imports nothing). Below each of `roots`, folders of the import path, a module goes by its name there too.
    """
    known = dict(sources)
    for root in roots:
        for path in sources.values():
            if name := _name_below(root, path):
                known.setdefault(name, path)
    counts = dict.fromkeys(sources.values(), 0)
    for importer in counts:
        reached = {_module(name, known) for name in names.get(importer, ())}
        for path in reached - {"", importer}:
            counts[path] += 1
    return counts


def _imports(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Statements are looked into, expressions not: no import can be in one, and most of a tree is expressions."""
    left: list[ast.AST] = list(body)
    while left:
        node = left.pop()
        if type(node) in _SIMPLE:
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If):
            left += _run_parts(node)
        else:
            for block in _BLOCKS:
                left += getattr(node, block, ())


def _run_parts(node: ast.If) -> list[ast.stmt]:
    """What of it is not for type checkers only."""
    test, negated = node.test, False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, negated = test.operand, True
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    if name != "TYPE_CHECKING":
        return [*node.body, *node.orelse]
    return node.body if negated else node.orelse


def _source(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    """Empty where a relative import leads out of everything."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    kept = len(parts) - node.level + is_package
    return ".".join([*parts[:kept], *([node.module] if node.module else [])]) if kept > 0 else ""


def _module(name: str, known: Mapping[str, str]) -> str:
    """The path of the module of that name, or of the one that has it in it; empty for none of the project's."""
    return known.get(name) or known.get(name.rpartition(".")[0], "")


def _name_below(root: str, path: str) -> str:
    folder = os.path.join(root, "")
    if not path.startswith(folder):
        return ""
    parts = path.removeprefix(folder).removesuffix(".py").split(os.sep)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
