"""Lays out the fields of a class that was put together from parts, in the way that black and ruff format leave alone."""

from __future__ import annotations

import ast

from testwright.python_source.parsing import parse_source
from testwright.python_source.render_layout import Brackets, Parts, Text, lay_out

__all__ = ["fields_laid_out"]


def fields_laid_out(source: str) -> str:
    """The source, with each annotated field that has a value on one line written anew; all else stays as it is."""
    lines = source.splitlines()
    for owner in reversed([node for node in parse_source(source).body if isinstance(node, ast.ClassDef)]):
        for node in reversed(owner.body):
            if isinstance(node, ast.AnnAssign) and node.value is not None and node.lineno == node.end_lineno:
                before = f"{ast.unparse(node.target)}: {_with_double_quotes(ast.unparse(node.annotation))} = "
                lines[node.lineno - 1 : node.lineno] = lay_out(
                    _parts(node.value), indent=node.col_offset, before=before
                )
    return "\n".join(lines) + "\n" * source.endswith("\n")


def _parts(node: ast.expr) -> Parts:
    match node:
        case ast.Constant(value=str() | bytes() as value):
            return (Text(value),)
        case ast.Call(func=function, args=given, keywords=named):
            arguments = [_parts(each) for each in given]
            arguments += [(f"{k.arg}=" if k.arg else "**", *_parts(k.value)) for k in named]
            return (*_parts(function), Brackets("(", tuple(arguments), ")", bare_texts=True))
        case ast.Dict(keys=keys, values=values) if all(key is not None for key in keys):
            pairs = zip(keys, values, strict=True)
            return (Brackets("{", tuple((*_parts(key), ": ", *_parts(value)) for key, value in pairs if key), "}"),)
        case ast.List(elts=items):
            return (Brackets("[", tuple(_parts(item) for item in items), "]"),)
        case ast.Tuple(elts=items):
            return (Brackets("(", tuple(_parts(item) for item in items), ")", lone_comma=len(items) == 1),)
    return (_with_double_quotes(ast.unparse(node)),)


def _with_double_quotes(text: str) -> str:
    """`ast.unparse` writes 'a'."""
    return text if '"' in text or "\\" in text else text.replace("'", '"')
