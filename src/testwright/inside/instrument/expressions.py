"""Decides which expressions get a hook or a probe, and rewrites them so that they keep their meaning."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from .arcs import HITS, HOOKS, Register
from .may_leave import may_raise
from .scopes import Scope, comprehension_scope, lambda_scope

__all__ = ["Expressions"]

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
_ORDERING = frozenset({"==", "!=", "<", "<=", ">", ">="})
_PREDICATES = frozenset(
    {"isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable"}
    | {"isspace", "istitle", "isupper"}
)
_PATTERN_METHODS = frozenset({"match", "search", "fullmatch", "findall", "finditer", "sub", "subn", "split"})
_METHODS = _PATTERN_METHODS | {
    *("startswith", "endswith", "find", "rfind", "index", "rindex", "count", "rsplit", "partition", "rpartition"),
    *("strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "replace"),
    *("get", "pop", "setdefault", "remove", "strptime", "fromisoformat", "fromhex"),
}
_FUNCTIONS = _PATTERN_METHODS | {"isinstance", "issubclass", "hasattr", "getattr", "int", "float", "complex"}


class Expressions(ast.NodeTransformer):
    """Outside of functions nothing is hooked: such code runs once, at import, whatever the tests do."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self.scope = Scope()

    def subject(self, node: ast.expr, examples: list[object], classes: list[str]) -> ast.expr:
        """A `match` statement's subject, already visited."""
        if not self.scope.in_function or not (examples or classes):
            return node
        return self._hooked("match", "match", node, [ast.Constant(0), node], (tuple(examples), tuple(classes)))

    def guard(self, node: ast.expr, lines: Sequence[int]) -> ast.expr:
        """A `case`'s guard, not yet visited; `lines` are those of the patterns tried before it runs."""
        return self._probed("guard", node, lines)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        chain = _Chain(node)
        self.generic_visit(node)
        operands = [node.left, *node.comparators]
        if not self.scope.in_function or chain.is_identity_with_constant:
            return node
        if len(node.ops) == 1:
            return self._link(chain, 0, node, operands)
        if all(self._repeatable(operand) for operand in operands[1:-1]):
            return _located(ast.BoolOp(ast.And(), self._links(chain, node, operands)), node)
        if all(isinstance(operand, ast.Constant) for operand in operands[2:]):
            return self._hooked("chain", "chain", node, operands, tuple(chain.links))
        return node  # a later operand may not be evaluated, and cannot be held back without a name or a lambda

    def visit_Call(self, node: ast.Call) -> ast.AST:
        function = node.func
        self.generic_visit(node)
        if not self.scope.in_function:
            return node
        if isinstance(function, ast.Attribute) and _is_method_call(node, function.attr):
            node.func = self._hooked("method", function.attr, function, [ast.Constant(0), node.func])
        elif isinstance(function, ast.Name) and function.id in _FUNCTIONS and node.args:
            node.func = self._hooked("function", function.id, function, [ast.Constant(0), node.func])
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if not self.scope.in_function or not isinstance(node.ctx, ast.Load) or _is_position(node.slice):
            return node
        return self._hooked("item", "key", node, [node.value, node.slice])

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        operands = [self.visit(node.values[0])]
        for operand in node.values[1:]:
            operands.append(self._probed("boolop", operand))
        node.values = operands
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        node.test = self.visit(node.test)
        node.body = self._probed("ifexp-true", node.body)
        node.orelse = self._probed("ifexp-false", node.orelse)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self.defaults(node.args)
        outer, self.scope = self.scope, lambda_scope(self.scope, node)
        node.body = self._probed("lambda", node.body)
        self.scope = outer
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self._comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self._comprehension(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return self._comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        inner = self._generators(node.generators)
        outer, self.scope = self.scope, inner
        node.key = self._element(node.key, node.generators)
        node.value = self.visit(node.value)
        self.scope = outer
        return node

    def defaults(self, arguments: ast.arguments) -> None:
        arguments.defaults = [self.visit(default) for default in arguments.defaults]
        arguments.kw_defaults = [None if default is None else self.visit(default) for default in arguments.kw_defaults]

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> ast.AST:
        inner = self._generators(node.generators)
        outer, self.scope = self.scope, inner
        node.elt = self._element(node.elt, node.generators)
        self.scope = outer
        return node

    def _generators(self, generators: list[ast.comprehension]) -> Scope:
        outer, inner = self.scope, comprehension_scope(self.scope, generators)
        for number, generator in enumerate(generators):
            self.scope = inner if number else outer
            generator.iter = self.visit(generator.iter)
            self.scope = inner
            generator.target = self.visit(generator.target)
            generator.ifs = [self.visit(condition) for condition in generator.ifs]
        self.scope = outer
        return inner

    def _element(self, element: ast.expr, generators: list[ast.comprehension]) -> ast.expr:
        """Worth a probe when a condition guards it or it does something; `[x for x in y]` is too hot and too plain."""
        if may_raise(element) or any(generator.ifs for generator in generators):
            return self._probed("comprehension-body", element)
        visited: ast.expr = self.visit(element)
        return visited

    def _probed(self, kind: str, node: ast.expr, lines: Sequence[int] = ()) -> ast.expr:
        """`hits.__setitem__(7, 1) or node`: the store gives None, so the value is the node's own."""
        if not self.scope.in_function:
            plain: ast.expr = self.visit(node)
            return plain
        draft = self._register.arc(kind, node.lineno, self.scope.function)
        draft.lines.extend(lines)
        store = ast.Attribute(ast.Name(HITS, ast.Load()), "__setitem__", ast.Load())
        probe = ast.Call(store, [ast.Constant(draft.number), ast.Constant(1)], [])
        return _located(ast.BoolOp(ast.Or(), [_located(probe, node), self.visit(node)]), node)

    def _hooked(self, form: str, op: str, at: ast.expr, arguments: list[ast.expr], detail: object = None) -> ast.expr:
        """`hooks[3](…)`, where the list holds a plain C function while nothing is recorded."""
        number = self._register.site(form, op, at, self.scope.function, detail)
        hook = ast.Subscript(ast.Name(HOOKS, ast.Load()), ast.Constant(number), ast.Load())
        return _located(ast.Call(hook, arguments, []), at)

    def _link(self, chain: _Chain, number: int, at: ast.expr, operands: list[ast.expr]) -> ast.expr:
        op, length = chain.links[number]
        return self._hooked("compare", op, at, operands[number : number + 2], length)

    def _links(self, chain: _Chain, node: ast.Compare, operands: list[ast.expr]) -> list[ast.expr]:
        """`a < b < c` as `a < b and b < c`: right only because evaluating b twice cannot be told from once."""
        links = []
        for number in range(len(node.ops)):
            pair = [copy.copy(operand) if isinstance(operand, ast.Name) else operand for operand in operands]
            links.append(self._link(chain, number, node, pair))
        return links

    def _repeatable(self, operand: ast.expr) -> bool:
        if isinstance(operand, ast.Name):
            return operand.id in self.scope.own_names
        return isinstance(operand, ast.Constant)


class _Chain:
    """What a comparison looked like before its operands were rewritten."""

    def __init__(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        self.links = [
            (_OPERATORS[type(op)], _length_side(_OPERATORS[type(op)], operands[number], operands[number + 1]))
            for number, op in enumerate(node.ops)
        ]
        # `x is None` says nothing that the branch it decides does not say.
        self.is_identity_with_constant = (
            len(node.ops) == 1
            and isinstance(node.ops[0], ast.Is | ast.IsNot)
            and any(isinstance(operand, ast.Constant) for operand in operands)
        )


def _length_side(op: str, left: ast.expr, right: ast.expr) -> str:
    if op not in _ORDERING:
        return ""
    return "left" if _is_length(left) else "right" if _is_length(right) else ""


def _is_length(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "len"
        and len(node.args) == 1
        and not node.keywords
    )


def _is_method_call(node: ast.Call, name: str) -> bool:
    return name in _PREDICATES or (name in _METHODS and bool(node.args or node.keywords))


def _is_position(index: ast.expr) -> bool:
    """A slice or a fixed position: nothing to learn from."""
    if isinstance(index, ast.Slice):
        return True
    if isinstance(index, ast.Tuple):
        return any(isinstance(part, ast.Slice | ast.Starred) for part in index.elts)
    if isinstance(index, ast.UnaryOp):
        index = index.operand
    return isinstance(index, ast.Constant) and isinstance(index.value, int)


def _located(new: ast.expr, at: ast.expr) -> ast.expr:
    """The rest of the new nodes get their place from their parent when the whole tree is finished."""
    return ast.copy_location(new, at)
