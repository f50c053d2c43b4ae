"""Watches the project's calls on Python 3.11, by what is woven into its functions when their modules are imported."""

from __future__ import annotations

import ast
import gc
import sys
import warnings
import weakref
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from .call_weaving import CallHooks, CallWeaver
from .calls import Calls, Function
from .class_reading import function_at
from .line_table import NOWHERE, without_lines
from .outside_sources import OutsideSources
from .project_code import ProjectCode
from .session import Scope

__all__ = ["MARKS", "Weaving", "woven"]

MARKS = tuple(f"\0testwright {word}" for word in ("begin", "returned", "raised", "yielded"))
"""Constants that are replaced by functions of ours once the code is compiled: it must not need any name."""
_BEGIN, _RETURNED, _RAISED, _YIELDED = MARKS


class Weaving:
    """Functions keep their identity, names and line numbers; one whose calls show nothing new gets its own code back."""

    def __init__(self, calls: Calls, sources: OutsideSources | None = None) -> None:
        self._calls, self._live = calls, calls.session.live
        self._sites: dict[int, ast.Call] = {}
        self._call_hooks = None if sources is None else CallHooks(sources, self._sites, self._give_up)
        self._watches: dict[int, Function] = {}
        """By the identity of their woven code."""
        self._plain: dict[tuple[str, str, int], CodeType] = {}
        self._woven: dict[int, CodeType] = {}
        """By identity: two that are equal may be of two recordings."""
        self._off: list[tuple[weakref.ref[FunctionType], CodeType]] = []
        self._finder = _Finder(self)
        self.problem = ""
        """Why the watching has ended early."""
        calls.session.on_begin.append(self._look_again)

    def start(self) -> str:
        """Functions that are there already get woven code too; "" or which of them cannot."""
        sys.meta_path.insert(0, self._finder)
        late = _Late(self)
        for each in gc.get_objects():
            if type(each) is FunctionType and self.is_ours(each.__code__.co_filename):
                late.weave(each)
        return late.problem

    def stop(self) -> None:
        """All functions have their own code again."""
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        for each in gc.get_objects():
            if type(each) is FunctionType and self.is_ours(each.__code__.co_filename):
                if id(each.__code__) in self._woven:
                    each.__code__ = self._plain[_place(each.__code__)]

    @property
    def project(self) -> ProjectCode:
        return self._calls.project

    def is_ours(self, path: str) -> bool:
        return bool(self.project.place_of(path))

    def plain_at(self, place: tuple[str, str, int]) -> CodeType | None:
        """The code that the function at that place has without us."""
        return self._plain.get(place)

    def compiled(self, source: bytes, path: str) -> CodeType:
        """Raises what `compile` does."""
        plain = compile(source, path, "exec", dont_inherit=True)
        for code in _codes_in(plain):
            self._plain[_place(code)] = code
        hooks = {_BEGIN: self._begin, _RETURNED: self._returned, _RAISED: self._raised, _YIELDED: self._yielded}
        if self._call_hooks is None:
            code = woven(source, path, hooks)
        else:
            code = woven(source, path, hooks | self._call_hooks.named(), self._sites)
        self._woven.update((id(each), each) for each in _codes_in(code))
        return code

    def _begin(self) -> None:
        try:
            self._began(sys._getframe(1))
        except Exception as error:  # noqa: BLE001 - the program is not to see it
            self._give_up(error)

    def _began(self, frame: FrameType) -> None:
        code = frame.f_code
        function = self._watches.get(id(code))
        if function is None:
            found = self._calls.function(code)
            if found is None:
                return
            function = self._watches[id(code)] = found
        if function.active and not self._calls.begin(function, frame):
            function.active = False
            self._switch_off(code, frame.f_globals)

    def _returned(self, value: Any = None) -> Any:
        if self._calls.session.live:
            try:
                self._calls.returned(sys._getframe(1), value)
            except Exception as error:  # noqa: BLE001 - as above
                self._give_up(error)
        return value

    def _raised(self) -> None:
        error = sys.exc_info()[1]
        if self._calls.session.live and error is not None:
            try:
                self._calls.raised(sys._getframe(1), error)
            except Exception as problem:  # noqa: BLE001 - as above
                self._give_up(problem)

    def _yielded(self, value: Any = None) -> Any:
        if self._live:
            try:
                found = self._live.get(id(sys._getframe(1)))
                if found is not None and "more" not in found.data:
                    self._calls.yielded(sys._getframe(1), value)
            except Exception as error:  # noqa: BLE001 - as above
                self._give_up(error)
        return value

    def _give_up(self, error: Exception) -> None:
        """A recursion that is too deep, or no memory, is the program's; anything else is our bug, and ends the watching."""
        if isinstance(error, (RecursionError, MemoryError)) or sys is None:  # the interpreter takes itself apart
            return
        self.problem = self.problem or f"{type(error).__name__}: {error}"
        for function in self._watches.values():
            function.active = False
        self.stop()

    def _switch_off(self, code: CodeType, names: Mapping[str, Any]) -> None:
        """Activations that are under way go on as they are."""
        plain = self._plain.get(_place(code))
        if plain is None:
            return
        found = function_at(names, code)
        for function in gc.get_referrers(code) if found is None else [found]:  # that goes through all objects there are
            if type(function) is FunctionType and function.__code__ is code:
                function.__code__ = plain
                self._off.append((weakref.ref(function), code))

    def _look_again(self, scope: Scope) -> None:
        """In a new trace, all of a function's calls are new."""
        off, self._off = self._off, []
        for reference, code in off:
            function = reference()
            if function is not None and _place(function.__code__) == _place(code):
                function.__code__ = code
        for watched in self._watches.values():
            watched.active = not self.problem


