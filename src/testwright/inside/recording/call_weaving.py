"""Weaves hooks around calls in project code that may read the clock, chance and the like, for Python 3.11.

`random.choice(names)` becomes `told(7, calling(7, random.choice)(names))`: what is called, and when, stays as it is, and no
function of ours is on the stack meanwhile.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from .opened_files import mode_in
from .outside_sources import NOT_GIVEN, OutsideSources, Source

__all__ = ["CALL_MARKS", "CallHooks", "CallWeaver"]

CALL_MARKS = tuple(f"\0testwright {word}" for word in ("calling", "given", "told"))
_CALLING, _GIVEN, _TOLD = CALL_MARKS
_MODULES = frozenset(
    ("time", "datetime", "random", "secrets", "uuid", "os", "io", "builtins", "codecs", "django.utils.timezone")
)
_METHODS = frozenset(
    (
        *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"),
        *("now", "utcnow", "today", "localdate", "uuid1", "uuid4", "uuid6", "uuid7", "getenv"),
        *("random", "uniform", "triangular", "randint", "choice", "randrange", "sample", "shuffle", "choices"),
        *("normalvariate", "lognormvariate", "expovariate", "vonmisesvariate", "gammavariate", "gauss", "betavariate"),
        *("paretovariate", "weibullvariate", "getrandbits", "randbytes", "binomialvariate"),
        *("randbelow", "randbits", "token_bytes", "token_hex", "token_urlsafe"),
        *("open", "read_text", "read_bytes", "write_text", "write_bytes"),
    )
)
_FIRST_MATTERS = frozenset(("open", "getenv", "get", "shuffle", "__getitem__", "localtime", "localdate", "gmtime"))
_MOST_UNDER_WAY = 10_000


class CallHooks:
    """What the woven calls call. Whether it is one to be noted is decided by the function itself, not by its name."""

    def __init__(
        self, sources: OutsideSources, sites: dict[int, ast.Call], give_up: Callable[[Exception], None]
    ) -> None:
        self._sources, self._sites, self._give_up = sources, sites, give_up
        self._under_way: dict[tuple[int, int], list[Any]] = {}
        """By the frame and the number of the place: what is called, and its first argument."""
        self._enough: set[int] = set()
        """Places of which the trace takes no more."""
        sources.session.on_begin.append(lambda _: self._enough.clear())

    def named(self) -> dict[str, Any]:
        """By their marks."""
        return dict(zip(CALL_MARKS, (self.calling, self.given, self.told), strict=True))

    def calling(self, place: int, function: Any) -> Any:
        if place in self._enough:
            return function
        try:
            frame = sys._getframe(1)
            if self._under_way:
                self._under_way.pop((id(frame), place), None)  # of a call that has raised
            source = self._sources.find(function)
            if source is None:
                return function
            if self._sources.wants(source):
                self._begin(place, source, function, frame)
            elif self._sources.session.scope is not None:
                self._enough.add(place)
        except Exception as error:  # noqa: BLE001 - the program is not to see it
            self._give_up(error)
        return function

    def _begin(self, place: int, source: Source, function: Any, frame: FrameType) -> None:
        if len(self._under_way) > _MOST_UNDER_WAY:
            self._under_way.clear()
        self._under_way[id(frame), place] = [source, NOT_GIVEN]
        if source.mode is not None and source.function != "open":
            self._open(place, source, getattr(function, "__self__", None), frame)

    def given(self, place: int, first: Any) -> Any:
        """The first argument, before the others are looked at."""
        if not self._under_way:
            return first
        try:
            frame = sys._getframe(1)
            found = self._under_way.get((id(frame), place))
            if found is not None:
                found[1] = first
                if found[0].function == "open":
                    self._open(place, found[0], first, frame)
        except Exception as error:  # noqa: BLE001 - as above
            self._give_up(error)
        return first

    def told(self, place: int, value: Any) -> Any:
        if not self._under_way:
            return value
        try:
            frame = sys._getframe(1)
            found = self._under_way.pop((id(frame), place), None)
            if found is not None and found[0].mode is None:
                self._tell(place, found[0], frame, found[1], value)
        except Exception as error:  # noqa: BLE001 - as above
            self._give_up(error)
        return value

    def _tell(self, place: int, source: Source, frame: FrameType, first: Any, value: Any) -> None:
        if not source.is_meant(first):
            return
        if source.stands_for and source.reads is not None:
            value = source.reads(None)
        name = first if source.named else NOT_GIVEN
        if not self._sources.note(source, frame, first if source.result else value, name):
            self._enough.add(place)

    def _open(self, place: int, source: Source, path: Any, frame: FrameType) -> None:
        if source.mode is not None:
            self._sources.note_file(source, frame, path, mode_in(self._sites.get(place), source.mode, frame))


class CallWeaver(ast.NodeTransformer):
    """One module. `sites` gets the calls as they were, by the numbers of their places."""

    def __init__(self, tree: ast.Module, sites: dict[int, ast.Call]) -> None:
        self._sites = sites
        self._names = {"open", "environ", *_imported(tree)}

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not self._may_be_one(node.func):
            return node
        return self._around(node, node.func, node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """`os.environ["HOME"]` is a call too."""
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or not _is_environ(node.value):
            return node
        function = ast.copy_location(ast.Attribute(node.value, "__getitem__", ast.Load()), node)
        call = ast.copy_location(ast.Call(function, [node.slice], []), node)
        return self._around(call, function, node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return node  # annotations may be kept as texts

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        returns, node.returns = node.returns, None
        self.generic_visit(node)
        node.returns = returns
        return node

    def _may_be_one(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name):
            return function.id in self._names
        if not isinstance(function, ast.Attribute):
            return False
        return function.attr in _METHODS or (function.attr == "get" and _is_environ(function.value))

    def _around(self, call: ast.Call, function: ast.expr, place: ast.expr) -> ast.expr:
        number = len(self._sites) + 1
        self._sites[number] = ast.Call(function, list(call.args), list(call.keywords))
        call.func = _through(_CALLING, number, function)
        name = function.attr if isinstance(function, ast.Attribute) else ""
        if call.args and not isinstance(call.args[0], ast.Starred) and (name in _FIRST_MATTERS or not name):
            call.args[0] = _through(_GIVEN, number, call.args[0])
        return _through(_TOLD, number, call, place)


def _through(mark: str, number: int, value: ast.expr, place: ast.expr | None = None) -> ast.expr:
    """Of the place of the value, so that what goes wrong in it is told of there."""
    place = value if place is None else place
    made = ast.copy_location(ast.Call(ast.Constant(mark), [ast.Constant(number), value], []), place)
    for each in (made.func, made.args[0]):
        ast.copy_location(each, place)
    return made


def _imported(tree: ast.Module) -> set[str]:
    """Names that modules of interest are asked for: `from random import choice as pick`."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module in _MODULES)
    return {alias.asname or alias.name for node in found for alias in node.names}


def _is_environ(value: ast.expr) -> bool:
    return (isinstance(value, ast.Attribute) and value.attr == "environ") or (
        isinstance(value, ast.Name) and value.id == "environ"
    )
