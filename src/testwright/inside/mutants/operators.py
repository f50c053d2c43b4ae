"""Holds the table of mutation operators: which small bug each plants where, with an example and its equivalents left out.

An operator looks at one node of the original source and gives what may stand there instead. Expressions are replaced by
expressions, statements by statements; three kinds (`else`, `finally`, an exception handler) take a block away.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["EVERY_OPERATOR", "OPERATORS", "Operator"]

Instead = Callable[[Any], Iterator[Any]]


@dataclass(frozen=True, slots=True)
class Operator:
    """`before` and `after` show it in one line; `instead` gives the replacements of a node of one of `kinds`."""

    slug: str
    title: str
    before: str
    after: str
    kinds: tuple[type[ast.AST], ...]
    instead: Instead
    finer: bool = False
    """Planted where it is asked for by name, and by `generate`: more of these change nothing that could be noticed."""


_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}


_RELATIONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.NotEq,
    ast.Gt: ast.NotEq,
    ast.LtE: ast.Eq,
    ast.GtE: ast.Eq,
}
"""Beside their boundary, what tells the relations apart (Kaminski, Ammann, Offutt: Improving logic-based testing, 2013)."""


def _comparison(node: ast.Compare) -> Iterator[ast.expr]:
    return _related(node, _COMPARISONS)


def _relation(node: ast.Compare) -> Iterator[ast.expr]:
    return _related(node, _RELATIONS)


def _related(node: ast.Compare, others: dict[type[ast.cmpop], type[ast.cmpop]]) -> Iterator[ast.expr]:
    for number, operator in enumerate(node.ops):
        other = others.get(type(operator))
        if other is not None:
            ops = [*node.ops[:number], other(), *node.ops[number + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)


def _arithmetic(node: ast.BinOp) -> Iterator[ast.expr]:
    other = _ARITHMETIC.get(type(node.op))
    if other is not None:
        yield ast.BinOp(node.left, other(), node.right)


def _in_place(node: ast.AugAssign) -> Iterator[ast.stmt]:
    other = _ARITHMETIC.get(type(node.op))
    if other is not None:
        yield ast.AugAssign(node.target, other(), node.value)


def _boolean(node: ast.BoolOp) -> Iterator[ast.expr]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _operand(node: ast.BoolOp) -> Iterator[ast.expr]:
    """One of them is not asked any more."""
    for number in range(len(node.values)):
        left = [*node.values[:number], *node.values[number + 1 :]]
        yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)


def _guard(node: ast.If) -> Iterator[ast.expr]:
    """It never leaves; one that raises loses its statement to another operator."""
    if isinstance(node.body[-1], (ast.Return, ast.Continue, ast.Break)):
        yield ast.Constant(False)


def _condition(node: ast.expr) -> Iterator[ast.expr]:
    """A condition's own `not` is taken away by another operator."""
    if not (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        yield ast.UnaryOp(ast.Not(), node)


def _without_sign(node: ast.UnaryOp) -> Iterator[ast.expr]:
    if not isinstance(node.op, ast.UAdd):
        yield node.operand


def _constant(node: ast.Constant) -> Iterator[ast.expr]:
    match node.value:
        case bool() as truth:
            yield ast.Constant(not truth)
        case int() | float() | complex() as number:
            yield ast.Constant(number + 1)
        case str() as text:
            yield ast.Constant(f"{text}XX")
        case bytes() as data:
            yield ast.Constant(data + b"XX")
        case None:
            yield ast.Constant(1)


_LOOKUPS: Final = frozenset(("filter", "exclude", "get", "aget", "filter_by", "where"))
_LOOKUPS_IN: Final = frozenset(("get_object_or_404", "aget_object_or_404", "get_list_or_404", "aget_list_or_404"))
"""Their first argument is what is looked in."""


def _query(node: ast.Call) -> Iterator[ast.expr]:
    """One condition less: rows that should not be there are."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in ("order_by", "distinct") and isinstance(node.func, ast.Attribute):
        yield _of_all(node.func)
    elif name in _LOOKUPS_IN or (name in _LOOKUPS and isinstance(node.func, ast.Attribute)):
        yield from _with_less(node, name)
    else:
        yield from (
            ast.Call(node.func, node.args, [each for each in node.keywords if each is not keyword])
            for keyword in node.keywords
            if keyword.arg == "filter"
        )


def _with_less(node: ast.Call, name: str) -> Iterator[ast.expr]:
    first = 1 if name in _LOOKUPS_IN else 0
    count = len(node.args) - first + len(node.keywords)
    if count == 1 and name in ("filter", "exclude") and isinstance(node.func, ast.Attribute):
        yield _of_all(node.func)
    if count == 1 and name == "where" and isinstance(node.func, ast.Attribute):
        yield node.func.value
    if count < 2:
        return
    for number in range(first, len(node.args)):
        yield ast.Call(node.func, [*node.args[:number], *node.args[number + 1 :]], node.keywords)
    for number in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, [*node.keywords[:number], *node.keywords[number + 1 :]])


def _of_all(func: ast.Attribute) -> ast.expr:
    return ast.Call(ast.Attribute(func.value, "all", ast.Load()), [], [])


def _collection(node: ast.List | ast.Tuple | ast.Set | ast.Dict) -> Iterator[ast.expr]:
    """One that has something becomes empty; an empty one gets something."""
    match node:
        case ast.List(elts=items):
            yield ast.List([] if items else [ast.Constant(None)], ast.Load())
        case ast.Tuple(elts=items) if items:
            yield ast.Tuple([], ast.Load())
        case ast.Dict(keys=keys):
            none: list[ast.expr] = [] if keys else [ast.Constant(None)]
            yield ast.Dict(list(none), list(none))


def _returned(node: ast.Return) -> Iterator[ast.expr]:
    value = node.value
    if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
        yield ast.Constant(None)


def _deleted(node: ast.stmt) -> Iterator[ast.stmt]:
    match node:
        case ast.Expr(value=ast.Call() | ast.Await(value=ast.Call())) | ast.Raise() | ast.Delete():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()


def _slice(node: ast.Subscript) -> Iterator[ast.expr]:
    """Bounds that are numbers are moved by the operator for constants already."""
    if not isinstance(node.slice, ast.Slice) or not isinstance(node.ctx, ast.Load):
        return
    lower, upper, step = node.slice.lower, node.slice.upper, node.slice.step
    if not isinstance(lower, ast.Constant) and not _is_negative(step):
        moved = ast.Constant(1) if lower is None else _moved(lower, ast.Add())
        yield ast.Subscript(node.value, ast.Slice(moved, upper, step), ast.Load())
    if upper is not None and not isinstance(upper, ast.Constant):
        yield ast.Subscript(node.value, ast.Slice(lower, _moved(upper, ast.Sub()), step), ast.Load())


def _is_negative(step: ast.expr | None) -> bool:
    return isinstance(step, ast.UnaryOp) and isinstance(step.op, ast.USub)


def _moved(bound: ast.expr, operator: ast.operator) -> ast.expr:
    return ast.BinOp(bound, operator, ast.Constant(1))


def _range(node: ast.Call) -> Iterator[ast.expr]:
    """The end moves by one; an end that is a number is moved by the operator for constants."""
    if isinstance(node.func, ast.Name) and node.func.id == "range" and not node.keywords and 1 <= len(node.args) <= 2:
        *before, end = node.args
        if not isinstance(end, (ast.Constant, ast.Starred)):
            yield ast.Call(node.func, [*before, _moved(end, ast.Sub())], [])


def _swapped(node: ast.Call) -> Iterator[ast.expr]:
    """The first two arguments by position."""
    first, second = [*node.args[:2], None, None][:2]
    if first is None or second is None or isinstance(first, ast.Starred) or isinstance(second, ast.Starred):
        return
    if ast.dump(first) != ast.dump(second):
        yield ast.Call(node.func, [second, first, *node.args[2:]], node.keywords)


def _without_call(node: ast.Call) -> Iterator[ast.expr]:
    """A call that changes its subject a little gives it as it is."""
    match node:
        case ast.Call(func=ast.Attribute(value=subject, attr=name)) if name in _REFINING_METHODS:
            yield subject
        case ast.Call(func=ast.Name(id=name), args=[subject, *_]) if name in _REFINING_FUNCTIONS:
            if not isinstance(subject, ast.Starred):
                yield subject


def _without_conversion(node: ast.Call) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[subject], keywords=[]) if name in _CONVERSIONS:
            if not isinstance(subject, ast.Starred):
                yield subject


def _one_choice(node: ast.IfExp) -> Iterator[ast.expr]:
    yield node.body
    yield node.orelse


def _without_await(node: ast.Await) -> Iterator[ast.expr]:
    yield node.value


def _leaving(node: ast.Break | ast.Continue) -> Iterator[ast.stmt]:
    yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()


def _raised(node: ast.Raise) -> Iterator[ast.stmt]:
    """Another exception of the same arguments."""
    named = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    if isinstance(named, ast.Name) and named.id[:1].isupper():
        other = ast.Name("RuntimeError" if named.id != "RuntimeError" else "ValueError", ast.Load())
        raised: ast.expr = ast.Call(other, node.exc.args, []) if isinstance(node.exc, ast.Call) else other
        yield ast.Raise(raised, node.cause)


def _caught(node: ast.ExceptHandler) -> Iterator[ast.expr]:
    """It catches nothing any more."""
    if node.type is not None and not (isinstance(node.type, ast.Tuple) and not node.type.elts):
        yield ast.Tuple([], ast.Load())


def _no_else(node: Any) -> Iterator[list[ast.stmt]]:
    """An `elif` is a condition of its own."""
    is_elif = isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)
    if node.orelse and not is_elif:
        yield []


def _no_finally(node: ast.Try | ast.TryStar) -> Iterator[list[ast.stmt]]:
    if node.finalbody:
        yield []


_REFINING_METHODS = frozenset(
    {
        "capitalize",
        "casefold",
        "center",
        "copy",
        "expandtabs",
        "ljust",
        "lower",
        "lstrip",
        "removeprefix",
        "removesuffix",
    }
    | {"replace", "rjust", "rstrip", "strip", "swapcase", "title", "upper", "zfill"}
)
_REFINING_FUNCTIONS = frozenset({"abs", "reversed", "round", "sorted"})
_CONVERSIONS = frozenset({"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar)
OPERATORS: Final[tuple[Operator, ...]] = (
    Operator("comparison", "another comparison", "a < b", "a <= b", (ast.Compare,), _comparison),
    Operator("arithmetic", "another operator", "a + b", "a - b", (ast.BinOp,), _arithmetic),
    Operator("assignment", "another operator in place", "total += x", "total -= x", (ast.AugAssign,), _in_place),
    Operator("boolean", "`and` for `or`", "a and b", "a or b", (ast.BoolOp,), _boolean),
    Operator(
        "condition", "a negated condition", "if ready:", "if not ready:", (ast.If, ast.While, ast.IfExp), _condition
    ),
    Operator("sign", "a `not`, `-` or `~` taken away", "not ready", "ready", (ast.UnaryOp,), _without_sign),
    Operator(
        "constant", "another constant", 'limit = 3; name = "a"', 'limit = 4; name = "aXX"', (ast.Constant,), _constant
    ),
    Operator("collection", "an empty collection", "[a, b]", "[]", (ast.List, ast.Tuple, ast.Dict), _collection),
    Operator("return", "nothing returned", "return total", "return None", (ast.Return,), _returned),
    Operator("deletion", "a statement taken away", "self.items.append(x)", "pass", (ast.stmt,), _deleted),
    Operator("slice", "a slice off by one", "rows[start:end]", "rows[start + 1 : end]", (ast.Subscript,), _slice),
    Operator("range", "a range off by one", "range(count)", "range(count - 1)", (ast.Call,), _range),
    Operator("arguments", "swapped arguments", "divide(a, b)", "divide(b, a)", (ast.Call,), _swapped),
    Operator("call", "a refining call taken away", "name.strip()", "name", (ast.Call,), _without_call),
    Operator("choice", "always the same choice", "a if small else b", "a", (ast.IfExp,), _one_choice),
    Operator("await", "an `await` taken away", "await job()", "job()", (ast.Await,), _without_await),
    Operator("loop", "`continue` for `break`", "break", "continue", (ast.Break, ast.Continue), _leaving),
    Operator("raise", "another exception", "raise KeyError(name)", "raise RuntimeError(name)", (ast.Raise,), _raised),
    Operator("except", "an exception not caught", "except OSError:", "except ():", (ast.ExceptHandler,), _caught),
    Operator("else", "an `else` taken away", "else: count = 0", "else: pass", _BLOCKS, _no_else),
    Operator(
        "finally", "a `finally` taken away", "finally: close()", "finally: pass", (ast.Try, ast.TryStar), _no_finally
    ),
    Operator("relation", "another relation", "a < b", "a != b", (ast.Compare,), _relation, finer=True),
    Operator("operand", "a condition not asked", "a and b", "b", (ast.BoolOp,), _operand, finer=True),
    Operator(
        "guard", "a guard that never leaves", "if a: return b", "if False: return b", (ast.If,), _guard, finer=True
    ),
    Operator(
        "conversion", "a conversion taken away", "list(rows)", "rows", (ast.Call,), _without_conversion, finer=True
    ),
    Operator(
        "query",
        "a query with a condition less",
        "rows.filter(a=1, b=2)",
        "rows.filter(a=1)",
        (ast.Call,),
        _query,
        finer=True,
    ),
)
"""In the order in which the mutants of one node are numbered."""
EVERY_OPERATOR: Final = tuple(operator.slug for operator in OPERATORS)
