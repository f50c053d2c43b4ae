"""Reads source text (docstring examples, defaults, literals) back into recipes and steps."""

from __future__ import annotations

import ast
import builtins
import types
from typing import Any

from ..recipes import Attribute, Call, Const, Dictionary, Function, Item, Name, Operation, Recipe, Sequence, Variable
from ..scenario import Step

__all__ = ["NotARecipe", "SourceReader"]

OPERATORS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.Is: "is",
    ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not",
}  # fmt: skip


class NotARecipe(Exception):
    """The source uses what recipes cannot say (a comprehension, a starred argument, an unknown name)."""


class SourceReader:
    """Turns expressions into recipes; names mean earlier variables, imports, `module`'s globals or builtins."""

    def __init__(self, module: types.ModuleType) -> None:
        self.module = module
        self.variables: set[str] = set()
        self.imports: dict[str, Recipe] = {}

    def expression(self, source: str) -> Recipe:
        """Raises NotARecipe (also for a syntax error)."""
        try:
            return self.convert(ast.parse(source.strip(), mode="eval").body)
        except (SyntaxError, ValueError, RecursionError) as error:
            raise NotARecipe(source) from error

    def statements(self, source: str) -> list[Step]:
        """Steps of simple assignments and expressions; imports are remembered. Raises NotARecipe."""
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError) as error:
            raise NotARecipe(source) from error
        return [step for node in tree.body for step in self._statement(node)]

    def _statement(self, node: ast.stmt) -> list[Step]:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    top = alias.name if alias.asname else alias.name.split(".")[0]
                    self.imports[alias.asname or top] = Name(top, "")
                return []
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for alias in names:
                    self.imports[alias.asname or alias.name] = Name(module, alias.name)
                return []
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                step = Step(self.convert(value), name)
                self.variables.add(name)
                return [step]
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr=attr)], value=value) if (
                name in self.variables
            ):
                return [Step(self.convert(value), name, attr)]
            case ast.Expr(value=value):
                return [Step(self.convert(value))]
        raise NotARecipe(ast.dump(node)[:80])

    def convert(self, node: ast.expr) -> Recipe:
        match node:
            case ast.Constant(value=value):
                return Const(value)
            case ast.Name(id=name):
                return self._name(name)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return Sequence(type(node).__name__.lower(), tuple(self.convert(i) for i in items))
            case ast.Dict(keys=keys, values=values) if all(k is not None for k in keys):
                return Dictionary(
                    tuple((self.convert(k), self.convert(v)) for k, v in zip(keys, values, strict=True) if k)
                )
            case ast.Attribute(value=value, attr=attr):
                return self._attribute(self.convert(value), attr)
            case ast.Subscript(value=value, slice=key) if not isinstance(key, ast.Slice):
                return Item(self.convert(value), self.convert(key))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() | complex() as number)):
                return Const(-number)
            case ast.UnaryOp(op=op, operand=operand):
                return Operation(OPERATORS[type(op)], self.convert(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return Operation(OPERATORS[type(op)], self.convert(left), self.convert(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATORS:
                return Operation(OPERATORS[type(op)], self.convert(left), self.convert(right))
            case ast.Call():
                return self._call(node)
            case ast.Lambda(args=args, body=body):
                return self._lambda(args, body)
        raise NotARecipe(ast.dump(node)[:80])

    def _call(self, node: ast.Call) -> Recipe:
        if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            raise NotARecipe("a starred argument")
        args = tuple(self.convert(a) for a in node.args)
        kwargs = tuple((str(k.arg), self.convert(k.value)) for k in node.keywords)
        return Call(self.convert(node.func), args, kwargs)

    def _lambda(self, args: ast.arguments, body: ast.expr) -> Recipe:
        names = {a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)}
        names |= {a.arg for a in (args.vararg, args.kwarg) if a}
        added = names - self.variables
        self.variables |= added
        try:
            return Function(ast.unparse(args), self.convert(body))
        finally:
            self.variables -= added

    def _name(self, name: str) -> Recipe:
        if name in self.variables:
            return Variable(name)
        if name in self.imports:
            return self.imports[name]
        found: Any = vars(self.module).get(name, self)
        if found is not self:
            return Name(found.__name__, "") if isinstance(found, types.ModuleType) else Name(self.module.__name__, name)
        if hasattr(builtins, name):
            return Name("builtins", name)
        top = self.module.__name__.split(".")[0]
        if name == top:
            return Name(top, "")
        raise NotARecipe(f"unknown name {name}")

    def _attribute(self, target: Recipe, attr: str) -> Recipe:
        if isinstance(target, Name):
            return Name(target.module, f"{target.qualname}.{attr}" if target.qualname else attr)
        return Attribute(target, attr)
