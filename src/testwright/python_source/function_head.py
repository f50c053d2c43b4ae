"""Writes the head of one function anew, decorators and parameters, and leaves its body as it is written."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from testwright.python_source.file_of_tests import Function
from testwright.python_source.parsing import parse_source, source_lines
from testwright.python_source.text_edits import unparsed

__all__ = ["in_scenario", "with_head"]


def with_head(source: str, function: Function, first: Sequence[str] = ()) -> str:
    """`function` is a node of the tree of `source` whose head was changed; `first` are statements to begin with."""
    lines = source_lines(source)
    start, body = _start(function, lines), function.body[0]
    if body.lineno == function.lineno or not _stands_alone(body, lines):
        return _anew(source, function, [*map(_statement, first), *function.body])
    margin, inner = " " * function.col_offset, " " * body.col_offset
    head = [*_decorators(function, lines, margin), *(f"{margin}{line}\n" for line in _signature(function))]
    begins = _first(body, lines)
    after = body.end_lineno or body.lineno if _is_docstring(body) else begins - 1
    between = lines[begins - 1 : after]
    added = [f"{inner}{line}\n" for line in first]
    text = "".join([*lines[: start - 1], *head, *between, *added, *lines[after:]])
    return text if _parses(text) else _anew(source, function, [*map(_statement, first), *function.body])


def in_scenario(source: str, function: Function) -> str:
    """The async `function` as a plain one that runs its body, as it is written, by asyncio.run."""
    lines = source_lines(source)
    body, docstring = list(function.body), []
    if _is_docstring(body[0]) and len(body) > 1:
        docstring = [body.pop(0)]
    run = "asyncio.run(scenario())"
    inner = ast.AsyncFunctionDef("scenario", ast.arguments([], [], None, [], [], None, []), body, [])
    plain = ast.FunctionDef(function.name, function.args, [*docstring, inner, _statement(run)], function.decorator_list)
    tree = _replaced(source, function, plain)
    if function.body[0].lineno == function.lineno or not _stands_alone(body[0], lines):
        return unparsed(tree) + "\n"
    margin, indent = " " * function.col_offset, " " * body[0].col_offset
    step = " " * (body[0].col_offset - function.col_offset)
    last = function.end_lineno or function.lineno
    written = [
        *_decorators(plain, lines, margin),
        *(f"{margin}{line}\n" for line in _signature(plain)),
        *(line for each in docstring for line in lines[each.lineno - 1 : each.end_lineno]),
        f"{indent}async def scenario():\n",
        *(step + line if line.strip() else line for line in lines[_first(body[0], lines) - 1 : last]),
    ]
    written[-1] = written[-1].rstrip("\n") + "\n"
    written += ["\n", f"{indent}{run}\n"]
    text = "".join([*lines[: _start(function, lines) - 1], *written, *lines[last:]])
    anew = unparsed(tree) + "\n"
    return text if _parses(text) and ast.dump(parse_source(text)) == ast.dump(parse_source(anew)) else anew


def _signature(function: Function) -> list[str]:
    """From `def` to the colon, as lines."""
    bare = copy.copy(function)
    bare.body, bare.decorator_list = [ast.Pass()], []
    return unparsed(ast.fix_missing_locations(bare)).split("\n")[:-1]


def _decorators(function: Function, lines: Sequence[str], margin: str) -> list[str]:
    """Lines of those that the function has, as they are written if they were there before."""
    found: list[str] = []
    for each in function.decorator_list:
        if hasattr(each, "lineno"):
            found += lines[each.lineno - 1 : each.end_lineno]
        else:
            found.append(f"{margin}@{unparsed(each)}\n")
    return found


def _start(function: Function, lines: Sequence[str]) -> int:
    """The line of the first decorator, whatever is left of the decorators in the tree."""
    first = min([function.lineno, *(each.lineno for each in function.decorator_list if hasattr(each, "lineno"))])
    while first > 1 and lines[first - 2].strip().startswith("@"):
        first -= 1
    return first


def _first(statement: ast.stmt, lines: Sequence[str]) -> int:
    """The line where it begins, with the decorators of a definition and comments above."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(each.lineno for each in decorators)])
    while first > 1 and lines[first - 2].strip().startswith("#"):
        first -= 1
    return first


def _stands_alone(statement: ast.stmt, lines: Sequence[str]) -> bool:
    return not lines[statement.lineno - 1][: statement.col_offset].strip()


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _statement(text: str) -> ast.stmt:
    return parse_source(text).body[0]


def _parses(text: str) -> bool:
    try:
        parse_source(text)
    except SyntaxError:
        return False
    return True


def _anew(source: str, function: Function, body: list[ast.stmt]) -> str:
    new = copy.copy(function)
    new.body = body
    return unparsed(_replaced(source, function, new)) + "\n"


def _replaced(source: str, function: Function, new: Function) -> ast.Module:
    """The tree of the source with `new` where the function stands."""

    class Replacing(ast.NodeTransformer):
        def generic_visit(self, node: ast.AST) -> ast.AST:
            if isinstance(node, Function) and node.lineno == function.lineno and node.name == function.name:
                return new
            return super().generic_visit(node)

    tree: ast.Module = Replacing().visit(parse_source(source))
    return ast.fix_missing_locations(tree)
