"""Writes a mutant into the source that it changes, and shows the change as the few lines it is."""

from __future__ import annotations

import ast
import difflib
import functools

from testwright.nouns.mutant import Mutant
from testwright.python_source.parsing import parse_expression, parse_source, source_lines

__all__ = ["mutant_diff", "planted_source"]


def planted_source(source: str, mutant: Mutant) -> str:
    """The whole source with the mutant in it, in parentheses where it would mean something else without."""
    line, column, last, after = mutant.span
    lines = source_lines(source)
    first, end = _statement_around(source, line, last)
    before = "".join(lines[first - 1 : line - 1]) + _bytes(lines[line - 1])[:column].decode()
    behind = _bytes(lines[last - 1])[after:].decode() + "".join(lines[last:end])
    bare, enclosed = (before + text + behind for text in (mutant.text or "pass", f"({mutant.text})"))
    bare_will_do = not mutant.text or _is_statement(mutant.text) or _dumped(bare) == _dumped(enclosed)
    return "".join(lines[: first - 1]) + (bare if bare_will_do else enclosed) + "".join(lines[end:])


def _statement_around(source: str, line: int, last: int) -> tuple[int, int]:
    """The first and last line of the statements of the module (more than one, if they share a line) with these lines."""
    spans = [span for span in _statements(source) if span[0] <= last and span[1] >= line]
    return (min(first for first, _ in spans), max(end for _, end in spans)) if spans else (1, len(source))


@functools.lru_cache(maxsize=4)
def _statements(source: str) -> tuple[tuple[int, int], ...]:
    """None where the source is written for another Python than this one."""
    try:
        body = parse_source(source).body
    except (SyntaxError, ValueError):
        return ()
    return tuple((_first_line(statement), statement.end_lineno or 0) for statement in body)


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _bytes(line: str) -> bytes:
    return line.encode("utf-8")


def _is_statement(text: str) -> bool:
    try:
        parse_expression(text)
    except SyntaxError:
        return True
    return False


def _dumped(source: str) -> str:
    try:
        return ast.dump(parse_source(source))
    except (SyntaxError, ValueError):
        return ""


def mutant_diff(source: str, mutant: Mutant) -> list[str]:
    """The lines that change, "- " before and "+ " after, with one line of context on each side."""
    old, new = ([line.rstrip() for line in source_lines(text)] for text in (source, planted_source(source, mutant)))
    first, last = max(0, mutant.span[0] - 2), min(len(old), mutant.span[2] + 1)
    shift = len(new) - len(old)
    told = difflib.ndiff(old[first:last], new[first : last + shift])
    return [line for line in told if not line.startswith("?")]
