"""Looks at a source cheaply: which lines may be statements, which surely are, and which blocks it has."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["Outline", "outline"]

_Block: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SIMPLE = frozenset(
    {ast.Assign, ast.AugAssign, ast.Return, ast.Raise, ast.Import, ast.ImportFrom, ast.Delete, ast.Assert}
    | {ast.Pass, ast.Break, ast.Continue}
)
_ALWAYS_LEFT = frozenset({ast.Return, ast.Raise, ast.Break, ast.Continue})


@dataclass(slots=True)
class Outline:
    """`certain` are lines that coverage.py counts unless they are excluded, `possible` all that it may count. `blocks` are
    (line, last line, where it begins) of functions and classes; `lines` is how many the file has.
    """

    lines: int
    certain: set[int] = field(default_factory=set)
    possible: set[int] = field(default_factory=set)
    blocks: list[tuple[int, int, int]] = field(default_factory=list)

    def way_out(self, line: int) -> int:
        """Where coverage.py says that a line goes which leaves its block: minus the line where that begins."""
        around = [(first, begins) for first, last, begins in self.blocks if first < line <= last]
        return -max(around)[1] if around else -1


def outline(tree: ast.Module, content: bytes) -> Outline:
    """Of `content` and what it is parsed to."""
    found = Outline(lines=content.count(b"\n") + content.count(b"\r") + 1)
    waiting: list[list[ast.stmt]] = [tree.body]
    while waiting:
        _look_at(waiting.pop(), found, waiting)
    found.possible |= found.certain
    return found


def _look_at(body: list[ast.stmt], found: Outline, waiting: list[list[ast.stmt]]) -> None:
    certain = found.certain
    for node in body:
        kind = type(node)
        if kind in _SIMPLE or _runs(node):
            certain.add(node.lineno)
        else:
            found.possible.add(node.lineno)
        if kind in _ALWAYS_LEFT:
            # The compiler drops most of what follows.
            certain = found.possible
        elif kind not in _SIMPLE:
            _look_into(node, found, waiting)


def _runs(node: ast.stmt) -> bool:
    """Whether the compiler surely makes code of it: not of a docstring, a bare annotation or a constant condition."""
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return node.value is not None
    if isinstance(node, ast.If | ast.While):
        return not isinstance(node.test, ast.Constant)
    return not isinstance(node, ast.Global | ast.Nonlocal | ast.Try)


def _look_into(node: ast.stmt, found: Outline, waiting: list[list[ast.stmt]]) -> None:
    if isinstance(node, _BLOCKS):
        _note_block(node, found)
        waiting.append(node.body)
    elif isinstance(node, ast.Match):
        for case in node.cases:
            found.possible.add(case.pattern.lineno)
            waiting.append(case.body)
    elif isinstance(node, ast.Try | ast.TryStar):
        for handler in node.handlers:
            found.certain.add(handler.lineno)
            waiting.append(handler.body)
        waiting += [node.body, node.orelse, node.finalbody]
    else:
        for part in ("body", "orelse"):
            if inner := getattr(node, part, None):
                waiting.append(inner)


def _note_block(node: _Block, found: Outline) -> None:
    begins = node.lineno
    for decorator in node.decorator_list:
        found.possible.add(decorator.lineno)
        begins = min(begins, decorator.lineno)
    found.blocks.append((node.lineno, node.end_lineno or node.lineno, begins))
