"""Compiles examples and unit tests so that their assertions are counted, and say what they compared."""

from __future__ import annotations

import ast
from types import CodeType

__all__ = ["COUNT", "HIDDEN", "SHOWN", "compiled_item"]

HIDDEN = "__testwright_"
"""Names that begin so are ours."""
COUNT, SHOWN = f"{HIDDEN}count", f"{HIDDEN}shown"
_LEFT, _RIGHT = f"{HIDDEN}left", f"{HIDDEN}right"
_SIGNS = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def compiled_item(source: str, file: str) -> CodeType:
    """Each `assert` calls COUNT before, and SHOWN where it fails. Raises what `compile` does."""
    tree = ast.parse(source, file)
    return compile(ast.fix_missing_locations(_Counting().visit(tree)), file, "exec", dont_inherit=True)


class _Counting(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        counted: list[ast.stmt] = [ast.Expr(_call(COUNT))]
        test = node.test
        if node.msg is None and isinstance(test, ast.Compare) and len(test.ops) == 1:
            counted += [_assigned(_LEFT, test.left), _assigned(_RIGHT, test.comparators[0])]
            sign = _SIGNS[type(test.ops[0])]
            node.test = ast.Compare(_read(_LEFT), test.ops, [_read(_RIGHT)])
            node.msg = _call(SHOWN, _read(_LEFT), ast.Constant(sign), _read(_RIGHT))
        elif node.msg is None:
            node.msg = ast.Constant(ast.unparse(test)[:300])
        return [ast.copy_location(each, node) for each in (*counted, node)]


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _assigned(name: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _read(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())
