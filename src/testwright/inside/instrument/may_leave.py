"""Decides whether a statement or expression, once begun, may raise instead of finishing."""

from __future__ import annotations

import ast

__all__ = ["constant_truth", "may_raise"]

# A bare name is taken as safe: a NameError in working code is not worth a probe after every `x = y`.
_RAISING = (
    ast.Assert,
    ast.Attribute,
    ast.AugAssign,
    ast.Await,
    ast.BinOp,
    ast.Call,
    ast.Delete,
    ast.DictComp,
    ast.FormattedValue,
    ast.GeneratorExp,
    ast.Import,
    ast.ImportFrom,
    ast.ListComp,
    ast.Raise,
    ast.Set,
    ast.SetComp,
    ast.Starred,
    ast.Subscript,
    ast.Yield,
    ast.YieldFrom,
)


def may_raise(node: ast.AST) -> bool:
    if isinstance(node, _RAISING):
        return True
    if isinstance(node, ast.Compare) and not all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
        return True
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        return not isinstance(node.operand, ast.Constant)
    if isinstance(node, ast.Dict) and not all(isinstance(key, ast.Constant) for key in node.keys):
        return True
    if isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Store):
        return True
    return any(may_raise(child) for child in _run_now(node))


def _run_now(node: ast.AST) -> list[ast.AST]:
    """The children that run with the node: not a lambda's body, not an annotation."""
    if isinstance(node, ast.Lambda):
        return [*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)]
    if isinstance(node, ast.AnnAssign):
        return [node.target] if node.value is None else [node.target, node.value]
    return list(ast.iter_child_nodes(node))


def constant_truth(test: ast.expr) -> bool | None:
    """What the compiler knows of a condition: it drops the branch that cannot be taken."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Name) and test.id == "__debug__":
        return __debug__
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = constant_truth(test.operand)
        return None if inner is None else not inner
    return None
