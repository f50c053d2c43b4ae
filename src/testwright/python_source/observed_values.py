"""Replaces expected values that a test leaves to be observed, by the comment `# observed`, with what was observed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from testwright.python_source.file_of_tests import Function
from testwright.python_source.parsing import parse_expression, parse_source, source_lines
from testwright.python_source.text_edits import Span, changed, span_of

__all__ = ["MARK", "observing", "with_observed"]

MARK = "# observed"
_SAID = "observed: "
_LIST = "observed_values"
_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def observing(source: str, name: str) -> str:
    """The source with the test `name` saying what it gets where it leaves values to be observed; "" = it leaves none."""
    tree = parse_source(source)
    function = _function(tree, name)
    marked = {id(each): test.left for each, test in _marked(function, source)}
    if not marked:
        return ""
    function.body = [_statement(f"{_LIST} = []"), *_observing(function.body, marked)]
    function.body.append(_statement(f"raise AssertionError({_SAID!r} + repr({_LIST}))"))
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def with_observed(source: str, name: str, detail: str) -> str:
    """The source with the observed values of a failure that `observing` made; "" where they are not plain ones."""
    _, found, said = detail.partition(_SAID)
    if not found:
        return ""
    try:
        values = ast.literal_eval(said)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ""
    marked = list(_marked(_function(parse_source(source), name), source))
    if not isinstance(values, list) or len(values) != len(marked) or not all(map(_is_plain, values)):
        return ""
    places = {span_of(test.comparators[0]): value for (_, test), value in zip(marked, values, strict=True)}
    return changed(source, lambda node: _replaced(node, places))


def _marked(function: Function, source: str) -> Iterator[tuple[ast.Assert, ast.Compare]]:
    """Comparisons with a plain literal, each done once, whose line ends with the mark."""
    lines = source_lines(source)
    for each in _once(function.body):
        if isinstance(each, ast.Assert) and isinstance(each.test, ast.Compare) and _is_with_literal(each.test):
            if lines[(each.end_lineno or each.lineno) - 1].rstrip().endswith(MARK):
                yield each, each.test


def _once(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run once when the function does: of `with` blocks too, not of loops and branches."""
    for each in body:
        yield each
        if isinstance(each, ast.With):
            yield from _once(each.body)


def _observing(body: list[ast.stmt], marked: Mapping[int, ast.expr]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for each in body:
        if isinstance(each, ast.With):
            each.body = _observing(each.body, marked)
        got = marked.get(id(each))
        found.append(each if got is None else _statement(f"{_LIST}.append({ast.unparse(got)})"))
    return found


def _replaced(node: ast.AST, places: Mapping[Span | None, object]) -> ast.AST | None:
    span = span_of(node)
    if span is None or span not in places or not isinstance(node, ast.expr):
        return None
    return parse_expression(repr(places[span]))


def _is_with_literal(test: ast.Compare) -> bool:
    if len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq | ast.Is):
        return False
    try:
        return _is_plain(ast.literal_eval(test.comparators[0]))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, (*value, *value.values())))
    if isinstance(value, list | tuple | set):
        return all(map(_is_plain, value))
    return isinstance(value, _PLAIN)


def _function(tree: ast.Module, name: str) -> Function:
    return next(each for each in ast.walk(tree) if isinstance(each, Function) and each.name == name)


def _statement(text: str) -> ast.stmt:
    return parse_source(text).body[0]
