"""Tells which files of a project importing a file may run, by reading source alone; says so where that cannot be told."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from testwright.python_source.parsing import parse_source

__all__ = ["ImportReach"]

_CANNOT_TELL = frozenset({"import_module", "__import__", "pkgutil", "entry_points", "runpy", "spec_from_file_location"})
"""Names with which modules are found that no source names."""
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


class ImportReach:
    """`roots` are the folders that absolute names are looked up in, besides those between a file and `root`."""

    def __init__(self, root: str, roots: Sequence[str]) -> None:
        self._root = os.path.realpath(root)
        self._roots = [os.path.realpath(each) for each in roots]
        self._direct: dict[str, frozenset[str] | None] = {}

    def may_run(self, file: str, wanted: Iterable[str]) -> bool:
        """Whether importing `file` (with what is imported by that, and so on) may import one of `wanted`."""
        sought = {os.path.realpath(each) for each in wanted}
        waiting, seen = [os.path.realpath(file)], set[str]()
        while waiting:
            current = waiting.pop()
            if current in sought:
                return True
            if current in seen:
                continue
            seen.add(current)
            direct = self._imports(current)
            if direct is None:
                return True
            waiting += direct
        return False

    def _imports(self, file: str) -> frozenset[str] | None:
        """The files of the project that this one imports by itself; None: it cannot be told."""
        if file not in self._direct:
            self._direct[file] = self._read(file)
        return self._direct[file]

    def _read(self, file: str) -> frozenset[str] | None:
        try:
            tree = parse_source(Path(file).read_bytes())
        except (OSError, SyntaxError, ValueError):
            return None
        found: set[str] = set()
        for node in ast.walk(tree):
            if _names(node) & _CANNOT_TELL:
                return None
            for name, folders in self._named(node, file):
                found.update(self._files_of(name, folders))
        return frozenset(found)

    def _named(self, node: ast.AST, file: str) -> Iterator[tuple[str, list[str]]]:
        """Dotted names with the folders to look them up in; a text may name a module too, as for `mock.patch`."""
        if isinstance(node, ast.Import):
            yield from ((alias.name, self._folders(file)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            folders = self._folders(file) if not node.level else [_above(file, node.level)]
            base = f"{node.module}." if node.module else ""
            yield from ((f"{base}{alias.name}", folders) for alias in node.names)
            if node.level:
                yield "__init__", folders
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
            yield node.value, self._folders(file)

    def _folders(self, file: str) -> list[str]:
        folder = os.path.dirname(file)
        between = [folder]
        while folder != self._root and folder.startswith(self._root + os.sep):
            folder = os.path.dirname(folder)
            between.append(folder)
        return list(dict.fromkeys([*self._roots, *between]))

    def _files_of(self, name: str, folders: Iterable[str]) -> Iterator[str]:
        """Of the module or what it holds, and of the packages around it."""
        for folder in folders:
            place = folder
            for part in name.split("."):
                yield from _existing(os.path.join(place, part + ".py"))
                place = os.path.join(place, part)
                if not os.path.isdir(place):
                    break
                yield from _existing(os.path.join(place, "__init__.py"))


def _names(node: ast.AST) -> frozenset[str]:
    if isinstance(node, ast.Name):
        return frozenset({node.id})
    if isinstance(node, ast.Attribute):
        return frozenset({node.attr})
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return frozenset(alias.name.partition(".")[0] for alias in node.names)
    return frozenset()


def _above(file: str, level: int) -> str:
    for _ in range(level):
        file = os.path.dirname(file)
    return file


def _existing(path: str) -> Iterator[str]:
    if os.path.isfile(path):
        yield os.path.realpath(path)
