"""Finds every function and class of a module, also behind `if`, `try`, `with` and loops, and says what each is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from .source_text import Definition, decorator_names, dotted

__all__ = ["ClassSite", "Definitions", "FunctionSite", "find_definitions", "scope_statements"]

_CLASS_METHODS = {"__init_subclass__", "__class_getitem__", "__new__"}
_PROPERTIES = {"property", "cached_property", "abstractproperty", "getter", "classproperty", "lazy_property"}


@dataclass(frozen=True, slots=True)
class FunctionSite:
    """A `def` and where it stands; `receiver` is the name of its self or cls parameter, if it has one."""

    node: Definition
    qualname: str
    kind: str
    class_name: str = ""
    receiver: str = ""


@dataclass(frozen=True, slots=True)
class ClassSite:
    """A class that can be reached by its qualname, with its own methods (the last definition of each name)."""

    node: ast.ClassDef
    qualname: str
    methods: dict[str, FunctionSite] = field(default_factory=dict)

    @property
    def bases(self) -> list[str]:
        """The dotted names of the bases, a subscript or call taken off."""
        return [dotted(_bare(base)) for base in self.node.bases]


def _bare(base: ast.expr) -> ast.expr:
    if isinstance(base, ast.Subscript):
        return base.value
    return base.func if isinstance(base, ast.Call) else base


@dataclass(slots=True)
class Definitions:
    """All functions and classes of one module, in source order."""

    functions: list[FunctionSite] = field(default_factory=list)
    classes: list[ClassSite] = field(default_factory=list)
    by_name: dict[str, FunctionSite] = field(default_factory=dict)
    classes_by_name: dict[str, ClassSite] = field(default_factory=dict)

    def ancestry(self, qualname: str) -> Iterator[ClassSite]:
        """The class and those of its ancestors that the module defines, nearest first."""
        waiting, seen = [qualname], set()
        while waiting:
            name = waiting.pop(0)
            site = self.classes_by_name.get(name)
            if site is None or name in seen:
                continue
            seen.add(name)
            yield site
            waiting.extend(site.bases)

    def methods_around(self, qualname: str) -> list[str]:
        """The names of the methods of the class, its ancestors and its heirs: what `self.name` may mean."""
        family = [
            q
            for q in self.classes_by_name
            if any(site is self.classes_by_name.get(qualname) for site in self.ancestry(q))
        ]
        return list(dict.fromkeys(name for q in family for site in self.ancestry(q) for name in site.methods))

    def method(self, class_name: str, name: str, *, above: bool = False) -> FunctionSite | None:
        """The method that `name` finds on the class, or (`above`) on its ancestors."""
        for site in self.ancestry(class_name):
            if name in site.methods and not (above and site.qualname == class_name):
                return site.methods[name]
        return None


def find_definitions(tree: ast.Module) -> Definitions:
    """Reads the whole module. Overload stubs and code that only type checkers or `__main__` see are left out."""
    found = Definitions()
    _enter(tree.body, "", None, found)
    return found


def scope_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the scope runs: blocks entered, definitions not."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for block in _blocks(statement):
            yield from scope_statements(block)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(statement, ast.If) and _never_runs(statement.test):
        yield statement.orelse
        return
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            yield block
    for inner in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield inner.body


def _never_runs(test: ast.expr) -> bool:
    if dotted(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING"):
        return True
    return isinstance(test, ast.Compare) and dotted(test.left) == "__name__" and isinstance(test.ops[0], ast.Eq)


def _enter(body: list[ast.stmt], prefix: str, owner: ClassSite | None, found: Definitions) -> None:
    for statement in scope_statements(body):
        if isinstance(statement, ast.ClassDef):
            _class(statement, prefix, found)
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            _function(statement, prefix, owner, found)


def _class(node: ast.ClassDef, prefix: str, found: Definitions) -> None:
    site = ClassSite(node, prefix + node.name)
    if "<locals>" in prefix:
        _enter(node.body, f"{site.qualname}.", None, found)
        return
    found.classes.append(site)
    found.classes_by_name[site.qualname] = site
    _enter(node.body, f"{site.qualname}.", site, found)


def _function(node: Definition, prefix: str, owner: ClassSite | None, found: Definitions) -> None:
    decorators = [name.rpartition(".")[2] for name in decorator_names(node)]
    if "overload" in decorators:
        return
    kind = "nested" if "<locals>" in prefix else _kind(node, decorators) if owner else "function"
    site = FunctionSite(node, prefix + node.name, kind, owner.qualname if owner else "", _receiver(node, kind))
    found.functions.append(site)
    if owner is not None and kind not in ("setter", "deleter"):
        owner.methods[node.name] = site
    if kind not in ("nested", "setter", "deleter"):
        found.by_name[site.qualname] = site
    _enter(node.body, f"{site.qualname}.<locals>.", None, found)


def _kind(node: Definition, decorators: list[str]) -> str:
    for name in decorators:
        if name in ("staticmethod", "classmethod", "setter", "deleter"):
            return name
        if name in _PROPERTIES:
            return "property"
    return "classmethod" if node.name in _CLASS_METHODS else "method"


def _receiver(node: Definition, kind: str) -> str:
    positional = [*node.args.posonlyargs, *node.args.args]
    return positional[0].arg if positional and kind not in ("function", "staticmethod", "nested") else ""
