"""Reads a test file: what each of its tests asserts, replaces, changes and needs, without running any."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from testwright.nouns.written_test import Patch, Place, WrittenTest
from testwright.python_source.assertion_reading import read_assertions
from testwright.python_source.body_shape import shape_of
from testwright.python_source.file_of_tests import FileOfTests, Function, TestFunction, dotted
from testwright.python_source.mock_reading import Mocks, read_patches

__all__ = ["read_tests"]

_SLEEPS = ("time.sleep", "asyncio.sleep", "trio.sleep", "anyio.sleep", "gevent.sleep")
_CHANGERS = frozenset(
    {
        "append",
        "extend",
        "insert",
        "remove",
        "pop",
        "popitem",
        "clear",
        "update",
        "setdefault",
        "add",
        "discard",
        "sort",
    }
)
_REACHING_OUT = frozenset(
    {"ast", "ctypes", "glob", "http", "importlib", "inspect", "io", "linecache", "multiprocessing", "os", "pathlib"}
    | {"pkgutil", "runpy", "shutil", "site", "socket", "sqlite3", "subprocess", "symtable", "sys", "sysconfig"}
    | {"tempfile", "tokenize", "urllib", "builtins.open", "builtins.__import__", "builtins.eval", "builtins.exec"}
    | {"builtins.compile", "builtins.globals", "doctest"}
)
_SELF_CONTAINED_FIXTURES = frozenset({"self", "cls", "tmp_path", "monkeypatch", "capsys", "caplog", "recwarn"})


def read_tests(text: str, project: frozenset[str]) -> dict[str, WrittenTest]:
    """By node name without row ("test_x", "TestX::test_y"); `project` are the first names of the project's modules."""
    file = FileOfTests.of(text)
    return {test.node: _read(file, test, project) for test in file.tests()}


def _read(file: FileOfTests, test: TestFunction, project: frozenset[str]) -> WrittenTest:
    function, imports = test.function, file.imports_in(test.function)
    asserted = read_assertions(file, test, project)
    patches = read_patches(function, imports)
    mocks = Mocks(function, imports, patches)
    counted = [*asserted.expressions]
    return WrittenTest(
        node=test.node,
        line=function.lineno,
        effective=asserted.effective,
        may_assert=asserted.may_assert,
        trivial=tuple(asserted.trivial),
        swallowing=asserted.swallowing,
        idle=asserted.idle,
        own_mock=mocks.own_only(counted) if len(counted) == asserted.effective else None,
        about_mocks=mocks.always_about(counted),
        sleeps=tuple(_sleeps(function, imports, patches)),
        patches=(*patches, *(p for each in _fixtures_used(file, test) for p in read_patches(each, imports))),
        writes=frozenset(_writes(function, imports)),
        self_contained=not file.star_import and _is_self_contained(file, test),
        shape=shape_of(function, test.node.rpartition("::")[0]),
    )


def _fixtures_used(file: FileOfTests, test: TestFunction) -> list[Function]:
    fixtures = file.fixtures(test)
    return [
        fixtures[each.arg]
        for each in ast.walk(test.function.args)
        if isinstance(each, ast.arg) and each.arg in fixtures
    ]


# ── sleeping ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sleeps(function: Function, imports: dict[str, str], patches: tuple[Patch, ...]) -> Iterator[Place]:
    """Of the test's own body: what it hands to others as a function may have to be slow."""
    if any(patch.name == "sleep" for patch in patches):
        return
    for node in _without_inner_functions(function):
        if isinstance(node, ast.Call) and dotted(node.func, imports) in _SLEEPS and not _is_for_no_time(node):
            yield Place(node.lineno, ast.unparse(node))


def _is_for_no_time(call: ast.Call) -> bool:
    return not call.args or (isinstance(call.args[0], ast.Constant) and call.args[0].value == 0)


def _without_inner_functions(function: Function) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield node
            waiting += ast.iter_child_nodes(node)


# ── writing to what others see ───────────────────────────────────────────────────────────────────────────────────────


