"""Tells where replacing a name had no effect: a module holds its own copy of it, and that is what its lines use."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache

from testwright.nouns.written_test import Patch
from testwright.python_source.file_of_tests import dotted, imported
from testwright.python_source.parsing import parse_source

__all__ = ["ModuleSource", "used_in_spite_of"]


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """A module of the project: its dotted name, what to call its file, its text, and its lines that were executed."""

    module: str
    shown: str
    text: str
    executed: Set[int]


@dataclass(frozen=True, slots=True)
class _Names:
    """What the module imports at its top, and on which lines its functions use which names."""

    imports: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, frozenset[int]] = field(default_factory=dict)
    by_way_of: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Lines on which a dotted name is got from its module: "rates.current" of `rates.current()`."""


def used_in_spite_of(patch: Patch, patches: Iterable[Patch], modules: Iterable[ModuleSource]) -> str:
    """Where the original was used though the test replaced it ("cart.py:12"); "" where replacing may have had effect."""
    others = {(each.owner, each.name) for each in patches}
    wanted = f"{patch.owner}.{patch.name}"
    found = ""
    for module in modules:
        package = module.module if module.shown.endswith("__init__.py") else module.module.rpartition(".")[0]
        names = _names(module.text, package)
        if names.by_way_of.get(wanted, frozenset()) & module.executed:
            return ""
        if module.module == patch.owner and names.lines.get(patch.name, frozenset()) & module.executed:
            return ""
        for name in [name for name, what in names.imports.items() if what == wanted]:
            lines = names.lines.get(name, frozenset()) & module.executed
            if module.module != patch.owner and lines and (module.module, name) not in others:
                found = found or f"{module.shown}:{min(lines)}"
    return found


@lru_cache(maxsize=200)
def _names(text: str, package: str) -> _Names:
    tree = parse_source(text)
    imports: dict[str, str] = {}
    for stmt in tree.body:
        if isinstance(stmt, ast.Import | ast.ImportFrom):
            imports.update(_imported(stmt, package))
    lines: dict[str, set[int]] = {}
    by_way_of: dict[str, set[int]] = {}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        own = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        own |= {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
        own |= {name for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom) for name in imported(n)}
        for node in (n for stmt in function.body for n in ast.walk(stmt)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in own:
                lines.setdefault(node.id, set()).add(node.lineno)
            elif isinstance(node, ast.Attribute) and (what := dotted(node, imports)):
                by_way_of.setdefault(what, set()).add(node.lineno)
    return _Names(
        imports,
        {name: frozenset(found) for name, found in lines.items()},
        {name: frozenset(found) for name, found in by_way_of.items()},
    )


def _imported(node: ast.Import | ast.ImportFrom, package: str) -> dict[str, str]:
    """Relative imports too, as seen from `package`."""
    if isinstance(node, ast.Import) or not node.level:
        return imported(node)
    parts = package.split(".")
    base = [*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])]
    return {alias.asname or alias.name: ".".join([*base, alias.name]) for alias in node.names}
