"""Decides which methods of its parameters' classes a function is said to depend on, as a comment of one line."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from testwright.python_source.class_index import IndexedClass, is_called_by_name

__all__ = ["KnownClasses", "annotated_classes", "dependency_comment", "imported_classes"]

_PLAIN = frozenset(
    {
        *("str", "int", "float", "bool", "list", "dict", "set", "tuple", "None", "object"),
        *("Optional", "List", "Dict", "Any", "Union", "Tuple", "Sequence", "Iterable"),
    }
)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Methods = Mapping[str, Sequence[str]]
"""The parameters of public methods, without self, by the methods' names."""


@dataclass(frozen=True, slots=True)
class KnownClasses:
    """By bare name: what importing the classes showed, and what was read of them in source."""

    imported: Mapping[str, Methods] = field(default_factory=dict)
    indexed: Mapping[str, IndexedClass] = field(default_factory=dict)


def annotated_classes(node: Function) -> dict[str, str]:
    """By parameter the class that it is annotated with: positional parameters, bare names or one `Optional[…]` of them."""
    named = {arg.arg: _bare_name(arg.annotation) for arg in node.args.args if arg.annotation is not None}
    return {
        parameter: name
        for parameter, name in named.items()
        if name and name not in _PLAIN and parameter not in ("self", "cls")
    }


def _bare_name(annotation: ast.expr) -> str:
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Name):
        annotation = annotation.slice if annotation.value.id == "Optional" else annotation
    return annotation.id if isinstance(annotation, ast.Name) else ""


def imported_classes(tree: ast.Module, package: str) -> dict[str, str]:
    """By name the module that it is imported from, under its own name. `package` is what relative imports start from."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (module := _absolute(node, package)):
            found.update((alias.name, module) for alias in node.names if alias.asname in (None, alias.name))
    return found


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    if node.level - 1 > len(parts):
        return ""
    above = parts[: len(parts) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def dependency_comment(node: Function, known: KnownClasses) -> str:
    """Such as `    # Dependencies: store.save(key, value), mailer.send()`; "" without any."""
    items: list[str] = []
    for parameter, name in annotated_classes(node).items():
        methods = known.imported.get(name)
        if methods:
            items += _items(parameter, _called(node, parameter) or methods, methods)
        elif (indexed := known.indexed.get(name)) is not None and indexed.methods:
            named = [m.name for m in indexed.methods if is_called_by_name(m.name)]
            items += _items(parameter, _called(node, parameter) or named, {})
    return f"    # Dependencies: {', '.join(items)}" if items else ""


def _items(parameter: str, names: Iterable[str], methods: Methods) -> list[str]:
    return [f"{parameter}.{name}({', '.join(methods.get(name, ()))})" for name in names]


def _called(node: Function, parameter: str) -> list[str]:
    """The methods called on it, each once; as pytest-generator has them, those that lie deeper in the tree later."""
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    functions = [each for each in calls if isinstance(each, ast.Attribute)]
    own = [each for each in functions if isinstance(each.value, ast.Name) and each.value.id == parameter]
    return list(dict.fromkeys(each.attr for each in own))
