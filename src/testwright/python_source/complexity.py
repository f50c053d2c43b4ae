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

from .indexed_text import LETTERS, IndexedText
from .source_text import child_nodes

__all__ = ["DecidingWords", "cyclomatic_complexity", "decisions"]

_DECIDING = frozenset(
    {
        *(ast.If, ast.IfExp, ast.Assert, ast.BoolOp, ast.comprehension, ast.Match),
        *(ast.For, ast.While, ast.AsyncFor, ast.Try, ast.TryStar),
    }
)
_NOT_LOOKED_INTO = frozenset(
    {
        *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
        *(ast.Name, ast.Constant, ast.Load, ast.Store, ast.Pass, ast.Break, ast.Continue),
        *(ast.alias, ast.Import, ast.ImportFrom),
    }
)
"""What counts for itself, and what has no decision in it: most of a tree."""
_WORDS = (b"and", b"or", b"if", b"for")
_WORD = re.compile(rb"(?<![A-Za-z_])(?:and|or|if|for)\b")
_HIDING = re.compile(rb"[\"'#]|[0-9](?:and|or|if|for)\b")
"""A string, a comment; `x if 1or y`, or a name that ends so."""
_STRING = re.compile(rb"""([A-Za-z_0-9]*)("[^"\n]*"|'[^'\n]*')""")


class DecidingWords:
    """Counts the decisions in the expressions of a source by their words: each is one `and`, `or`, `if` or `for`.

    `anywhere` are the lines with such a word, `inside` those where it need not be the word of the statement itself.
    """

    def __init__(self, text: IndexedText) -> None:
        self._text = text
        self.anywhere: set[int] = set()
        self.inside: set[int] = set()
        for line, offset in text.found(_WORDS, LETTERS):
            if line in self.anywhere or not text.begins_line(offset):
                self.inside.add(line)
            self.anywhere.add(line)

    def may_be_in(self, first: int, end: int) -> bool:
        """Whether one may be in an expression from line `first` to before line `end`."""
        if first in self.inside:
            return True
        return end - first > 1 and not self.anywhere.isdisjoint(range(first + 1, end))

    def count(self, node: ast.stmt | ast.expr) -> int:
        """Of this expression, or of a statement without blocks. Where words do not tell, the tree does."""
        first, last = node.lineno, node.end_lineno or node.lineno
        if not self.may_be_in(first, last + 1):
            return 0
        if not self._text.is_ascii:
            return _decided_in(node)
        text = self._text.part(first, node.col_offset, last, node.end_col_offset)
        if b'"' in text or b"'" in text:
            text = _without_strings(text)
        # In a comment or a string that is still there a word is no more than that.
        return _decided_in(node) if _HIDING.search(text) else len(_WORD.findall(text))


def _without_strings(text: bytes) -> bytes:
    """Where they are plain ones on one line: there are expressions in others, and ends that are none."""
    if b"\\" in text or b'""' in text or b"''" in text or any(prefix for prefix, _ in _STRING.findall(text)):
        return text
    return _STRING.sub(b" ", text)


def cyclomatic_complexity(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The complexity of this function's own body."""
    return 1 + sum(_decided_in(statement) for statement in function.body)


def _decided_in(node: ast.AST) -> int:
    total = 0
    waiting = [node]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind in _NOT_LOOKED_INTO:
            continue
        if kind in _DECIDING:
            total += decisions(node)
        if kind is not ast.Assert:
            waiting += child_nodes(node)
    return total


def decisions(node: ast.AST) -> int:
    """Of a statement or an expression itself, without what is in it."""
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
