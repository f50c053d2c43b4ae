"""Makes syntax trees, one at a time: up to 3.12, CPython counts the depth of the trees of all threads in one place.

While a tree is made the collector may run, which may let another thread on; two at once then end in a SystemError
("AST constructor recursion depth mismatch"). Whoever lets others parse, as coverage.py does, holds PARSING meanwhile.
"""

from __future__ import annotations

import ast
import io
import threading

__all__ = ["PARSING", "parse_expression", "parse_source", "source_lines"]

PARSING = threading.RLock()


def parse_source(source: str | bytes, path: str = "<unknown>") -> ast.Module:
    """What `ast.parse` gives and raises."""
    with PARSING:
        return ast.parse(source, path)


def parse_expression(source: str) -> ast.expr:
    """The tree of one expression."""
    with PARSING:
        return ast.parse(source, mode="eval").body


def source_lines(source: str) -> list[str]:
    """With their ends, as Python counts them: `str.splitlines` ends lines at a form feed too."""
    return io.StringIO(source, newline="").readlines()
