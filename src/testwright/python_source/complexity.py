"""Counts the cyclomatic complexity of a function the way radon does, except for `except*`.

One, and one more for each: `if`, conditional expression, loop, loop's `else`, handler, `else` of a `try`, further
operand of `and`/`or`, comprehension clause and each of its `if`s, `assert` (what stands inside it does not count),
`case` except a catch-all. Nested functions and classes count for themselves, lambdas for the function around them.
Defaults, decorators and annotations of the function itself do not count. radon reads nothing into `except*`; here it
counts like `except`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .source_text import child_nodes

__all__ = ["DecidingWords", "cyclomatic_complexity"]

_DECIDING = frozenset(
    {
        *(ast.If, ast.IfExp, ast.Assert, ast.BoolOp, ast.comprehension, ast.Match),
        *(ast.For, ast.While, ast.AsyncFor, ast.Try, ast.TryStar),
    }
)
_SIMPLE = frozenset({ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Raise, ast.Delete})
_BLOCKS = frozenset({"body", "orelse", "finalbody"})
_WITH_BODIES = frozenset({"handlers", "cases"})
_NOT_LOOKED_INTO = frozenset(
    {
        *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
        *(ast.Name, ast.Constant, ast.Load, ast.Store, ast.Pass, ast.Break, ast.Continue),
        *(ast.alias, ast.Import, ast.ImportFrom),
    }
)
"""What counts for itself, and what has no decision in it: most of a tree."""


_WORD = re.compile(rb"(?<![A-Za-z_])(?:and|or|if|for)\b")
_AFTER_A_DIGIT = re.compile(rb"[0-9](?:and|or|if|for)\b")
"""`x if 1or y`, or a name that ends so."""


class DecidingWords:
    """Counts the decisions in the expressions of a source by their words: each is one `and`, `or`, `if` or `for`."""

    def __init__(self, source: bytes) -> None:
        self._lines = source.splitlines()
        self._is_plain = source.isascii()
        self._anywhere: set[int] = set()
        self._inside: set[int] = set()
        search = _WORD.search
        for number, line in enumerate(self._lines, 1):
            if found := search(line):
                self._anywhere.add(number)
                # What begins a line may be the word of the statement itself.
                if line[: found.start()].strip() or search(line, found.end()):
                    self._inside.add(number)

    def count(self, node: ast.stmt | ast.expr) -> int | None:
        """Of this expression, or of a statement without blocks; None where words do not tell: that takes the tree."""
        first, last = node.lineno, node.end_lineno or node.lineno
        if first not in self._inside and (last == first or self._anywhere.isdisjoint(range(first + 1, last + 1))):
            return 0
        if not self._is_plain:
            return None
        text = self._text(first, node.col_offset, last, node.end_col_offset)
        # In a string or a comment a word is no more than that.
        if b'"' in text or b"'" in text or b"#" in text or _AFTER_A_DIGIT.search(text):
            return None
        return len(_WORD.findall(text))

    def _text(self, first: int, start: int, last: int, end: int | None) -> bytes:
        if first == last:
            return self._lines[first - 1][start:end]
        return b"\n".join([self._lines[first - 1][start:], *self._lines[first : last - 1], self._lines[last - 1][:end]])


def cyclomatic_complexity(function: ast.FunctionDef | ast.AsyncFunctionDef, words: DecidingWords | None = None) -> int:
    """The complexity of this function's own body; `words` of the source that it is from make that three times as fast."""
    if words is None:
        return 1 + sum(_decided_in(statement) for statement in function.body)
    total = 1
    blocks = [function.body]
    while blocks:
        for node in blocks.pop():
            kind = type(node)
            if kind in _SIMPLE:
                counted = words.count(node)
                total += _decided_in(node) if counted is None else counted
            elif kind is ast.Assert:
                total += 1
            elif kind not in _NOT_LOOKED_INTO:
                total += _decisions(node) + sum([_counted_or_looked_at(part, words) for part in _opened(node, blocks)])
    return total


def _opened(node: ast.AST, blocks: list[list[ast.stmt]]) -> Iterator[ast.AST]:
    """What stands in the head of a statement; the blocks below it are added to `blocks`."""
    for name, value in node.__dict__.items():
        if name in _BLOCKS:
            blocks.append(value)
        elif name in _WITH_BODIES:
            for each in value:
                yield from _opened(each, blocks)
        elif isinstance(value, ast.AST):
            yield value
        elif name == "items":
            yield from value


def _counted_or_looked_at(node: ast.AST, words: DecidingWords) -> int:
    counted = words.count(node) if isinstance(node, ast.expr) else None
    return _decided_in(node) if counted is None else counted


def _decided_in(node: ast.AST) -> int:
    total = 0
    waiting = [node]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind in _NOT_LOOKED_INTO:
            continue
        if kind in _DECIDING:
            total += _decisions(node)
        if kind is not ast.Assert:
            waiting += child_nodes(node)
    return total


def _decisions(node: ast.AST) -> int:
    match node:
        case ast.If() | ast.IfExp() | ast.Assert():
            return 1
        case ast.For(orelse=orelse) | ast.While(orelse=orelse) | ast.AsyncFor(orelse=orelse):
            return 1 + bool(orelse)
        case ast.Try(handlers=handlers, orelse=orelse) | ast.TryStar(handlers=handlers, orelse=orelse):
            return len(handlers) + bool(orelse)
        case ast.BoolOp(values=values):
            return len(values) - 1
        case ast.comprehension(ifs=ifs):
            return 1 + len(ifs)
        case ast.Match(cases=cases):
            return len(cases) - any(_catches_all(case.pattern) for case in cases)
        case _:
            return 0


def _catches_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None