class _Late:
    """Weaves functions whose modules were imported before, as far as their files are still what they were made of."""

    def __init__(self, weaving: Weaving) -> None:
        self._weaving = weaving
        self._woven: dict[str, dict[tuple[str, str, int], CodeType]] = {}
        self.problem = ""

    def weave(self, function: FunctionType) -> None:
        path = function.__code__.co_filename
        if path not in self._woven:
            self._woven[path] = self._compiled(path)
        place = _place(function.__code__)
        woven_code = self._woven[path].get(place)
        if woven_code is not None and self._weaving.plain_at(place) == function.__code__:
            function.__code__ = woven_code
        elif self._weaving.project.has_function(function.__code__):
            self.problem = self.problem or f"calls of {place[1]} are not seen: {path} is not what it was imported from"

    def _compiled(self, path: str) -> dict[tuple[str, str, int], CodeType]:
        try:
            with open(path, "rb") as file:
                code = self._weaving.compiled(file.read(), path)
        except (OSError, SyntaxError, ValueError):
            return {}
        return {_place(each): each for each in _codes_in(code)}


class _Finder(MetaPathFinder):
    def __init__(self, weaving: Weaving) -> None:
        self._weaving = weaving

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        others = (
            finder.find_spec for finder in list(sys.meta_path) if finder is not self and hasattr(finder, "find_spec")
        )
        spec = next((found for find in others if (found := find(fullname, path, target)) is not None), None)
        if spec is not None and type(spec.loader) is SourceFileLoader and spec.origin:
            if self._weaving.is_ours(spec.origin):
                spec.loader = _Loader(fullname, spec.origin, self._weaving)
        return spec


class _Loader(SourceFileLoader):
    """Nothing is cached: what is kept beside the source is the interpreter's own."""

    def __init__(self, fullname: str, path: str, weaving: Weaving) -> None:
        super().__init__(fullname, path)
        self._weaving = weaving

    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        return self._weaving.compiled(self.get_data(path), path)


def woven(source: bytes, path: str, hooks: dict[str, Any], sites: dict[int, ast.Call] | None = None) -> CodeType:
    """The module's code, whose functions call the hooks; with `sites`, also around calls of interest, which those get.
    Raises what `compile` does.
    """
    tree = ast.parse(source, path)
    tree = _Weaver().visit(tree if sites is None else CallWeaver(tree, sites).visit(tree))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # of what the source has, the plain code has warned already
        code = compile(tree, path, "exec", dont_inherit=True)
    return without_lines(_hooked(code, hooks))


def _hooked(code: CodeType, hooks: dict[str, Any]) -> CodeType:
    constants = tuple(
        _hooked(each, hooks) if isinstance(each, CodeType) else hooks.get(each, each) if type(each) is str else each
        for each in code.co_consts
    )
    return code.replace(co_consts=constants)


def _codes_in(code: CodeType) -> list[CodeType]:
    found = [code]
    for each in found:
        found.extend(inner for inner in each.co_consts if isinstance(inner, CodeType))
    return found


def _place(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


class _Weaver(ast.NodeTransformer):
    """`def f(…): body` becomes: begin; try: body, with its returns told; except: told, and raised on."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        is_asynchronous = isinstance(node, ast.AsyncFunctionDef)
        returns = _Returns(is_generator_of_async=is_asynchronous and _yields(node))
        body = [returns.visit(statement) for statement in node.body]
        documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        before, rest = (body[:1], body[1:]) if documented else ([], body)
        handler = ast.ExceptHandler(type=None, name=None, body=[_told(_RAISED), ast.Raise()])
        guarded = ast.Try(body=[*rest, _told(_RETURNED)], handlers=[handler], orelse=[], finalbody=[])
        begin = _told(_BEGIN)
        for made in (begin, handler, guarded.body[-1]):
            _put_nowhere(made)
        guarded.lineno = guarded.end_lineno = NOWHERE
        guarded.col_offset = guarded.end_col_offset = 0
        node.body = [*before, begin, guarded]
        return node


class _Returns(ast.NodeTransformer):
    """`return value` becomes `return <told>(value)`, `yield value` likewise; functions inside have had theirs."""

    def __init__(self, *, is_generator_of_async: bool) -> None:
        self._is_plain = not is_generator_of_async

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if self._is_plain:
            value = node.value if node.value is not None else ast.copy_location(ast.Constant(None), node)
            node.value = _through(_RETURNED, value)
        return node

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        self.generic_visit(node)
        if self._is_plain and node.value is not None:
            node.value = _through(_YIELDED, node.value)
        return node


def _through(mark: str, value: ast.expr) -> ast.expr:
    """Of the line of the value, so that what goes wrong in it is told of there."""
    function = ast.copy_location(ast.Constant(mark), value)
    return ast.copy_location(ast.Call(func=function, args=[value], keywords=[]), value)


def _told(mark: str) -> ast.stmt:
    return ast.Expr(ast.Call(func=ast.Constant(mark), args=[], keywords=[]))


def _put_nowhere(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt | ast.excepthandler):
            node.lineno = node.end_lineno = NOWHERE
            node.col_offset = node.end_col_offset = 0


def _yields(node: ast.AST) -> bool:
    """Whether it is a generator; what is in functions inside does not make it one."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Yield):
            return True
        inner = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef)
        if not inner and _yields(child):
            return True
    return False
