"""Holds what the names of a test file stand for: imports, functions, fixtures, classes, and the tests among them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from testwright.python_source.parsing import parse_source

__all__ = ["FileOfTests", "Function", "TestFunction", "called_name", "decorator_names", "dotted"]

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_BUILTINS = frozenset(vars(builtins))


@dataclass(frozen=True, slots=True)
class TestFunction:
    """A test, with the classes that it stands in (outermost first)."""

    node: str
    function: Function
    owners: tuple[ast.ClassDef, ...] = ()

    __test__ = False


@dataclass(slots=True)
class FileOfTests:
    """`imports` says for each imported name what it stands for: "calc" or "calc.add"; "" = something unknown."""

    imports: dict[str, str] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    values: dict[str, list[ast.expr]] = field(default_factory=dict)
    star_import: bool = False
    lines: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> FileOfTests:
        tree = parse_source(text)
        file = cls(lines=text.split("\n"))
        for node in _at_top(tree.body):
            file._take(node)
        return file

    def _take(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.star_import |= any(alias.name == "*" for alias in node.names)
            self.imports.update(imported(node))
        elif isinstance(node, Function):
            self.functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            self.classes[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)):
                self.values.setdefault(name, []).append(node.value)

    def tests(self) -> Iterator[TestFunction]:
        for name, function in self.functions.items():
            yield TestFunction(name, function)
        for owner in self.classes.values():
            yield from self._tests_in(owner, (owner,))

    def _tests_in(self, owner: ast.ClassDef, owners: tuple[ast.ClassDef, ...]) -> Iterator[TestFunction]:
        prefix = "::".join(each.name for each in owners)
        for name, function in self.methods(owner).items():
            yield TestFunction(f"{prefix}::{name}", function, owners)
        for inner in owner.body:
            if isinstance(inner, ast.ClassDef):
                yield from self._tests_in(inner, (*owners, inner))

    def methods(self, owner: ast.ClassDef, seen: frozenset[str] = frozenset()) -> dict[str, Function]:
        """Its own ones and those of bases that stand in the same file."""
        found: dict[str, Function] = {}
        for base in reversed(owner.bases):
            known = self.classes.get(base.id) if isinstance(base, ast.Name) else None
            if known is not None and known.name not in seen | {owner.name}:
                found.update(self.methods(known, seen | {owner.name}))
        return {**found, **{each.name: each for each in owner.body if isinstance(each, Function)}}

    def imports_in(self, function: ast.AST) -> dict[str, str]:
        """What imported names stand for inside `function`."""
        inner = [each for each in ast.walk(function) if isinstance(each, ast.Import | ast.ImportFrom)]
        return {**self.imports, **{name: what for each in inner for name, what in imported(each).items()}}

    def remarks(self, function: Function) -> str:
        """The docstring and the comments of `function`."""
        lines = self.lines[function.lineno - 1 : function.end_lineno]
        comments = [line.partition("# ")[2] for line in lines if "# " in line]
        return " ".join([ast.get_docstring(function) or "", *comments])

    def fixtures(self, test: TestFunction) -> dict[str, Function]:
        """Those that stand in the file, or in the test's classes, by name."""
        found = {name: each for name, each in self.functions.items() if is_fixture(each)}
        for owner in test.owners:
            found.update({name: each for name, each in self.methods(owner).items() if is_fixture(each)})
        return found


def imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    if isinstance(node, ast.Import):
        return {
            a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0] for a in node.names
        }
    place = "" if node.level else f"{node.module}."
    return {alias.asname or alias.name: f"{place}{alias.name}" if place else "" for alias in node.names}


def is_fixture(function: Function) -> bool:
    return any(name.rpartition(".")[2].endswith("fixture") for name in decorator_names(function))


def decorator_names(function: Function) -> list[str]:
    """As they are written, without arguments: "pytest.mark.parametrize"."""
    return [ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in function.decorator_list]


def dotted(node: ast.expr, imports: dict[str, str]) -> str:
    """What a name or attribute stands for: "time.sleep", "builtins.len"; "" = none of the imports or builtins."""
    if isinstance(node, ast.Attribute):
        base = dotted(node.value, imports)
        return f"{base}.{node.attr}" if base else ""
    if not isinstance(node, ast.Name):
        return ""
    if node.id in imports:
        return imports[node.id]
    return f"builtins.{node.id}" if node.id in _BUILTINS else ""


def called_name(node: ast.expr) -> str:
    """The last name of what is called: "assertEqual" of `self.assertEqual(…)`, also when awaited; "" = no call."""
    if isinstance(node, ast.Await):
        node = node.value
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _at_top(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of the module, also those below `if` and `try`."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            inner = [*node.body, *getattr(node, "orelse", []), *getattr(node, "finalbody", [])]
            inner += [each for handler in getattr(node, "handlers", []) for each in handler.body]
            yield from _at_top(inner)
