"""Takes rows out of the table of a parametrized test, and leaves the rest of it as it is written."""

from __future__ import annotations

import ast
from collections.abc import Collection

from testwright.python_source.file_of_tests import Function
from testwright.python_source.parsing import parse_source, source_lines
from testwright.python_source.text_edits import changed, span_of

__all__ = ["without_rows"]


def without_rows(source: str, name: str, gone: Collection[int], rows: int) -> str:
    """The source of the test `name` without those rows, counted from 0; "" where that cannot be told of its source."""
    table = _table(source, name)
    if table is None or len(table.elts) != rows or len(gone) >= rows:
        return ""
    lines = source_lines(source)
    by_line = all(_has_its_lines(each, lines) for each in table.elts)
    if by_line:
        taken = {n for i in gone for n in range(table.elts[i].lineno, (table.elts[i].end_lineno or 0) + 1)}
        return "".join(line for number, line in enumerate(lines, 1) if number not in taken)
    place = span_of(table)
    return changed(source, lambda n: _cut(n, gone) if span_of(n) == place else None)


def _cut(node: ast.AST, gone: Collection[int]) -> ast.AST | None:
    if not isinstance(node, ast.List | ast.Tuple):
        return None
    return type(node)([each for number, each in enumerate(node.elts) if number not in gone], ast.Load())


def _table(source: str, name: str) -> ast.List | ast.Tuple | None:
    """The rows of the only table around the test, if they are written there."""
    function = next(n for n in ast.walk(parse_source(source)) if isinstance(n, Function) and n.name == name)
    tables = [
        each
        for each in function.decorator_list
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == "parametrize"
    ]
    if len(tables) != 1 or len(tables[0].args) < 2 or any(each.arg == "ids" for each in tables[0].keywords):
        return None
    rows = tables[0].args[1]
    is_plain = isinstance(rows, ast.List | ast.Tuple) and not any(isinstance(each, ast.Starred) for each in rows.elts)
    return rows if is_plain and isinstance(rows, ast.List | ast.Tuple) else None


def _has_its_lines(row: ast.expr, lines: list[str]) -> bool:
    """Nothing else stands on them but a comma and a comment."""
    before = lines[row.lineno - 1].encode()[: row.col_offset]
    after = lines[(row.end_lineno or row.lineno) - 1].encode()[row.end_col_offset :].strip()
    return not before.strip() and (after in (b",", b"") or after.startswith((b", #", b",  #", b"#")))
