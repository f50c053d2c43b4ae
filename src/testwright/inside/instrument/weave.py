"""Puts probes before statements so that each line and branch that newly runs newly hits one; meaning and lines stay."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from .arcs import HITS, ArcDraft, Decision, Instrumented, Register
from .expressions import Expressions
from .match_examples import class_names, examples
from .may_leave import constant_truth, may_raise
from .scopes import Scope, class_scope, function_scope

__all__ = ["instrument"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Loop = ast.For | ast.AsyncFor | ast.While
_Flow = tuple[list[ArcDraft], bool]
_DEEP = 20_000
"""Frames allowed for the walk: a long `elif` chain nests as deep as it is long."""


def instrument(tree: ast.Module, *, path: str) -> Instrumented:
    """Rewrites `tree` in place; it is ready for `compile`, and `recorder.bind` gives it the names it uses."""
    register = Register()
    with _deep_recursion():
        _Statements(register).module(tree)
        ast.fix_missing_locations(tree)
    return Instrumented(tree, [draft.finished() for draft in register.drafts], register.sites, path)


@contextmanager
def _deep_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Statements:
    """Walks blocks and knows, at each point, by which arcs control gets there (`_frontier`).

    `_pending` means that something since those arcs' probes may have raised or jumped, so that the next statement
    needs a probe of its own. Empty frontier and nothing pending: the point is unreachable.
    """

    def __init__(self, register: Register) -> None:
        self._register = register
        self._expressions = Expressions(register)
        self._frontier: list[ArcDraft] = []
        self._pending = False
        self._breaks: list[list[ArcDraft]] = []

    def module(self, tree: ast.Module) -> None:
        head = _docstring_count(tree.body)
        while head < len(tree.body) and _is_future(tree.body[head]):
            head += 1
        start = ast.Pass(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
        tree.body[head:] = self._block(tree.body[head:], "module", start)

    # Blocks and flow.

    def _block(
        self,
        body: list[ast.stmt],
        opening: str,
        at: ast.AST,
        lines: Sequence[int] = (),
        decision: Decision | None = None,
    ) -> list[ast.stmt]:
        woven: list[ast.stmt] = []
        if opening:
            woven.append(self._open(opening, _first_line(body[0] if body else at), lines, decision))
        before = self._register.decision()
        for statement in body:
            if not self._frontier and not self._pending:
                woven.append(statement)  # the compiler drops it, but a `yield` in it still makes a generator
                continue
            if self._pending:
                left = before[0], (before[1][0], len(self._register.sites))
                woven.append(self._open("statement", _first_line(statement), (), left))
            self._cover(statement)
            self._register.at_statement(self._frontier)
            before = self._register.decision()
            self._weave(statement)
            woven.append(statement)
        return woven

    def _open(self, kind: str, line: int, lines: Sequence[int] = (), decision: Decision | None = None) -> ast.stmt:
        """A new arc by which control goes on from here, and its probe, `hits[7] = 1`."""
        draft = self._register.arc(kind, line, self._scope.function, decision)
        draft.lines.extend(lines)
        self._frontier, self._pending = [draft], False
        self._scope.probed = True
        target = ast.Subscript(ast.Name(HITS, ast.Load()), ast.Constant(draft.number), ast.Store())
        probe = ast.Assign([target], ast.Constant(1))
        probe.lineno = probe.end_lineno = line
        probe.col_offset = probe.end_col_offset = 0
        return probe

    def _cover(self, statement: ast.stmt) -> None:
        if not _has_code(statement, self._scope):
            return
        first = getattr(statement, "body", None)
        end = statement.lineno if first else statement.end_lineno or statement.lineno
        starts = [decorator.lineno for decorator in getattr(statement, "decorator_list", [])]
        for draft in self._frontier:
            for line in (*starts, statement.lineno):
                draft.cover(line, end)

    def _leave(self) -> None:
        """Outside of functions whatever raises ends the import, and then there is nothing to test."""
        self._pending = self._pending or self._scope.in_function

    def _flow(self) -> _Flow:
        return self._frontier, self._pending

    def _join(self, flows: list[_Flow]) -> None:
        self._frontier = [draft for frontier, _ in flows for draft in frontier]
        self._pending = any(pending for _, pending in flows)

    def _end(self) -> None:
        self._frontier, self._pending = [], False

    @property
    def _scope(self) -> Scope:
        return self._expressions.scope

    @_scope.setter
    def _scope(self, scope: Scope) -> None:
        self._expressions.scope = scope

    def _expression(self, node: ast.expr) -> ast.expr:
        visited: ast.expr = self._expressions.visit(node)
        return visited

    # Statements.

    def _weave(self, node: ast.stmt) -> None:
        weave: Callable[[ast.stmt], None] = getattr(self, f"_weave_{type(node).__name__}", self._simple)
        weave(node)

    def _simple(self, node: ast.stmt) -> None:
        raising = may_raise(node)
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr) and name != "annotation":
                setattr(node, name, self._expression(value))
            elif isinstance(value, list) and value and isinstance(value[0], ast.expr):
                setattr(node, name, [self._expression(part) for part in value])
        if raising:
            self._leave()

    def _weave_Return(self, node: ast.Return) -> None:
        self._simple(node)
        self._end()

    def _weave_Raise(self, node: ast.Raise) -> None:
        self._simple(node)
        self._end()

    def _weave_Continue(self, node: ast.Continue) -> None:
        self._end()

    def _weave_Break(self, node: ast.Break) -> None:
        self._breaks[-1].extend(self._frontier)
        self._end()

    def _weave_TypeAlias(self, node: ast.stmt) -> None:
        """A type's source stays as it is."""

    def _weave_If(self, node: ast.If) -> None:
        known = constant_truth(node.test)
        node.test = self._expression(node.test)
        decision = self._register.decision()
        ends: list[_Flow] = []
        if known is not False:
            node.body = self._block(node.body, "if-true", node, (), decision)
            ends.append(self._flow())
        if known is not True:
            node.orelse = self._block(node.orelse, "if-false", node, (), decision)
            ends.append(self._flow())
        self._join(ends)

    def _weave_While(self, node: ast.While) -> None:
        known = constant_truth(node.test)
        node.test = self._expression(node.test)
        self._loop(node, enters=known is not False, exits=known is not True)

    def _weave_For(self, node: ast.For | ast.AsyncFor) -> None:
        node.iter = self._expression(node.iter)
        node.target = self._expression(node.target)
        self._loop(node, enters=True, exits=True)

    _weave_AsyncFor = _weave_For

    def _loop(self, node: _Loop, *, enters: bool, exits: bool) -> None:
        decision = self._register.decision()
        breaks: list[ArcDraft] = []
        self._breaks.append(breaks)
        if enters:
            node.body = self._block(node.body, "loop-body", node, (), decision)
        self._breaks.pop()
        self._end()
        if exits:
            node.orelse = self._block(node.orelse, "loop-exit", node, (), decision)
        self._frontier = [*self._frontier, *breaks]
        if breaks:
            self._leave()

    def _weave_Try(self, node: ast.Try) -> None:
        arrived, first = self._register.arrived, self._register.first_site
        node.body = self._block(node.body, "", node)
        decision = arrived, (first, len(self._register.sites))
        if node.orelse and (self._frontier or self._pending):
            node.orelse = self._block(node.orelse, "else", node, (), decision)
        elif self._pending:
            node.body.append(self._open("try-end", node.body[-1].end_lineno or node.lineno))
        ends = [self._flow(), *self._handlers(node, decision)]
        if not node.finalbody:
            self._join(ends)
            return
        node.finalbody = self._block(node.finalbody, "finally", node)
        if any(frontier or pending for frontier, pending in ends):
            self._leave()
        else:
            self._end()

    _weave_TryStar = _weave_Try

    def _handlers(self, node: ast.Try, decision: Decision) -> list[_Flow]:
        ends = []
        lines = [handler.lineno for handler in node.handlers]
        for number, handler in enumerate(node.handlers):
            handler.body = self._block(handler.body, "except", handler, lines[: number + 1], decision)
            ends.append(self._flow())
        if node.handlers and self._scope.in_function and isinstance(node, ast.Try) and not _is_broad(node.handlers[-1]):
            # Adds no traceback entry: a bare `raise` goes on with the traceback there is.
            probe = self._open("except-none", lines[-1], lines, decision)
            again = ast.copy_location(ast.Raise(), probe)
            node.handlers.append(ast.copy_location(ast.ExceptHandler(None, None, [probe, again]), probe))
        return ends

    def _weave_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            item.context_expr = self._expression(item.context_expr)
            if item.optional_vars is not None:
                item.optional_vars = self._expression(item.optional_vars)
        node.body = self._block(node.body, "with" if self._scope.in_function else "", node)
        if self._pending:
            node.body.append(self._open("with-end", node.body[-1].end_lineno or node.lineno))
        self._leave()

    _weave_AsyncWith = _weave_With

    def _weave_Match(self, node: ast.Match) -> None:
        patterns = [case.pattern for case in node.cases]
        values = [example for pattern in patterns for example in examples(pattern)]
        classes = list(dict.fromkeys(name for pattern in patterns for name in class_names(pattern)))
        node.subject = self._expressions.subject(self._expression(node.subject), values, classes)
        decision = self._register.decision()
        lines = [pattern.lineno for pattern in patterns]
        ends = []
        for number, case in enumerate(node.cases):
            if case.guard is not None:
                case.guard = self._expressions.guard(case.guard, lines[: number + 1])
            case.body = self._block(case.body, "case", case.pattern, lines[: number + 1], decision)
            ends.append(self._flow())
        if not _matches_anything(node.cases[-1]):
            probe = self._open("case-none", lines[-1], lines, decision)
            wildcard = ast.copy_location(ast.MatchAs(None, None), probe)
            node.cases.append(ast.match_case(wildcard, None, [probe]))
            ends.append(self._flow())
        self._join(ends)

    def _weave_FunctionDef(self, node: _Function) -> None:
        defaults = [default for default in (*node.args.defaults, *node.args.kw_defaults) if default is not None]
        raising = bool(node.decorator_list) or any(may_raise(default) for default in defaults)
        self._expressions.defaults(node.args)
        flow, scope = self._flow(), self._scope
        self._scope = function_scope(scope, node)
        head = _docstring_count(node.body)
        node.body[head:] = self._block(node.body[head:], "function-entry", node.body[0], (), ((), (0, 0)))
        self._scope = scope
        self._join([flow])
        if raising:
            self._leave()

    _weave_AsyncFunctionDef = _weave_FunctionDef

    def _weave_ClassDef(self, node: ast.ClassDef) -> None:
        scope = self._scope
        self._scope = inner = class_scope(scope, node)
        head = _docstring_count(node.body)
        node.body[head:] = self._block(node.body[head:], "", node)
        if inner.probed:
            # Else the name would be looked up in the namespace, which a metaclass may fill on demand.
            node.body.insert(head, ast.copy_location(ast.Global([HITS]), node.body[head]))
        self._scope = scope
        self._leave()


def _docstring_count(body: list[ast.stmt]) -> int:
    first = body[0] if body else None
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return int(is_text)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _first_line(node: ast.AST) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    line: int = getattr(node, "lineno", 1)
    return min([line, *(decorator.lineno for decorator in decorators)])


def _has_code(statement: ast.stmt, scope: Scope) -> bool:
    """Declarations and bare annotations in functions leave nothing to run, so no line of theirs ever runs."""
    if isinstance(statement, ast.AnnAssign):
        return statement.value is not None or not scope.in_function or not isinstance(statement.target, ast.Name)
    return not isinstance(statement, ast.Global | ast.Nonlocal)


def _is_broad(handler: ast.ExceptHandler) -> bool:
    """What `except Exception` lets through (an exit, an interrupt) is not the code's own doing."""
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")
    )


def _matches_anything(case: ast.match_case) -> bool:
    """The compiler refuses a `case` after one like this."""
    return case.guard is None and _irrefutable(case.pattern)


def _irrefutable(pattern: ast.pattern) -> bool:
    if isinstance(pattern, ast.MatchAs):
        return pattern.pattern is None or _irrefutable(pattern.pattern)
    return isinstance(pattern, ast.MatchOr) and _irrefutable(pattern.patterns[-1])
