"""Walks over the statements of a source once, and notes of them all that the figures of an audit are made from."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from testwright.python_source.complexity import DecidingWords, decisions
from testwright.python_source.indexed_text import IndexedText
from testwright.python_source.parsing import parse_source
from testwright.python_source.source_text import Definition

__all__ = ["StatementSurvey", "SurveyedFunction", "survey", "survey_of"]

_Import: TypeAlias = ast.Import | ast.ImportFrom

_ALWAYS_LEFT = frozenset({ast.Return, ast.Raise, ast.Break, ast.Continue})
_WITH_EXPRESSIONS = frozenset(
    {ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Raise, ast.Delete}
    | ({ast.TypeAlias} if hasattr(ast, "TypeAlias") else set())
)
_MAY_NOT_RUN: dict[type[ast.stmt], Callable[[Any], bool]] = {
    ast.Expr: lambda node: type(node.value) is not ast.Constant,
    ast.AnnAssign: lambda node: node.value is not None,
    ast.If: lambda node: type(node.test) is not ast.Constant,
    ast.While: lambda node: type(node.test) is not ast.Constant,
    **dict.fromkeys((ast.Global, ast.Nonlocal, ast.Try), lambda node: False),
}
"""Whether the compiler surely makes code of it: not of a docstring, a bare annotation or a constant condition."""
_IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(slots=True)
class SurveyedFunction:
    """A function or method. `first` and `last` are the lines of its body, `inner` those of the functions directly in it;
    `owner` is the class around a method, "" for a function. `begins` is the line of its first decorator, or of its `def`.
    """

    qualname: str
    owner: str
    node: Definition
    begins: int
    first: int
    last: int
    complexity: int = 1
    inner: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, node: Definition, qualname: str, owner: str = "") -> SurveyedFunction:
        begins = min([node.lineno, *[decorator.lineno for decorator in node.decorator_list]])
        last = node.body[-1]
        return cls(qualname, owner, node, begins, node.body[0].lineno, last.end_lineno or last.lineno)

    @property
    def line(self) -> int:
        """That of its `def`."""
        return self.node.lineno

    @property
    def end_line(self) -> int:
        return self.node.end_lineno or self.node.lineno

    def runs(self, start: int) -> tuple[tuple[int, int], ...]:
        """The lines from `start` to its last, without the bodies of the functions in it: first and last of each run."""
        if not self.inner:
            return ((start, self.last),)
        found = []
        for first, last in sorted(self.inner):
            if start < first:
                found.append((start, first - 1))
            start = last + 1
        if start <= self.last:
            found.append((start, self.last))
        return tuple(found)


@dataclass(slots=True)
class StatementSurvey:
    """Of `text` and the `tree` that it is parsed to. `certain` are lines that coverage.py counts unless they are excluded,
    `possible` all that it may count. `blocks` are (line, last line, where it begins) of functions and classes; `lines` is
    how many the file has, or one more.

    `functions` are in the order of their lines, `imports` those that are not for type checkers only. `openings` are by line
    what has a block below it: of `if` and loops the statement, and each handler and `case`.
    """

    tree: ast.Module
    text: IndexedText
    lines: int
    certain: set[int] = field(default_factory=set)
    possible: set[int] = field(default_factory=set)
    blocks: list[tuple[int, int, int]] = field(default_factory=list)
    functions: list[SurveyedFunction] = field(default_factory=list)
    imports: list[_Import] = field(default_factory=list)
    openings: dict[int, ast.AST] = field(default_factory=dict)

    def way_out(self, line: int) -> int:
        """Where coverage.py says that a line goes which leaves its block: minus the line where that begins."""
        around = [(first, begins) for first, last, begins in self.blocks if first < line <= last]
        return -max(around)[1] if around else -1


def survey(tree: ast.Module, text: IndexedText) -> StatementSurvey:
    """Which lines belong to a function is the rule of coverage.py >= 7.6 (`coverage.regions`): the span of its body without
    the bodies of functions inside it.
    """
    walk = _Walk(tree, text)
    walk.waiting.append((tree.body, _Place()))
    while walk.waiting:
        walk.look_at(*walk.waiting.pop())
    found = walk.found
    found.possible |= found.certain
    found.functions.sort(key=lambda each: each.line)
    return found


def survey_of(source: bytes | str) -> StatementSurvey:
    """The same of what is still to be parsed; raises what `ast.parse` does."""
    return survey(parse_source(source), IndexedText(source if isinstance(source, bytes) else source.encode()))


class _Place(NamedTuple):
    """Where a block is: `prefix` comes before the names in it, `owner` is the class whose body it is. `around` is the
    function that its lines are of, `counted` the one that its decisions are: those of a class are nobody's.
    """

    prefix: str = ""
    owner: str = ""
    around: SurveyedFunction | None = None
    counted: SurveyedFunction | None = None
    runs: bool = True
    """Not for type checkers only."""


class _Walk:
    """A stack of our own: a chain of many `elif`s is nested as deep as it is long."""

    def __init__(self, tree: ast.Module, text: IndexedText) -> None:
        self.found = StatementSurvey(tree, text, lines=text.content.count(b"\n") + 1)
        self.waiting: list[tuple[list[ast.stmt], _Place]] = []
        self._words = DecidingWords(text)

    def look_at(self, body: list[ast.stmt], place: _Place) -> None:
        certain, possible, inside = self.found.certain, self.found.possible, self._words.inside
        for node in body:
            kind, line = type(node), node.lineno
            (possible if kind in _MAY_NOT_RUN and not _MAY_NOT_RUN[kind](node) else certain).add(line)
            if kind in _WITH_EXPRESSIONS:
                if place.counted is not None and (line in inside or node.end_lineno != line):
                    place.counted.complexity += self._words.count(node)
            elif kind in _COMPOUND:
                _COMPOUND[kind](self, node, place)
            elif isinstance(node, _IMPORTS):
                self.found.imports += [node] if place.runs else []
            elif kind is ast.Assert and place.counted is not None:
                place.counted.complexity += 1
            if kind in _ALWAYS_LEFT:
                # The compiler drops most of what follows.
                certain = possible

    # ── what has blocks ──────────────────────────────────────────────────────────────────────────────────────────────

    def _function(self, node: Definition, place: _Place) -> None:
        function = SurveyedFunction.of(node, place.prefix + node.name, place.owner)
        self._block(node, function.begins)
        if place.around is not None:
            place.around.inner.append((function.first, function.last))
        self.found.functions.append(function)
        self.waiting.append((node.body, _Place(f"{function.qualname}.", "", function, function, place.runs)))

    def _class(self, node: ast.ClassDef, place: _Place) -> None:
        self._block(node, min([node.lineno, *[decorator.lineno for decorator in node.decorator_list]]))
        name = place.prefix + node.name
        self.waiting.append((node.body, _Place(f"{name}.", name, place.around, None, place.runs)))

    def _block(self, node: Definition | ast.ClassDef, begins: int) -> None:
        self.found.blocks.append((node.lineno, node.end_lineno or node.lineno, begins))
        for decorator in node.decorator_list:
            self.found.possible.add(decorator.lineno)

    def _if(self, node: ast.If, place: _Place) -> None:
        self.found.openings[node.lineno] = node
        self._count(place.counted, 1, node.lineno, node.body, node.test)
        for_checkers = _is_for_checkers(node.test) if place.runs else None
        if for_checkers is None:
            self._below(place, node.body, node.orelse)
        else:
            unread = place._replace(runs=False)
            self._below(unread if for_checkers else place, node.body)
            self._below(place if for_checkers else unread, node.orelse)

    def _for(self, node: ast.For | ast.AsyncFor, place: _Place) -> None:
        self.found.openings[node.lineno] = node
        self._count(place.counted, 1 + bool(node.orelse), node.lineno, node.body, node.target, node.iter)
        self._below(place, node.body, node.orelse)

    def _while(self, node: ast.While, place: _Place) -> None:
        self.found.openings[node.lineno] = node
        self._count(place.counted, 1 + bool(node.orelse), node.lineno, node.body, node.test)
        self._below(place, node.body, node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith, place: _Place) -> None:
        parts = [part for item in node.items for part in (item.context_expr, item.optional_vars) if part is not None]
        self._count(place.counted, 0, node.lineno, node.body, *parts)
        self._below(place, node.body)

    def _try(self, node: ast.Try | ast.TryStar, place: _Place) -> None:
        for handler in node.handlers:
            self.found.certain.add(handler.lineno)
            self.found.openings[handler.lineno] = handler
            self._count(place.counted, 1, handler.lineno, handler.body, *([handler.type] if handler.type else ()))
            self._below(place, handler.body)
        self._count(place.counted, bool(node.orelse))
        self._below(place, node.body, node.orelse, node.finalbody)

    def _match(self, node: ast.Match, place: _Place) -> None:
        self._count(place.counted, decisions(node) + self._words.count(node.subject))
        for case in node.cases:
            line = case.pattern.lineno
            self.found.possible.add(line)
            self.found.openings[line] = case
            self._count(place.counted, 0, line, case.body, *([case.guard] if case.guard else ()))
            self._below(place, case.body)

    def _below(self, place: _Place, *blocks: list[ast.stmt]) -> None:
        self.waiting += [(block, place) for block in blocks if block]

    def _count(
        self,
        function: SurveyedFunction | None,
        own: int,
        line: int = 0,
        body: list[ast.stmt] | None = None,
        *head: ast.expr,
    ) -> None:
        """The decisions of a statement itself, and of what stands in its head: from its line to the body."""
        if function is None:
            return
        function.complexity += own
        if body and self._words.may_be_in(line, body[0].lineno):
            function.complexity += sum(self._words.count(part) for part in head)


_COMPOUND: dict[type[ast.stmt], Callable[[_Walk, Any, _Place], None]] = {
    ast.FunctionDef: _Walk._function,
    ast.AsyncFunctionDef: _Walk._function,
    ast.ClassDef: _Walk._class,
    ast.If: _Walk._if,
    ast.For: _Walk._for,
    ast.AsyncFor: _Walk._for,
    ast.While: _Walk._while,
    ast.With: _Walk._with,
    ast.AsyncWith: _Walk._with,
    ast.Try: _Walk._try,
    ast.TryStar: _Walk._try,
    ast.Match: _Walk._match,
}
"""Where statements stand in statements."""


def _is_for_checkers(test: ast.expr) -> bool | None:
    """Whether what stands under this condition is for type checkers only; None where it is not asked who reads."""
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    asked = test.operand if isinstance(test, ast.UnaryOp) and negated else test
    name = asked.attr if isinstance(asked, ast.Attribute) else asked.id if isinstance(asked, ast.Name) else ""
    return not negated if name == "TYPE_CHECKING" else None
