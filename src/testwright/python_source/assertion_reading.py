"""Decides what a test asserts: what a wrong result breaks, what nothing can break, and where errors are forgotten."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from testwright.nouns.written_test import Place
from testwright.python_source.file_of_tests import FileOfTests, Function, TestFunction, called_name, dotted
from testwright.python_source.trivial_assertions import Constants, is_trivial, is_trivial_call

__all__ = ["Asserted", "read_assertions"]

_EXPECTING = frozenset(
    {"raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "assertLogs", "assertNoLogs"}
    | {"assertWarns", "assertWarnsRegex", "RaisesGroup", "RaisesExc", "does_not_raise", "nullcontext", "not_raises"}
)
_FAILING = frozenset(
    {"fail", "raise_for_status", "check_call", "check_output", "fnmatch_lines", "re_match_lines", "no_fnmatch_line"}
    | {"no_re_match_line", "testmod", "testfile", "simplefilter", "filterwarnings"}
)
_ENDING = frozenset({"fail", "skip", "xfail", "exit", "skipTest", "append", "add", "put", "importorskip"})
_SPEAKS_OF_CHECKING = re.compile(r"assert|testing|expect|should|verify|check|ensure", re.IGNORECASE)
_WANTS_NO_ERROR = re.compile(
    r"(?:^|_)(?:not|no|never|without|doesnt|dont|wont|cannot|free_of)_(?:\w*_)?"
    r"(?:rais|error|exception|fail|crash|warn|deadlock|hang|leak|throw|break)"
)
_SAYS_NO_ERROR = re.compile(
    r"(?:\bnot?|n't|never|without)\s+(?:\w+\s+){0,2}(?:rais|error|exception|fail|crash|warn|hang|throw|break)"
)
_CATCH_FAILURES = frozenset({"Exception", "BaseException", "AssertionError"})
_PYTEST_FIXTURES = frozenset(
    {"cache", "capfd", "capfdbinary", "caplog", "capsys", "capsysbinary", "monkeypatch", "recwarn", "tmp_path"}
    | {"tmp_path_factory", "tmpdir", "tmpdir_factory", "request", "record_property", "self", "cls", "mocker"}
)
_HARMLESS_DECORATORS = ("pytest.", "patch", "mock.", "unittest.", "staticmethod", "classmethod", "given", "settings")


@dataclass(slots=True)
class Asserted:
    """What was found in one function and what it calls in the same file."""

    effective: int = 0
    may_assert: bool = False
    trivial: list[Place] = field(default_factory=list)
    swallowing: Place | None = None
    idle: Place | None = None
    """A comparison whose result nobody looks at."""
    expressions: list[ast.AST] = field(default_factory=list)
    """Of the assertions that count, in the test itself."""


def read_assertions(file: FileOfTests, test: TestFunction, project: frozenset[str]) -> Asserted:
    """`project` are the first names of the project's own modules: calling one of those is no assertion."""
    reader = _Reader(file, test, project)
    reader.read(test.function)
    found = reader.found
    found.may_assert |= _wants_no_error(file, test.function) or _is_decorated(test.function)
    return found


def _wants_no_error(file: FileOfTests, function: Function) -> bool:
    """It says so: in its name, its docstring or a comment."""
    text = file.remarks(function).lower()
    return bool(_WANTS_NO_ERROR.search(function.name.lower()) or _SAYS_NO_ERROR.search(text))


def _is_decorated(function: Function) -> bool:
    """By something unknown, which may look at what the test did or gave back."""
    for each in function.decorator_list:
        text = ast.unparse(each)
        if not text.startswith(_HARMLESS_DECORATORS) or "image" in text or "snapshot" in text:
            return True
        if "filterwarnings" in text and "error" in text:
            return True
    return False


