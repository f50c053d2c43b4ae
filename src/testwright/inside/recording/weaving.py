"""Watches the project's calls on Python 3.11, by what is woven into the code of its functions."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from itertools import compress, repeat
from operator import attrgetter, is_
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from .call_sites import names_held, names_imported
from .call_weaving import CallHooks, calls_woven
from .calls import Calls, Function
from .class_reading import function_at
from .function_weaving import CallInsertions, is_function, woven
from .opcodes import is_available
from .outside_sources import OutsideSources
from .project_code import ProjectCode
from .session import Scope

__all__ = ["Weaving"]


class Weaving:
    """Functions keep their identity, names and line numbers; one whose calls show nothing new gets its own code back."""

    def __init__(self, calls: Calls, sources: OutsideSources | None = None) -> None:
        self._calls, self._live = calls, calls.session.live
        self._call_hooks = None if sources is None else CallHooks(sources, self._give_up)
        self._watches: dict[int, Function] = {}
        """By the identity of their woven code."""
        self._woven: dict[int, tuple[CodeType, CodeType]] = {}
        """By the identity of a code, it and what it is woven into; two codes that are equal may be of two recordings."""
        self._plain: dict[int, CodeType] = {}
        """By the identity of what it is woven into."""
        self._known: dict[int, list[weakref.ref[FunctionType]]] = {}
        """The functions that were there at the start, by the identity of their woven code."""
        self._off: list[tuple[weakref.ref[FunctionType], CodeType]] = []
        self._finder = _Finder(self)
        self._has_ended = False
        self.problem = ""
        """Why the watching has ended early, or some function is not watched."""
        calls.session.on_begin.append(self._look_again)

    def start(self) -> str:
        """Functions that are there already get woven code too; "" or why there will be no calls in the traces."""
        if not is_available():
            return "calls are seen by CPython 3.11, and by interpreters that have sys.monitoring"
        sys.meta_path.insert(0, self._finder)
        there = _of_project(self.project)
        names: dict[int, frozenset[str]] = {}
        for each in there:
            held = each.__globals__
            if id(held) not in names:
                names[id(held)] = names_held(held)
            code = self.woven(each.__code__, names[id(held)])
            if code is not each.__code__:
                each.__code__ = code
                self._known.setdefault(id(code), []).append(weakref.ref(each))
        return ""

    def stop(self) -> None:
        """All functions have their own code again."""
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        plain = self._plain
        for each in [each for each in _functions() if id(each.__code__) in plain]:
            each.__code__ = plain[id(each.__code__)]

    @property
    def project(self) -> ProjectCode:
        return self._calls.project

    def is_ours(self, path: str) -> bool:
        return bool(self.project.place_of(path))

    def compiled(self, source: bytes, path: str) -> CodeType:
        """Raises what `compile` does."""
        return self.imported(compile(source, path, "exec", dont_inherit=True))

    def imported(self, code: CodeType) -> CodeType:
        """What a module's code is woven into."""
        return self.woven(code, names_imported(code))

    def woven(self, code: CodeType, names: frozenset[str]) -> CodeType:
        """The code itself where it has nothing to tell. `names` are those that functions of interest go by in its module."""
        known = self._woven.get(id(code))
        if known is not None:
            return known[1]
        if id(code) in self._plain:
            return code

        def calls(code: CodeType, first_constant: int) -> CallInsertions | None:
            return None if self._call_hooks is None else calls_woven(code, first_constant, self._call_hooks, names)

        try:
            made = woven(code, self if is_function(code) else None, calls, lambda inner: self.woven(inner, names))
        except Exception as error:  # noqa: BLE001 - the program is not to see it
            self.problem = self.problem or f"{type(error).__name__}: {error}"
            made = code
        self._woven[id(code)] = code, made
        if made is not code:
            self._plain[id(made)] = code
        return made

    def begin(self) -> None:
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

    def returned(self, value: Any, /) -> None:
        if self._calls.session.live:
            try:
                self._calls.returned(sys._getframe(1), value)
            except Exception as error:  # noqa: BLE001 - as above
                self._give_up(error)

    def raised(self, error: BaseException, /) -> None:
        if self._calls.session.live:
            try:
                self._calls.raised(sys._getframe(1), error)
            except Exception as problem:  # noqa: BLE001 - as above
                self._give_up(problem)

    def yielded(self, value: Any, /) -> None:
        if self._live:
            try:
                found = self._live.get(id(sys._getframe(1)))
                if found is not None and "more" not in found.data:
                    self._calls.yielded(sys._getframe(1), value)
            except Exception as error:  # noqa: BLE001 - as above
                self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """A recursion that is too deep, or no memory, is the program's; anything else is our bug, and ends the watching."""
        if isinstance(error, (RecursionError, MemoryError)) or sys is None:  # the interpreter takes itself apart
            return
        self.problem = self.problem or f"{type(error).__name__}: {error}"
        self._has_ended = True
        for function in self._watches.values():
            function.active = False
        self.stop()

    def _switch_off(self, code: CodeType, names: Mapping[str, Any]) -> None:
        """Activations that are under way go on as they are."""
        plain = self._plain.get(id(code))
        if plain is None:  # somebody has made a code of his own of ours
            return
        found = function_at(names, code)
        there = [found] if found is not None else [each() for each in self._known.get(id(code), ())]
        for function in there or gc.get_referrers(code):  # that goes through all objects there are
            if type(function) is FunctionType and function.__code__ is code:
                function.__code__ = plain
                self._off.append((weakref.ref(function), code))

    def _look_again(self, scope: Scope) -> None:
        """In a new trace, all of a function's calls are new."""
        off, self._off = self._off, []
        for reference, code in off:
            function = reference()
            if function is not None and function.__code__ is self._plain[id(code)]:
                function.__code__ = code
        for watched in self._watches.values():
            watched.active = not self._has_ended


def _functions() -> Iterator[FunctionType]:
    """All that there are in this process; without a loop of Python's, as a large program holds 10⁶ objects."""
    found = gc.get_objects()
    return compress(found, map(is_, map(type, found), repeat(FunctionType)))


def _of_project(project: ProjectCode) -> list[FunctionType]:
    """A module is asked for its file once, by the names that its functions share: most are those of libraries."""
    functions = list(_functions())
    held = list(map(attrgetter("__globals__"), functions))
    modules = dict(zip(map(id, held), held, strict=True))
    wanted = {number for number, names in modules.items() if _may_be_ours(project, names.get("__file__"))}
    found = compress(functions, map(wanted.__contains__, map(id, held)))
    return [each for each in found if project.place_of(each.__code__.co_filename)]


def _may_be_ours(project: ProjectCode, file: object) -> bool:
    return type(file) is not str or bool(project.place_of(file))


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
    """What is kept beside the source is the interpreter's own."""

    def __init__(self, fullname: str, path: str, weaving: Weaving) -> None:
        super().__init__(fullname, path)
        self._weaving = weaving

    def get_code(self, fullname: str) -> CodeType | None:
        code = super().get_code(fullname)
        return code if code is None else self._weaving.imported(code)
