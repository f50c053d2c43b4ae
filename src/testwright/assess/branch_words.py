"""Says in words which ways no test goes: "`if not rows` is never true"; from syntax tree and source alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.util import decode_source

from testwright.nouns import BranchPoint, MissingBranch
from testwright.python_source.indexed_text import IndexedText
from testwright.python_source.parsing import source_lines
from testwright.python_source.source_text import source_of

__all__ = ["BranchWords"]

_LONGEST = 60


class BranchWords:
    """The words of one file: `openings` are by line what has a block below it, as `StatementSurvey` gives them."""

    def __init__(self, text: IndexedText, openings: Mapping[int, ast.AST]) -> None:
        self._text, self._openings = text, openings

    def of(self, points: Iterable[BranchPoint]) -> tuple[MissingBranch, ...]:
        """Each way that is missing from `points`, by line. A point that gives counts alone is one way with the end 0."""
        lacking = [point for point in points if point.taken < point.exits]
        return tuple([way for point in sorted(lacking, key=_line) for way in self._ways(point)])

    def _ways(self, point: BranchPoint) -> list[MissingBranch]:
        line = point.line
        if not point.missing:
            count = point.exits - point.taken
            verb = "is" if count == 1 else "are"
            return [MissingBranch(line, 0, f"{count} of {point.exits} ways on from line {line} {verb} never taken")]
        node = self._openings.get(line)
        return [
            MissingBranch(line, end, (node and self._words(node, end)) or _plain(line, end)) for end in point.missing
        ]

    def _words(self, node: ast.AST, end: int) -> str:
        """ "" where it cannot be told which way `end` is."""
        inside = _leads_inside(node, end)
        if inside is None:
            return ""
        match node:
            case ast.If() | ast.While():
                return f"`{self._keyword(node)} {self._told(node.test)}` is never {'true' if inside else 'false'}"
            case ast.For() | ast.AsyncFor():
                return f"the loop over `{self._told(node.iter)}` {'is never entered' if inside else 'never ends by itself'}"
            case ast.ExceptHandler():
                caught = f"`except {self._told(node.type)}`" if node.type else "`except`"
                return f"{caught} never {'catches anything' if inside else 'lets an exception pass'}"
            case ast.match_case():
                guard = f" if {self._told(node.guard)}" if node.guard else ""
                case = f"`case {self._told(node.pattern)}{guard}`"
                return f"{case} never matches" if inside else f"{case} matches always"
        return ""

    def _keyword(self, node: ast.If | ast.While) -> str:
        if isinstance(node, ast.While):
            return "while"
        return "elif" if self._lines[node.lineno - 1][node.col_offset :].startswith(b"elif") else "if"

    def _told(self, node: ast.expr | ast.pattern) -> str:
        """As it stands in the source; what spans lines as `ast.unparse` has it, for there may be comments between."""
        if node.lineno == node.end_lineno:
            text = self._lines[node.lineno - 1][node.col_offset : node.end_col_offset].decode()
        else:
            text = source_of(node)
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"

    @cached_property
    def _lines(self) -> list[bytes]:
        """In UTF-8, in which the tree counts its columns."""
        if self._text.is_ascii:
            return self._text.lines
        return [line.encode() for line in source_lines(decode_source(self._text.content))]


def _plain(line: int, end: int) -> str:
    return f"line {line} never leaves the function" if end < 0 else f"line {line} never goes on to line {end}"


def _first_line(node: ast.AST) -> int:
    return node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno  # type: ignore[attr-defined]


def _line(point: BranchPoint) -> int:
    return point.line


def _leads_inside(node: ast.AST, end: int) -> bool | None:
    """Whether going on to line `end` is to enter the block of `node`; None where the lines do not tell."""
    body: list[ast.stmt] | None = getattr(node, "body", None)
    if not body or body[0].lineno == _first_line(node):
        return None
    if _spans(body, end):
        return True
    if orelse := getattr(node, "orelse", None):
        return False if _spans(orelse, end) else None
    return False


def _spans(block: list[ast.stmt], line: int) -> bool:
    decorators: list[ast.expr] = getattr(block[0], "decorator_list", [])
    first = min([block[0].lineno, *(decorator.lineno for decorator in decorators)])
    return first <= line <= (block[-1].end_lineno or block[-1].lineno)
