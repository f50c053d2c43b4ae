"""Reads expressions: notes on the values in them how they are used, and gives what the expression may stand for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from testwright.inside.recipes import Const

from .definitions import Definitions, FunctionSite
from .literals import Constants, literals_in, value_nodes
from .source_text import dotted, source_of
from .used_value import NOTHING, Closure, Names, Value, join

__all__ = ["ExpressionReading", "Surroundings"]

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.MatMult: "@",
}
_UNARY: dict[type[ast.unaryop], str] = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "~"}
_ORDER: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around the function that is read."""

    definitions: Definitions
    constants: Constants
    summary: Callable[[FunctionSite, int], Any]  # of a callee, at a depth; a parameter_uses.Summary
    site: FunctionSite | None = None
    depth: int = 0  # how many calls deep callees are still followed


class ExpressionReading:
    """Reads one function's expressions over the names bound so far."""

    def __init__(self, around: Surroundings, names: Names) -> None:
        self.around = around
        self.names = names
        self.returned: list[Value] = []
        self.closures_open = 0

    def value(self, node: ast.expr | None) -> Value:
        """What the expression may stand for; NOTHING when that is not known."""
        if node is None:
            return NOTHING
        read: Callable[[Any], Value] | None = getattr(self, f"read_{type(node).__name__}", None)
        if read is not None:
            return read(node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
        return NOTHING

    def values(self, nodes: Iterable[ast.expr]) -> list[Value]:
        return [self.value(node) for node in nodes]

    def bind(self, target: ast.expr, value: Value) -> None:
        """Binds an assignment's target; implemented where statements are read."""
        raise NotImplementedError

    def read_body(self, closure: Closure, arguments: dict[str, Value]) -> Value:
        """Reads a nested function's body with these arguments; implemented where statements are read."""
        raise NotImplementedError

    # -- names and parts ----------------------------------------------------------------------------------------------

    def read_Constant(self, node: ast.Constant) -> Value:
        return NOTHING

    def read_Name(self, node: ast.Name) -> Value:
        return self.names.get(node.id, NOTHING)

    def read_Attribute(self, node: ast.Attribute) -> Value:
        base = self.value(node.value)
        taken = Value(tuple(n.attribute(node.attr) for n in base.nodes)) if base.nodes else NOTHING
        path = dotted(node)
        return join([taken, self.names[path]]) if path and path in self.names else taken

    def read_Subscript(self, node: ast.Subscript) -> Value:
        base = self.value(node.value)
        key = self.value(node.slice)
        if isinstance(node.slice, ast.Slice):
            base.note("indexed")
            return Value(base.nodes, None, join(base.parts) if base.parts else base.each)
        self.passed(key, f"{dotted(node.value) or '?'}.__getitem__", 0)
        return self.item_of(base, _literal(node.slice))

    def item_of(self, base: Value, key: Const | None) -> Value:
        """`base[key]`, or an item at an unknown key."""
        if key is None:
            base.note("indexed")
            return join([*(Value((n.each(),)) for n in base.nodes), *(base.parts or ()), base.each or NOTHING])
        if base.parts is not None and isinstance(key.value, int) and -len(base.parts) <= key.value < len(base.parts):
            return base.parts[key.value]
        return join([base.each or NOTHING, *(Value((n.item(key.value),)) for n in base.nodes)])

    def read_Slice(self, node: ast.Slice) -> Value:
        for place, bound in enumerate((node.lower, node.upper, node.step)):
            self.passed(self.value(bound), "slice", place)
        return NOTHING

    def read_Starred(self, node: ast.Starred) -> Value:
        return Value(each=self.value(node.value).elements())

    # -- displays -----------------------------------------------------------------------------------------------------

    def read_Tuple(self, node: ast.Tuple | ast.List) -> Value:
        values = self.values(node.elts)
        if any(isinstance(element, ast.Starred) for element in node.elts):
            return Value(each=join(v.each or v for v in values))
        return Value(parts=tuple(values)) if len(values) <= 16 else Value(each=join(values))

    read_List = read_Tuple

    def read_Set(self, node: ast.Set) -> Value:
        return Value(each=join(self.values(node.elts)))

    def read_JoinedStr(self, node: ast.JoinedStr) -> Value:
        for piece in node.values:
            if isinstance(piece, ast.FormattedValue):
                converter = {114: "repr", 97: "ascii"}.get(piece.conversion, "str")
                self.passed(self.value(piece.value), "format" if piece.format_spec else converter, 0)
                self.value(piece.format_spec)
        return NOTHING

    def read_Lambda(self, node: ast.Lambda) -> Value:
        self.values([d for d in (*node.args.defaults, *node.args.kw_defaults) if d is not None])
        closure = Closure(node, self.names)
        self.read_body(closure, {})
        return Value(closure=closure)

    def read_comprehension_of(self, generators: list[ast.comprehension], *results: ast.expr) -> list[Value]:
        outer, self.names = self.names, dict(self.names)
        for generator in generators:
            source = self.value(generator.iter)
            if generator.is_async:
                source.note("awaited")
            self.bind(generator.target, source.elements())
            for test in generator.ifs:
                self.tested(test)
        found = self.values(results)
        self.names = outer
        return found

    def read_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
        return Value(each=self.read_comprehension_of(node.generators, node.elt)[0])

    read_SetComp = read_ListComp
    read_GeneratorExp = read_ListComp

    def read_DictComp(self, node: ast.DictComp) -> Value:
        return Value(each=self.read_comprehension_of(node.generators, node.key, node.value)[0])

    # -- operators ----------------------------------------------------------------------------------------------------

    def read_BinOp(self, node: ast.BinOp) -> Value:
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant | ast.JoinedStr) and _is_text(node.left):
            right = self.value(node.right)
            for part in right.parts or (right,):
                self.passed(part, "str.__mod__", 0)
            return NOTHING
        left, right = self.value(node.left), self.value(node.right)
        self.operated(_OPERATORS[type(node.op)], left, node.right)
        self.operated(_OPERATORS[type(node.op)], right, node.left)
        return NOTHING

    def operated(self, symbol: str, value: Value, other: ast.expr) -> None:
        """Notes that an operator is applied to a value, and the constant on its other side."""
        constant = _literal(other)
        text = Const("") if constant is None and isinstance(other, ast.JoinedStr) else constant
        for node in value.nodes:
            node.operators[symbol] = None
            if text is not None:
                node.operands.append(text)

    def read_UnaryOp(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            self.tested(node.operand)
            return NOTHING
        for used in self.value(node.operand).nodes:
            used.operators[_UNARY[type(node.op)]] = None
        return NOTHING

    def tested(self, node: ast.expr) -> Value:
        """Reads an expression whose truth decides something."""
        value = self.value(node)
        value.note("truth_tested")
        for used in value.length_of:
            used.lengths[0] = None
        return value

    def read_BoolOp(self, node: ast.BoolOp) -> Value:
        *first, last = node.values
        tested = [self.tested(part) for part in first]
        return join([*tested, self.value(last)])

    def read_IfExp(self, node: ast.IfExp) -> Value:
        self.tested(node.test)
        return join([self.value(node.body), self.value(node.orelse)])

    def read_NamedExpr(self, node: ast.NamedExpr) -> Value:
        value = self.value(node.value)
        self.bind(node.target, value)
        return value

    def read_Await(self, node: ast.Await) -> Value:
        value = self.value(node.value)
        value.note("awaited")
        return value

    def read_Yield(self, node: ast.Yield) -> Value:
        value = self.value(node.value)
        self.returned.append(Value(each=value))
        return NOTHING

    def read_YieldFrom(self, node: ast.YieldFrom) -> Value:
        self.returned.append(Value(each=self.value(node.value).elements()))
        return NOTHING

    # -- comparisons --------------------------------------------------------------------------------------------------

    def read_Compare(self, node: ast.Compare) -> Value:
        sides = [node.left, *node.comparators]
        values = self.values(sides)
        for place, operator in enumerate(node.ops):
            left, right = values[place], values[place + 1]
            if isinstance(operator, ast.In | ast.NotIn):
                self._membership(left, sides[place], right, sides[place + 1])
                continue
            symbol = _ORDER.get(type(operator), "")
            self.compared(left, symbol, sides[place + 1])
            self.compared(right, symbol, sides[place])
            self._type_compared(sides[place], sides[place + 1])
        return NOTHING

    def compared(self, value: Value, symbol: str, other: ast.expr) -> None:
        """Notes what a value is compared with: constants, and names that stand for some."""
        constants = self.constants_of(other)
        for used in value.nodes:
            if symbol:
                used.operators[symbol] = None
            used.compared.extend(constants)
            if not constants and dotted(other):
                used.compared_names[dotted(other)] = None
        for used in value.length_of:
            used.lengths.update((c.value, None) for c in constants if type(c.value) is int)

    def constants_of(self, node: ast.expr) -> list[Const]:
        """The constants that an operand may be: a literal, a display of them, or a module constant made of them."""
        known = _literal(node)
        if known is not None:
            return [known]
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return [const for element in node.elts for const in self.constants_of(element)]
        if isinstance(node, ast.Dict):
            return [const for key in node.keys if key is not None for const in self.constants_of(key)]
        if isinstance(node, ast.Name | ast.Attribute) and dotted(node) not in self.names:
            return list(literals_in(value_nodes([node]), self.around.constants))
        return []

    def _membership(self, left: Value, left_node: ast.expr, right: Value, right_node: ast.expr) -> None:
        if not isinstance(right_node, ast.Constant):
            self.compared(left, "", right_node)
        elif isinstance(right_node.value, str):  # one of these characters, or a substring
            for used in left.nodes:
                used.compared.extend(Const(character) for character in right_node.value[:20])
        for used in right.nodes:
            used.operators["contains"] = None
            self.compared(Value((used.each(),)), "", left_node)
        if right.each or right.parts:
            self.compared(join([right.each or NOTHING, *(right.parts or ())]), "==", left_node)

    def _type_compared(self, left: ast.expr, right: ast.expr) -> None:
        for asked, answer in ((left, right), (right, left)):
            if isinstance(asked, ast.Call) and dotted(asked.func) == "type" and len(asked.args) == 1:
                self.classed(self.value(asked.args[0]), answer)

    def classed(self, value: Value, classes: ast.expr) -> None:
        """Notes the classes that a value is checked against."""
        for node in value.nodes:
            for name in _class_sources(classes, self.around.constants):
                node.isinstance[name] = None

    def passed(self, value: Value, callee: str, place: int | str) -> None:
        """Notes that a value is handed on."""
        for node in value.nodes:
            node.passed_to[callee, place] = None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _literal(node: ast.expr) -> Const | None:
    if isinstance(node, ast.Constant):
        return Const(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value: Any = node.operand.value
        return Const(-value) if isinstance(value, int | float) else None
    return None


def _class_sources(node: ast.expr, constants: Constants) -> list[str]:
    if isinstance(node, ast.Tuple | ast.List):
        return [name for element in node.elts for name in _class_sources(element, constants)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_class_sources(node.left, constants), *_class_sources(node.right, constants)]
    if isinstance(node, ast.Name) and isinstance(constants.get(node.id), ast.Tuple | ast.BinOp):
        return _class_sources(constants[node.id], {})
    return [source_of(node)] if dotted(node) else []
