"""Holds which methods the classes of a folder have, by their bare names: read from source, kept as JSON."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from testwright.python_source.parsing import parse_source

__all__ = ["ClassIndex", "IndexedClass", "IndexedMethod", "classes_in", "is_called_by_name", "scan_classes"]

_SKIPPED = frozenset({"__pycache__", "venv", ".venv", ".git"})


@dataclass(frozen=True, slots=True)
class IndexedMethod:
    """`args` are the names of its parameters without `self`; `returns` the text of its annotation, "" without one."""

    name: str
    args: tuple[str, ...] = ()
    returns: str = ""
    is_async: bool = False


@dataclass(frozen=True, slots=True)
class IndexedClass:
    """`file` is relative to the folder that was scanned."""

    file: str
    methods: tuple[IndexedMethod, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassIndex:
    """Of several classes with one name, the last by path."""

    scan_root: str
    classes: Mapping[str, IndexedClass] = field(default_factory=dict)

    def to_text(self) -> str:
        classes = {
            name: {
                "file": each.file,
                "methods": [
                    {"name": m.name, "args": list(m.args), "returns": m.returns, "is_async": m.is_async}
                    for m in each.methods
                ],
            }
            for name, each in self.classes.items()
        }
        return json.dumps({"scan_root": self.scan_root, "classes": classes}, indent=2) + "\n"

    @classmethod
    def from_text(cls, text: str) -> ClassIndex:
        """ValueError with what is wrong where it is no such index."""
        plain = json.loads(text)
        classes = plain.get("classes") if isinstance(plain, dict) else None
        if not isinstance(classes, dict):
            raise ValueError("it has no table 'classes'")
        return cls(str(plain.get("scan_root", "")), {name: _class_from(name, each) for name, each in classes.items()})


def _class_from(name: str, plain: Any) -> IndexedClass:
    methods = plain.get("methods") if isinstance(plain, dict) else None
    if not isinstance(methods, list) or not all(
        isinstance(m, dict) and isinstance(m.get("name"), str) for m in methods
    ):
        raise ValueError(f"the class {name!r} has no list of methods with names")
    return IndexedClass(str(plain.get("file", "")), tuple(_method_from(method) for method in methods))


def _method_from(plain: dict[str, Any]) -> IndexedMethod:
    args, returns = plain.get("args"), plain.get("returns")
    names = tuple(str(each) for each in args) if isinstance(args, list) else ()
    return IndexedMethod(plain["name"], names, "" if returns is None else str(returns), bool(plain.get("is_async")))


def scan_classes(root: str) -> ClassIndex:
    """All classes of the Python files below `root`. Tests, environments and what Python cannot read are passed over."""
    root = os.path.abspath(root)
    classes: dict[str, IndexedClass] = {}
    for path in _files(root):
        try:
            with open(path, "rb") as stream:
                found = classes_in(stream.read(), os.path.relpath(path, root))
        except (OSError, SyntaxError, ValueError):
            continue
        classes.update(found)
    return ClassIndex(root, classes)


def _files(root: str) -> Iterator[str]:
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if name not in _SKIPPED)
        for name in sorted(names):
            if name.endswith(".py") and not name.startswith("test_"):
                yield os.path.join(folder, name)


def classes_in(source: str | bytes, file: str) -> dict[str, IndexedClass]:
    """Those of one file. SyntaxError or ValueError where it is no Python."""
    nodes = [node for node in ast.walk(parse_source(source, file)) if isinstance(node, ast.ClassDef)]
    return {node.name: IndexedClass(file, tuple(_methods(node))) for node in nodes}


def is_called_by_name(name: str) -> bool:
    return name == "__init__" or not (name.startswith("__") and name.endswith("__"))


def _methods(node: ast.ClassDef) -> Iterator[IndexedMethod]:
    """None that operators call: of those between double underscores, only `__init__`."""
    for each in node.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and is_called_by_name(each.name):
            args = tuple(arg.arg for arg in each.args.args if arg.arg != "self")
            returns = ast.unparse(each.returns) if each.returns is not None else ""
            yield IndexedMethod(each.name, args, returns, isinstance(each, ast.AsyncFunctionDef))