def _writes(function: Function, imports: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Delete | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target]
            yield from (name for target in targets if (name := _written(target, imports)))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGERS:
            yield dotted(node.func.value, imports).rpartition(".")[2]
        elif isinstance(node, ast.Call) and dotted(node.func, imports) in ("builtins.setattr", "builtins.delattr"):
            if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and dotted(node.args[0], imports):
                yield str(node.args[1].value)


def _written(target: ast.expr, imports: dict[str, str]) -> str:
    """`RATE` of `calc.RATE = 1` and of `RATE["x"] = 1`; "" for the test's own variables."""
    if isinstance(target, ast.Subscript):
        return dotted(target.value, imports).rpartition(".")[2]
    if isinstance(target, ast.Attribute) and dotted(target.value, imports):
        return target.attr
    return ""


# ── standing alone ───────────────────────────────────────────────────────────────────────────────────────────────────


def _is_self_contained(file: FileOfTests, test: TestFunction) -> bool:
    return all(_is_harmless(what) for what in _Reach(file, test).everything())


def _is_harmless(what: str) -> bool:
    top = what.partition(".")[0]
    if what in _REACHING_OUT or top in _REACHING_OUT:
        return False
    return top in sys.stdlib_module_names or top in ("builtins", "pytest", "mock")


class _Reach:
    """All that a test names of what is imported, by way of helpers, fixtures and values of its file too."""

    def __init__(self, file: FileOfTests, test: TestFunction) -> None:
        self._file, self._test = file, test
        self._fixtures = file.fixtures(test)
        self._seen: set[str] = set()

    def everything(self) -> Iterator[str]:
        """What each name stands for, "" for something unknown."""
        yield from self._of(self._test.function)
        yield from self._parameters(self._test.function)
        for owner in self._test.owners:
            yield from self._of_class(owner)

    def _of(self, node: ast.AST) -> Iterator[str]:
        imports = self._file.imports_in(node)
        own = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        own |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
        own |= {n.name for n in ast.walk(node) if isinstance(n, Function | ast.ClassDef) and n is not node}
        for each in ast.walk(node):
            if isinstance(each, ast.ImportFrom) and each.level:
                yield ""
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
                if each.id not in own or each.id in imports:
                    yield from self._name(each.id, imports)

    def _name(self, name: str, imports: dict[str, str]) -> Iterator[str]:
        if name in imports:
            yield imports[name]
        elif name in self._seen:
            return
        elif name in self._file.functions:
            self._seen.add(name)
            yield from self._of(self._file.functions[name])
        elif name in self._file.classes:
            self._seen.add(name)
            yield from self._of(self._file.classes[name])
        elif name in self._file.values:
            self._seen.add(name)
            for value in self._file.values[name]:
                yield from self._of(value)
        else:
            yield dotted(ast.Name(name, ast.Load()), imports)

    def _parameters(self, function: Function) -> Iterator[str]:
        rows = " ".join(ast.unparse(each) for each in function.decorator_list)
        if "usefixtures" in rows:
            yield ""
        for each in ast.walk(function.args):
            if not isinstance(each, ast.arg) or each.arg in _SELF_CONTAINED_FIXTURES:
                continue
            if each.arg in self._fixtures:
                if each.arg not in self._seen:
                    self._seen.add(each.arg)
                    yield from self._of(self._fixtures[each.arg])
                    yield from self._parameters(self._fixtures[each.arg])
            elif not re.search(rf"\b{each.arg}\b", rows) and "patch" not in rows:
                yield ""

    def _of_class(self, owner: ast.ClassDef) -> Iterator[str]:
        """Bases, and what prepares its tests."""
        for base in owner.bases:
            yield from self._of(base)
        for name, method in self._file.methods(owner).items():
            if not name.startswith("test"):
                yield from self._of(method)
        for stmt in owner.body:
            if isinstance(stmt, ast.Assign | ast.AnnAssign):
                yield from self._of(stmt)
