"""Weaves a copy of a module that tells, while it runs as the original, which mutants it reaches and which change a value.

Source: a mutant can only be told apart where it changes a value ("infection": Voas, PIE: A dynamic failure-based
technique, 1992); asking for that in the original's run spares whole runs (Just, Ernst, Fraser: Efficient mutation
analysis by propagating and partitioning infected execution states, ISSTA 2014).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Set
from typing import Any

from ..mutants.schemata import ACTIVE, Weaver
from ..mutants.sites import Site

__all__ = ["MOST_LOOKS", "TOLD", "Spy", "may_be_repeated", "weave_spying"]

TOLD = "__testwright_told__"
"""Global of the woven module: `Spy.told`."""
MOST_LOOKS = 400
"""In one run, as a loop may come by very often; of what is not looked into any more, the worst is thought."""
PLAIN = (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)
_FUNCTIONS = frozenset(
    {"len", "isinstance", "issubclass", "callable", "ord", "chr", "abs", "min", "max", "bool", "type", "int", "float"}
)
_METHODS = frozenset(
    {
        "startswith",
        "endswith",
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "isdigit",
        "isalpha",
        "isalnum",
        "isspace",
        "isupper",
        "islower",
        "isidentifier",
        "find",
        "rfind",
        "index",
        "count",
        "split",
        "rsplit",
        "splitlines",
        "partition",
        "rpartition",
        "replace",
        "removeprefix",
        "removesuffix",
        "join",
        "get",
    }
)
"""Of texts and mappings: whatever else has a method of that name will hardly mind to be asked twice."""
_COMPOSED = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.IfExp, ast.Subscript, ast.Call)


class Spy:
    """Stands for the number of the active mutant, and is none of them: notes which numbers it is compared with."""

    __slots__ = ("_looks", "_spaces", "_wanted", "changed", "looked_up", "reached")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, spaces: Iterable[dict[str, Any]], wanted: Set[int]) -> None:
        self._spaces = list(spaces)
        self._wanted = wanted
        self._looks = 0
        self.looked_up: set[Any] = set()
        """Numbers that stand for all mutants of their place."""
        self.reached: set[int] = set()
        self.changed: set[int] = set()
        """Of the wanted ones among those."""

    def __eq__(self, number: object) -> bool:
        self.looked_up.add(number)
        return False

    def __ne__(self, number: object) -> bool:
        self.looked_up.add(number)
        return True

    def __ge__(self, first: int) -> bool:
        """`first <= ACTIVE <= last` at a place with many mutants."""
        self.looked_up.add(first)
        return False

    def told(self, numbers: tuple[int, ...], value: Any, again: Callable[[], Any]) -> Any:
        """The value, unchanged; `again` gives what the expression would be with whichever mutant is active."""
        self.reached.update(numbers)
        for number in numbers:
            if number in self._wanted and number not in self.changed:
                self._looks += 1
                if self._looks > MOST_LOOKS or self._changes(number, value, again):
                    self.changed.add(number)
        return value

    def _changes(self, number: int, value: Any, again: Callable[[], Any]) -> bool:
        self._use(number)
        try:
            other = again()
            return other is not value and _differs(other, value)
        except Exception:  # noqa: BLE001  the mutant's own: it would have ended the call
            return True
        finally:
            self._use(self)

    def _use(self, number: Any) -> None:
        for space in self._spaces:
            space[ACTIVE] = number


def _differs(one: Any, other: Any) -> bool:
    """What is not of a plain type may be anything."""
    return type(one) is not type(other) or not isinstance(one, PLAIN) or bool(one != other)


def weave_spying(tree: ast.Module, sites: Iterable[Site]) -> ast.Module:
    """As `schemata.weave`; expressions that may be evaluated again ask `TOLD` what their mutants would have made of them."""
    woven = _Telling(sites, recording=False).rebuilt(tree)
    assert isinstance(woven, ast.Module)
    return ast.fix_missing_locations(woven)


class _Telling(Weaver):
    def __init__(self, sites: Iterable[Site], recording: bool) -> None:
        super().__init__(sites, recording)
        self._in_function = self._in_place = False
        """Names of a class's own body cannot be seen from the lambda."""

    def rebuilt(self, node: Any) -> Any:
        before = self._in_function
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            self._in_function = True
        elif isinstance(node, ast.ClassDef) and before:
            return super().rebuilt(node) if self._in_place else self._plainly(node)
        try:
            if self._in_function and not self._in_place and isinstance(node, _COMPOSED) and may_be_repeated(node):
                return self._telling(node)
            return super().rebuilt(node)
        finally:
            self._in_function = before

    def _plainly(self, node: ast.AST) -> Any:
        self._in_place = True
        try:
            return super().rebuilt(node)
        finally:
            self._in_place = False

    def _telling(self, node: ast.expr) -> Any:
        numbers = list(self._numbers_in(node))
        if not numbers:
            return node
        switched = ast.Lambda(
            ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]), self._plainly(node)
        )
        told = ast.Tuple([ast.Constant(number) for number in numbers], ast.Load())
        return ast.copy_location(ast.Call(ast.Name(TOLD, ast.Load()), [told, node, switched], []), node)

    def _numbers_in(self, node: ast.AST) -> Iterator[int]:
        for part in ast.walk(node):
            for site in self.sites.get(id(part), ()):
                yield from (mutant.number for mutant in site.mutants)


def may_be_repeated(node: ast.AST) -> bool:
    """Evaluating it again has no effect, as far as its looks can tell."""
    match node:
        case ast.BinOp(op=ast.Pow() | ast.LShift()):  # with a mutant in it, a number beyond all bounds may come out
            return False
        case ast.Constant() | ast.operator() | ast.unaryop() | ast.boolop() | ast.cmpop() | ast.Load():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _FUNCTIONS and _parts_may(node)
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _METHODS and _parts_may(node)
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp() | ast.BinOp() | ast.IfExp() | ast.Slice() | ast.keyword():
            return _parts_may(node)
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Tuple() | ast.List():
            return isinstance(node.ctx, ast.Load) and _parts_may(node)
    return False


def _parts_may(node: ast.AST) -> bool:
    return all(map(may_be_repeated, ast.iter_child_nodes(node)))
