"""Writes a mutant into the source that it changes, and shows the change as the few lines it is."""

from __future__ import annotations

import ast
import difflib

from testwright.nouns.mutant import Mutant
from testwright.python_source.parsing import parse_expression, parse_source

__all__ = ["mutant_diff", "planted_source"]


def planted_source(source: str, mutant: Mutant) -> str:
    """The whole source with the mutant in it, in parentheses where it would mean something else without."""
    line, column, last, after = mutant.span
    lines = source.splitlines(keepends=True)
    before = "".join(lines[: line - 1]) + _bytes(lines[line - 1])[:column].decode()
    behind = _bytes(lines[last - 1])[after:].decode() + "".join(lines[last:])
    bare, enclosed = (before + text + behind for text in (mutant.text or "pass", f"({mutant.text})"))
    if not mutant.text or _is_statement(mutant.text):
        return bare
    return bare if _dumped(bare) == _dumped(enclosed) else enclosed


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
    old, new = source.splitlines(), planted_source(source, mutant).splitlines()
    first, last = max(0, mutant.span[0] - 2), min(len(old), mutant.span[2] + 1)
    shift = len(new) - len(old)
    told = difflib.ndiff(old[first:last], new[first : last + shift])
    return [line.rstrip() for line in told if not line.startswith("?")]
