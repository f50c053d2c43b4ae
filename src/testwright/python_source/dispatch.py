"""Reads names that code puts together, as in `getattr(self, "visit_" + kind)`: which part of them is not constant."""

from __future__ import annotations

import ast

from .literals import Constants, text_of
from .source_text import Definition, own_nodes

__all__ = ["open_part"]

_SAME_WORD = {"lower", "upper", "strip", "title", "capitalize"}


def open_part(name: ast.expr, constants: Constants, function: Definition) -> tuple[str, ast.expr, str] | None:
    """(text before, expression, text after) of a name with one part that is not constant, None for other names."""
    if isinstance(name, ast.Name):
        assigned = _assigned(name.id, function)
        return None if assigned is None else open_part(assigned, constants, function)
    pieces = _pieces(name)
    texts = [text_of(piece, constants) for piece in pieces]
    if texts.count(None) != 1 or len(texts) < 2:
        return None
    at = texts.index(None)
    before, after = ("".join(t for t in part if t is not None) for part in (texts[:at], texts[at + 1 :]))
    return before, _word(pieces[at]), after


def _assigned(name: str, function: Definition) -> ast.expr | None:
    """What the function's only assignment to the name gives it."""
    values = [
        node.value
        for node in own_nodes(function.body)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
    ]
    return values[0] if len(values) == 1 and not isinstance(values[0], ast.Name) else None


def _pieces(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [*_pieces(left), *_pieces(right)]
        case ast.JoinedStr(values=values):
            return [value.value if isinstance(value, ast.FormattedValue) else value for value in values]
        case ast.BinOp(left=ast.Constant(value=str() as text), op=ast.Mod(), right=right) if text.count("%") == 1:
            one = right.elts[0] if isinstance(right, ast.Tuple) and len(right.elts) == 1 else right
            return _around(text, "%s", one)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format"), args=[one]):
            return _around(text, "{0}" if "{0}" in text else "{}", one)
        case _:
            return [node]


def _around(text: str, place: str, part: ast.expr) -> list[ast.expr]:
    before, found, after = text.partition(place)
    return [ast.Constant(before), part, ast.Constant(after)] if found else []


def _word(node: ast.expr) -> ast.expr:
    """`x` of `x.lower()`: its letters are what matters."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _SAME_WORD:
            return value
        case _:
            return node