class _Reader:
    """Goes through one test, its fixtures that stand in the file, and the helper functions that it calls."""

    def __init__(self, file: FileOfTests, test: TestFunction, project: frozenset[str]) -> None:
        self.found = Asserted()
        self._file, self._test, self._project = file, test, project
        self._imports = file.imports_in(test.function)
        self._fixtures = file.fixtures(test)
        self._seen: set[Function] = {test.function}
        self._methods = file.methods(test.owners[-1]) if test.owners else {}
        self._unknown = self._unknown_parameters(test.function)
        self._depth = 0
        self._constants = Constants.of(test.function, test.function.name)

    def _unknown_parameters(self, function: Function) -> set[str]:
        """Fixtures from elsewhere: what they give may assert by itself."""
        names = [each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
        rows = " ".join(ast.unparse(each) for each in function.decorator_list)
        known = _PYTEST_FIXTURES | set(self._fixtures)
        return {name for name in names if name not in known and not re.search(rf"\b{name}\b|patch", rows)}

    def read(self, function: Function) -> None:
        self._body(function.body, swallowed=False)
        for each in ast.walk(function.args):
            if isinstance(each, ast.arg) and each.arg in self._fixtures:
                self._follow(self._fixtures[each.arg], swallowed=False)

    def _follow(self, helper: Function, *, swallowed: bool) -> None:
        if helper in self._seen:
            return
        self._seen.add(helper)
        self._depth += 1
        self._body(helper.body, swallowed=swallowed)
        self._depth -= 1

    def _body(self, body: Iterable[ast.stmt], *, swallowed: bool) -> None:
        for stmt in body:
            self._statement(stmt, swallowed=swallowed)

    def _statement(self, stmt: ast.stmt, *, swallowed: bool) -> None:
        if isinstance(stmt, ast.Try | ast.TryStar):
            self._try(stmt, swallowed=swallowed)
            return
        if isinstance(stmt, Function):
            self._body(stmt.body, swallowed=swallowed)
            return
        if isinstance(stmt, ast.With | ast.AsyncWith):
            swallowed = swallowed or self._with(stmt, swallowed=swallowed)
        else:
            self._own_expressions(stmt, swallowed=swallowed)
        for inner in _blocks(stmt):
            self._body(inner, swallowed=swallowed)

    def _try(self, stmt: ast.Try | ast.TryStar, *, swallowed: bool) -> None:
        silent = [handler for handler in stmt.handlers if self._is_silent(handler)]
        if silent and not self._depth:
            self._swallows(silent[0].lineno, "except " + (ast.unparse(silent[0].type) if silent[0].type else ""))
        catches = any(_caught(handler) & _CATCH_FAILURES or handler.type is None for handler in silent)
        self._body(stmt.body, swallowed=swallowed or catches)
        for handler in stmt.handlers:
            self._body(handler.body, swallowed=swallowed)
        self._body([*stmt.orelse, *stmt.finalbody], swallowed=swallowed)

    def _is_silent(self, handler: ast.ExceptHandler) -> bool:
        """It neither raises, nor fails, nor asserts, nor notes what it caught."""
        for node in (each for stmt in handler.body for each in ast.walk(stmt)):
            if isinstance(node, ast.Raise | ast.Assign | ast.AugAssign | ast.NamedExpr | ast.Return):
                return False
            if isinstance(node, ast.Assert) and not is_trivial(node.test, self._constants):
                return False
            if called_name(node).startswith("assert") if isinstance(node, ast.Call) else False:
                return False
            if isinstance(node, ast.Call) and called_name(node) in _ENDING:
                return False
        return True

    def _with(self, stmt: ast.With | ast.AsyncWith, *, swallowed: bool) -> bool:
        """Whether the block swallows failed assertions too."""
        swallows = False
        for item in stmt.items:
            name = called_name(item.context_expr)
            if name in _EXPECTING:
                self._count(item, swallowed=swallowed)
            elif name == "suppress" and isinstance(item.context_expr, ast.Call):
                self._swallows(item.context_expr.lineno, ast.unparse(item.context_expr))
                swallows |= any(ast.unparse(each) in _CATCH_FAILURES for each in item.context_expr.args)
            elif self._is_unknown(item.context_expr):
                self.found.may_assert = True
        return swallows

    def _own_expressions(self, stmt: ast.stmt, *, swallowed: bool) -> None:
        if isinstance(stmt, ast.Assert):
            if is_trivial(stmt.test, self._constants):
                self.found.trivial.append(Place(stmt.lineno, ast.unparse(stmt)))
            else:
                self._count(stmt, swallowed=swallowed)
        elif isinstance(stmt, ast.Raise):
            self._count(stmt, swallowed=swallowed)
        elif isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Compare):
            self.found.idle = self.found.idle or Place(stmt.lineno, ast.unparse(stmt))
        for call in _calls(stmt):
            self._call(call, statement=isinstance(stmt, ast.Expr) and _core(stmt.value) is call, swallowed=swallowed)

    def _call(self, call: ast.Call, *, statement: bool, swallowed: bool) -> None:
        name, what = called_name(call), dotted(call.func, self._imports)
        helper = self._helper(call)
        if helper is not None:
            self._follow(helper, swallowed=swallowed)
        elif name.lower().startswith("assert") or name in _FAILING or _checks(call):
            if is_trivial_call(call, self._constants):
                self.found.trivial.append(Place(call.lineno, ast.unparse(call)))
            else:
                self._count(call, swallowed=swallowed)
        elif name in _EXPECTING:  # pytest.raises(ValueError, f, 1)
            self._count(call, swallowed=swallowed)
        elif not swallowed:
            self.found.may_assert |= "testing" in what or (statement and self._is_unknown(call))

    def _helper(self, call: ast.Call) -> Function | None:
        if isinstance(call.func, ast.Name):
            return self._file.functions.get(call.func.id)
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        is_own = isinstance(owner, ast.Name) and owner.id in ("self", "cls")
        return self._methods.get(called_name(call)) if is_own else None

    def _is_unknown(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        """What is called comes neither from the project, nor from the standard library, nor from pytest."""
        root = _root(node)
        if not isinstance(root, ast.Name):
            return False
        if root.id in ("self", "cls"):
            return bool(self._test.owners) and bool(_SPEAKS_OF_CHECKING.search(called_name(node)))
        if root.id in self._unknown:  # `benchmark(f)`; a method of what a fixture gives has to speak of checking
            return _core(node) is root or _is_call_of(node, root) or bool(_SPEAKS_OF_CHECKING.search(ast.unparse(node)))
        if root.id in self._file.classes:
            return bool(_SPEAKS_OF_CHECKING.search(called_name(node)))
        what = self._imports.get(root.id)
        if what is None:
            return self._comes_from_unknown(root.id, seen) or bool(_SPEAKS_OF_CHECKING.search(called_name(node)))
        top = what.partition(".")[0]
        return top not in self._project and top not in sys.stdlib_module_names and top not in ("pytest", "mock")

    def _comes_from_unknown(self, name: str, seen: frozenset[str]) -> bool:
        """A variable of the test that was given something by unknown code."""
        for node in ast.walk(self._test.function):
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                root = _root(node.value)
                if (
                    isinstance(root, ast.Name)
                    and root.id not in seen | {name}
                    and self._is_unknown(root, seen | {name})
                ):
                    return True
        return False

    def _count(self, node: ast.AST, *, swallowed: bool) -> None:
        if not swallowed:
            self.found.effective += 1
            if not self._depth:
                self.found.expressions.append(node)

    def _swallows(self, line: int, text: str) -> None:
        self.found.swallowing = self.found.swallowing or Place(line, text.strip())


def _blocks(stmt: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(stmt, name, None)
        if isinstance(block, list) and not isinstance(stmt, ast.ClassDef):
            yield block
    for case in getattr(stmt, "cases", ()):
        yield case.body


def _calls(stmt: ast.stmt) -> Iterator[ast.Call]:
    """All calls of the statement itself, not those of the statements below it."""
    waiting: list[ast.AST] = [stmt]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        waiting += [
            each
            for each in ast.iter_child_nodes(node)
            if not isinstance(each, ast.stmt | ast.match_case | ast.ExceptHandler)
        ]


def _caught(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {"BaseException"}
    parts = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {ast.unparse(each).rpartition(".")[2] for each in parts}


def _core(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Await) else node


def _root(node: ast.expr) -> ast.expr:
    """`expect` of `expect(x).to.equal(3)`."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute | ast.Await | ast.Subscript):
            node = node.value
        else:
            return node


def _is_call_of(node: ast.expr, root: ast.Name) -> bool:
    return isinstance(_core(node), ast.Call) and _called(_core(node)) is root


def _called(node: ast.expr) -> ast.expr | None:
    return node.func if isinstance(node, ast.Call) else None


def _checks(call: ast.Call) -> bool:
    """`subprocess.run(…, check=True)`."""
    return any(
        each.arg == "check" and isinstance(each.value, ast.Constant) and each.value.value is True
        for each in call.keywords
    )
