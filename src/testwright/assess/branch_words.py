"""Says in words which ways no test goes: "`if not rows` is never true"; from syntax tree and source alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from importlib.util import decode_source

from testwright.assess.function_regions import inner_statements
from testwright.nouns import BranchPoint, MissingBranch
from testwright.python_source.parsing import source_lines
from testwright.python_source.source_text import Definition, source_of

__all__ = ["BranchWords"]

_LONGEST = 60


class BranchWords:
    """The words of one file; its source is taken apart when the first are asked for."""

    def __init__(self, source: bytes | str) -> None:
        self._source = source

    def of(self, function: Definition, points: Iterable[BranchPoint]) -> tuple[MissingBranch, ...]:
        """Each way that is missing from `points`, which lie in `function`, by line. A point that gives counts alone is
        one way with the end 0.
        """
        lacking = [point for point in points if point.taken < point.exits]
        if not lacking:
            return ()
        lines = [point.line for point in lacking if point.missing]
        nodes = _by_line(function, lines) if lines else {}
        return tuple(way for point in sorted(lacking, key=lambda p: p.line) for way in self._ways(nodes, point))

    def _ways(self, nodes: dict[int, ast.AST], point: BranchPoint) -> Iterator[MissingBranch]:
        line = point.line
        if not point.missing:
            count = point.exits - point.taken
            verb = "is" if count == 1 else "are"
            yield MissingBranch(line, 0, f"{count} of {point.exits} ways on from line {line} {verb} never taken")
        for end in point.missing:
            known = self._words(nodes[line], end) if line in nodes else ""
            yield MissingBranch(line, end, known or _plain(line, end))

    def _words(self, node: ast.AST, end: int) -> str:
        """ "" where it cannot be told which way `end` is."""
        inside = _leads_inside(node, end)
        if inside is None:
            return ""
        match node:
            case ast.If() | ast.While():
                return f"`{self._keyword(node)} {self._text(node.test)}` is never {'true' if inside else 'false'}"
            case ast.For() | ast.AsyncFor():
                return f"the loop over `{self._text(node.iter)}` {'is never entered' if inside else 'never ends by itself'}"
            case ast.ExceptHandler():
                caught = f"`except {self._text(node.type)}`" if node.type else "`except`"
                return f"{caught} never {'catches anything' if inside else 'lets an exception pass'}"
            case ast.match_case():
                guard = f" if {self._text(node.guard)}" if node.guard else ""
                case = f"`case {self._text(node.pattern)}{guard}`"
                return f"{case} never matches" if inside else f"{case} matches always"
        return ""

    def _keyword(self, node: ast.If | ast.While) -> str:
        if isinstance(node, ast.While):
            return "while"
        return "elif" if self._lines[node.lineno - 1][node.col_offset :].startswith(b"elif") else "if"

    def _text(self, node: ast.expr | ast.pattern) -> str:
        """As it stands in the source; what spans lines as `ast.unparse` has it, for there may be comments between."""
        if node.lineno == node.end_lineno:
            text = self._lines[node.lineno - 1][node.col_offset : node.end_col_offset].decode()
        else:
            text = source_of(node)
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"

    @cached_property
    def _lines(self) -> list[bytes]:
        """In UTF-8, in which the tree counts its columns."""
        if isinstance(self._source, bytes) and self._source.isascii():
            return self._source.splitlines()
        text = decode_source(self._source) if isinstance(self._source, bytes) else self._source
        return [line.encode() for line in source_lines(text)]


def _plain(line: int, end: int) -> str:
    return f"line {line} never leaves the function" if end < 0 else f"line {line} never goes on to line {end}"


def _by_line(function: Definition, lines: Sequence[int]) -> dict[int, ast.AST]:
    """What begins on each of `lines`; a statement that shares its line with another is none's."""
    first, last = min(lines), max(lines)
    found: dict[int, ast.AST] = {}
    waiting: list[ast.AST] = [function]
    while waiting:
        for child in inner_statements(waiting.pop()):
            begins, ends = _span(child)
            # Not those of which none can be in it: it is most of a long function.
            if begins <= last and ends >= first and not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                waiting.append(child)
                found.setdefault(begins, child)
    return found


def _span(node: ast.AST) -> tuple[int, int]:
    if isinstance(node, ast.match_case):
        return node.pattern.lineno, node.body[-1].end_lineno or 0
    return node.lineno, node.end_lineno  # type: ignore[attr-defined]  # a statement or a handler


def _first_line(node: ast.AST) -> int:
    return _span(node)[0]


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
