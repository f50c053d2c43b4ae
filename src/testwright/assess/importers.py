"""Counts how many modules of a project import each of its modules, from their source alone."""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterable, Mapping

__all__ = ["import_targets", "importer_counts"]


def import_targets(imports: Iterable[ast.Import | ast.ImportFrom], module: str, *, is_package: bool) -> frozenset[str]:
    """The dotted names that `module` imports by these statements in it, relative ones made absolute. `from a import b` gives
    "a.b", be that a module or something in `a`; `from a import *` gives "a".

    It depends on nothing but its arguments, so that it can be stored by the content of the file.
    """
    found: set[str] = set()
    for node in imports:
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
