"""Makes syntax trees, one at a time: up to 3.12, CPython counts the depth of the trees of all threads in one place.

While a tree is made the collector may run, which may let another thread on; two at once then end in a SystemError
("AST constructor recursion depth mismatch"). Whoever lets others parse, as coverage.py does, holds PARSING meanwhile.
"""

from __future__ import annotations

import ast
import gc
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["PARSING", "parse_expression", "parse_source", "source_lines", "without_collector"]

PARSING = threading.RLock()


def parse_source(source: str | bytes, path: str = "<unknown>") -> ast.Module:
    """What `ast.parse` gives and raises."""
    with PARSING:
        return ast.parse(source, path)


@contextmanager
def without_collector() -> Iterator[None]:
    """While very many trees, or records about them, are made: neither has cycles, and to look for some takes a third of
    the time again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def parse_expression(source: str) -> ast.expr:
    """The tree of one expression."""
    with PARSING:
        return ast.parse(source, mode="eval").body


def source_lines(source: str) -> list[str]:
    """With their ends, as Python counts them: `str.splitlines` ends lines at a form feed too."""
    return io.StringIO(source, newline="").readlines()
