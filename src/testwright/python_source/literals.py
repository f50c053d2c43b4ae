"""Collects the constants that code mentions, and the regular expressions that it matches with.

A function's literals are those in its body and defaults, then those of the module's and its class's constants that it
names: `if size > LIMIT` means the value of LIMIT. Docstrings and annotations say nothing about values and are left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from testwright.inside.recipes import Const

from .source_text import dotted

__all__ = ["Constants", "constants_of", "distinct", "literals_in", "regexes_in", "value_nodes"]

MOST_LITERALS = 400
MOST_FROM_A_NAME = 40
LONGEST_TEXT = 4000
DEEPEST_NAMES = 4

_REGEX_FUNCTIONS = {"compile", "match", "fullmatch", "search", "split", "sub", "subn", "findall", "finditer"}
_REGEX_MODULES = {"re", "regex", "re2", "_re"}
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.LShift, ast.FloorDiv)

Constants = Mapping[str, ast.expr]


def constants_of(body: list[ast.stmt]) -> dict[str, ast.expr]:
    """Names that a module or class body binds once by plain assignment, with what they are bound to."""
    found: dict[str, ast.expr] = {}
    twice: set[str] = set()
    for statement in _flat(body):
        for name, value in _assigned(statement):
            if name in found:
                twice.add(name)
            found[name] = value
    return {name: value for name, value in found.items() if name not in twice}


def _flat(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        for inner in (getattr(statement, "body", []), getattr(statement, "orelse", [])):
            if isinstance(statement, ast.If | ast.Try | ast.With):
                yield from _flat(inner)


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case _:
            pass


def distinct(found: Iterable[Const], most: int = MOST_LITERALS) -> tuple[Const, ...]:
    """Each once, first come first; 1, 1.0 and True differ."""
    kept: dict[tuple[type, str], Const] = {}
    for const in found:
        if len(kept) >= most:
            break
        kept.setdefault((type(const.value), _key(const.value)), const)
    return tuple(kept.values())


def _key(value: Any) -> str:
    return hex(value) if isinstance(value, int) else repr(value)


def literals_in(
    nodes: Iterable[ast.AST], constants: Constants, *, follow: bool = True, most: int = MOST_LITERALS
) -> tuple[Const, ...]:
    """The literals among nodes as `value_nodes` gives them; with `follow` also those behind the names used."""
    own: list[Const] = []
    named: list[str] = []
    for node in nodes:
        own.extend(_constant(node))
        name = _own_name(node)
        if follow and name in constants and name not in named:
            named.append(name)
    for name in named:
        own.extend(literals_in(value_nodes([constants[name]]), {}, follow=False)[:MOST_FROM_A_NAME])
    return distinct(own, most)


def _own_name(node: ast.AST) -> str:
    """The constant that a node may name: `LIMIT`, `self.LIMIT`, `cls.LIMIT`, `Class.LIMIT`."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id in ("self", "cls") else f"{node.value.id}.{node.attr}"
    return ""


def value_nodes(roots: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node below `roots` that can stand for a value, in source order; nested definitions included."""
    waiting = list(roots)[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring, or a comment by string
            continue
        yield node
        if not _negative(node):
            waiting.extend(reversed([child for child in ast.iter_child_nodes(node) if not _is_annotation(node, child)]))


def _is_annotation(parent: ast.AST, child: ast.AST) -> bool:
    return child is getattr(parent, "annotation", None) or child is getattr(parent, "returns", None)


def _negative(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
        and isinstance(node.operand.value, int | float | complex)
    )


def _constant(node: ast.AST) -> list[Const]:
    if isinstance(node, ast.UnaryOp) and _negative(node):
        assert isinstance(node.operand, ast.Constant)
        value: Any = node.operand.value
        return [Const(-value)]
    if isinstance(node, ast.BinOp):
        folded = _folded(node)
        return [] if folded is None else [Const(folded)]
    if not isinstance(node, ast.Constant) or node.value is None or isinstance(node.value, bool):
        return []
    if isinstance(node.value, str | bytes) and len(node.value) > LONGEST_TEXT:
        return []
    return [] if node.value is ... else [Const(node.value)]


def _folded(node: ast.expr) -> int | None:
    """The value of small arithmetic on written numbers, e.g. 60 * 60 or 1 << 16."""
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int and abs(node.value) < 1 << 64 else None
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (*_ARITHMETIC, ast.Pow)):
        return None
    left, right = _folded(node.left), _folded(node.right)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Pow | ast.LShift):
        if not 0 <= right <= 64 or abs(left) > 1 << 16:
            return None
        return left**right if isinstance(node.op, ast.Pow) else left << right
    return _plain_arithmetic(node.op, left, right)


def _plain_arithmetic(operator: ast.operator, left: int, right: int) -> int | None:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.FloorDiv():
            return left // right if right else None
        case _:
            return None


# -- regular expressions ----------------------------------------------------------------------------------------------


def regexes_in(nodes: Iterable[ast.AST], constants: Constants) -> tuple[str, ...]:
    """The patterns given to `re` functions among `value_nodes`, and those of the compiled constants named there."""
    found: dict[str, None] = {}
    for node in nodes:
        pattern = pattern_of(node, constants)
        if pattern is not None:
            found.setdefault(pattern)
    return tuple(found)


def pattern_of(node: ast.AST, constants: Constants, depth: int = 0) -> str | None:
    """The pattern of a call of `re`, or of a name bound to one, where it can be read off; never a bytes pattern."""
    if isinstance(node, ast.Call):
        return text_of(node.args[0], constants) if node.args and is_regex_function(node.func, constants) else None
    named = constants.get(_own_name(node))
    if named is None or depth >= DEEPEST_NAMES or not isinstance(named, ast.Call | ast.Name | ast.Attribute):
        return None
    return pattern_of(named, constants, depth + 1)


def is_regex_function(node: ast.AST, constants: Constants) -> bool:
    """Whether `node` is `re.match`, `re.compile` and so on, or a name imported from `re` (kept as `name: re.name`)."""
    name = dotted(node)
    named = constants.get(name)
    if named is not None and dotted(named):
        name = dotted(named)
    module, _, function = name.rpartition(".")
    module = dotted(constants[module]) if module in constants else module
    return module in _REGEX_MODULES and function in _REGEX_FUNCTIONS


def text_of(node: ast.AST, constants: Constants, depth: int = 0) -> str | None:
    """The text that an expression of literals, constants, `+` and f-strings gives, or None."""
    if depth > 60:
        return None
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([left, right], constants, depth)
        case ast.JoinedStr(values=pieces):
            return _joined(pieces, constants, depth)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return text_of(value, constants, depth + 1)
        case ast.Name() | ast.Attribute() if _own_name(node) in constants:
            return text_of(constants[_own_name(node)], constants, depth + 20)
        case _:
            return None


def _joined(pieces: Iterable[ast.expr], constants: Constants, depth: int) -> str | None:
    texts = [text_of(piece, constants, depth + 1) for piece in pieces]
    return None if any(text is None for text in texts) else "".join(text for text in texts if text is not None)
