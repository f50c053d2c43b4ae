"""Knows the functions that read clock, chance, UUIDs, environment and files, and notes what the project's calls of them gave.

Nothing is put in their place: the watchers of calls say when code of the project has called one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodType
from typing import Any

from .boundaries.notes import Notes
from .opened_files import ModeArgument, told_file
from .project_code import ProjectCode
from .session import Scope, Session
from .values import snapshot

__all__ = ["NOT_GIVEN", "OutsideSources", "Source"]

NOT_GIVEN: Any = object()
_MISSING: Any = getattr(getattr(sys, "monitoring", None), "MISSING", NOT_GIVEN)
_KINDS = ("clock", "random", "uuid", "environment", "file")


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One function. `function` is what it is called in traces."""

    kind: str
    function: str
    reads: Callable[[Any], Any] | None = None
    """Gives what a call with this first argument would give now: the interpreter does not tell what functions in C give."""
    named: str = ""
    """The argument that says what is asked for."""
    result: str = ""
    """The argument that has the result afterwards."""
    alone: bool = False
    """It reads the clock only if it is given nothing."""
    stands_for: bool = False
    """What it `reads` is told, not what it makes of that."""
    mode: ModeArgument | None = None
    """Of a function that opens a file."""

    def is_meant(self, first: Any) -> bool:
        """A first argument that is not there is told as a mark of ours, or of the interpreter's."""
        return not self.alone or first is None or first is NOT_GIVEN or first is _MISSING

    @property
    def is_told_at_once(self) -> bool:
        """When it is called; others when they have returned."""
        return self.reads is not None or self.mode is not None


class OutsideSources:
    """Those that the program has imported. Modules that read them are watched by their boundary."""

    def __init__(self, session: Session, project: ProjectCode) -> None:
        self.session, self.project = session, project
        self._notes = {kind: Notes(session, kind) for kind in _KINDS}
        self._known: dict[int, tuple[Any, Source]] = {}
        """By the identity of the function, which they keep alive."""
        self._of: dict[tuple[int, int], Source] = {}
        """By the identities of a method's function and of the object whose it is."""
        self._makers: list[Callable[[Any], Source | None]] = []
        self.codes: dict[int, tuple[CodeType, dict[int, Source]]] = {}
        """Of functions in Python: by the identity of `self`, 0 where there is none."""
        self.on_code: Callable[[CodeType], None] | None = None
        """Is told of each code that is new."""

    # -- which ---------------------------------------------------------------------------------------------------------

    def add(self, function: Any, source: Source) -> None:
        """A function, or the method of one object."""
        if type(function) is MethodType:
            self._of[id(function.__func__), id(function.__self__)] = source
            self._add_code(function.__func__.__code__, id(function.__self__), source)
        self._known[id(function)] = function, source
        code = getattr(function, "__code__", None)
        if type(code) is CodeType and type(function) is not MethodType and not source.is_told_at_once:
            self._add_code(code, 0, source)

    def add_maker(self, maker: Callable[[Any], Source | None]) -> None:
        """For functions in C that are made anew each time they are asked for: methods of classes."""
        self._makers.append(maker)

    def _add_code(self, code: CodeType, owner: int, source: Source) -> None:
        known = self.codes.get(id(code))
        if known is None:
            self.codes[id(code)] = code, {owner: source}
            if self.on_code is not None:
                self.on_code(code)
        else:
            known[1][owner] = source

    def find(self, function: Any) -> Source | None:
        known = self._known.get(id(function))
        if known is not None:
            return known[1]
        kind = type(function)
        if kind is MethodType:
            return self.find_method(function.__func__, function.__self__)
        if kind is BuiltinFunctionType:
            return next((found for maker in self._makers if (found := maker(function)) is not None), None)
        return None

    def find_method(self, function: FunctionType | None, owner: Any) -> Source | None:
        """As `find`, of the method that the function is of that object."""
        found = self._of.get((id(function), id(owner)))
        known = None if found is not None else self._known.get(id(function))
        return found if known is None else known[1]

    def forget(self) -> None:
        self._known.clear()
        self._of.clear()
        self._makers.clear()
        self.codes.clear()

    # -- what they gave ------------------------------------------------------------------------------------------------

    def wants(self, source: Source, frame: FrameType | None = None) -> bool:
        """Whether the trace that is recorded takes another one of the kind; with a frame, from where that is."""
        scope: Scope | None = self.session.scope
        place = None if frame is None else (id(frame.f_code), frame.f_lasti)
        return scope is not None and not self._notes[source.kind].is_full(scope, place)

    def note(self, source: Source, frame: FrameType, value: Any, name: Any = NOT_GIVEN) -> bool:
        """Whether it was wanted. `frame` is the project's that has called it."""
        notes = self._notes[source.kind]
        begun = notes.begin(frame, (id(frame.f_code), frame.f_lasti))
        if begun is not None:
            notes.end(begun, source.function, _told, source, value, name, **self._place(frame))
        return begun is not None

    def note_file(self, source: Source, frame: FrameType, path: Any, mode: str | None) -> None:
        """What is about to be opened."""
        notes, scope = self._notes[source.kind], self.session.scope
        if scope is None:
            return
        data = notes.tried(scope, told_file, path, mode, self.project.root)
        if data is None:
            return
        begun = notes.begin(frame, (str(data["path"]), mode))
        if begun is not None:
            notes.end(begun, str(data["path"]), lambda: {"function": source.function, **data}, **self._place(frame))

    def _place(self, frame: FrameType) -> dict[str, Any]:
        return {"file": self.project.file_of(frame.f_code), "line": frame.f_lineno or 0}


def _told(source: Source, value: Any, name: Any) -> dict[str, Any]:
    told: dict[str, Any] = {} if name is NOT_GIVEN else {"name": snapshot(name)}
    if source.kind == "environment" and type(name) is str and name not in os.environ:
        told["unset"] = True  # the value is what the program falls back on
    return {"function": source.function, **told, "value": snapshot(value)}
