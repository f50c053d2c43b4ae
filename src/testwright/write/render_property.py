"""Decides how one property looks as a Hypothesis test."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from testwright.nouns.property_test import PropertyTest
from testwright.python_source.parsing import parse_expression
from testwright.python_source.render_layout import Brackets, Part, Parts, lay_out

__all__ = ["render_bare", "render_property", "strategy_parts"]


def render_property(test: PropertyTest, named: Mapping[str, str]) -> str:
    """The function; `named` are strategies that the file has given a name, by their source."""
    return "\n".join([*_opening(test, test.name, named), *(f"    {line}" for line in test.body)])


def render_bare(test: PropertyTest, name: str, named: Mapping[str, str]) -> str:
    """The same calls under another name, without any assertion."""
    return "\n".join([*_opening(test, name, named), *(f"    {line}" for line in test.bare)])


def strategy_parts(source: str) -> Parts:
    """The expression, for laying out."""
    return _parts(parse_expression(source))


def _opening(test: PropertyTest, name: str, named: Mapping[str, str]) -> list[str]:
    drawn = tuple((named[source],) if source in named else strategy_parts(source) for _, source in test.draws)
    variables = ", ".join(variable for variable, _ in test.draws)
    return [*test.decorators, *lay_out(("@given", Brackets("(", drawn, ")"))), f"def {name}({variables}):"]


def _parts(node: ast.expr) -> Parts:
    if isinstance(node, ast.Call):
        items = tuple(_parts(each) for each in node.args)
        items += tuple((f"{each.arg}=", *_parts(each.value)) for each in node.keywords)
        return (*_parts(node.func), Brackets("(", items, ")"))
    if isinstance(node, ast.Attribute):
        return (*_parts(node.value), f".{node.attr}")
    if isinstance(node, ast.List):
        return (Brackets("[", tuple(_parts(each) for each in node.elts), "]"),)
    if isinstance(node, ast.BinOp):
        return (*_parts(node.left), " | ", *_parts(node.right))
    return (_literal(node),)


def _literal(node: ast.expr) -> Part:
    """With the quotes that formatters want."""
    text = ast.unparse(node)
    plain = isinstance(node, ast.Constant) and isinstance(node.value, str) and text.startswith("'")
    return '"' + text[1:-1] + '"' if plain and '"' not in text and "\\" not in text else text
