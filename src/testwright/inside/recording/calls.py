"""Decides which calls of the project's functions are recorded, and writes down how those went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from .project_code import ProjectCode
from .raised_errors import raised_plain
from .real_clock import now_ns
from .session import Scope, Session
from .shapes import Shape, argument_names, shape_of

__all__ = ["CallLimits", "Calls", "Function"]

_CO_GENERATOR, _CO_COROUTINE, _CO_ASYNC_GENERATOR = 0x20, 0x80, 0x200
_KINDS = {_CO_GENERATOR: "generator", _CO_COROUTINE: "coroutine", _CO_ASYNC_GENERATOR: "async generator"}

Copy = Callable[[Any], Any]
"""Makes a plain value of a value: see `values.snapshot`."""


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How much of one function is recorded in one trace, and when it is not watched any more."""

    calls: int = 20
    of_a_shape: int = 1
    idle: int = 50
    """Calls in a row of which nothing was kept."""
    depth: int = 20
    """Recorded calls of one function within each other."""
    yields: int = 20


@dataclass(slots=True, eq=False)
class Function:
    """A function of the project, by its code."""

    code: CodeType
    file: str
    arguments: tuple[str, ...]
    rest: str
    keywords: str
    kind: str
    live: int = 0
    """Recorded calls of it that have not ended."""
    active: bool = True
    """Whether calls of it are looked at."""
    returns: int = 0
    """That were seen since it is not watched any more."""
    yields: int = 0
    """That were seen, and of which no recorded call takes any more."""

    @property
    def all_names(self) -> tuple[str, ...]:
        return (*self.arguments, *(name for name in (self.rest, self.keywords) if name))


@dataclass(slots=True)
class _Seen:
    """Of one function in one trace."""

    shapes: dict[Shape, int] = field(default_factory=dict)
    kept: int = 0
    idle: int = 0


@dataclass(slots=True, eq=False)
class _Live:
    """A recorded call that has not ended."""

    function: Function
    code: CodeType
    scope: Scope
    number: int
    parent: int
    at: int
    name: str
    data: dict[str, Any]
    identities: dict[str, int]
    """Of the arguments that a call can change."""
    yielded: list[Any] = field(default_factory=list)


_UNCHANGEABLE = (type(None), bool, int, float, complex, str, bytes, range, slice, type(Ellipsis), type, type(len))
_CHANGEABLE_NOT = frozenset(map(id, (*_UNCHANGEABLE, type(lambda: 0))))
"""By the identity of the class, which its metaclass has no say in."""


class Calls:
    """What the watchers tell: that a call begins, what it returns, raises or yields. No code of the program is run."""

    def __init__(self, session: Session, project: ProjectCode, copy: Copy, limits: CallLimits | None = None) -> None:
        self.session = session
        self.project, self._copy = project, copy
        self._limits = limits or CallLimits()
        self.functions: dict[int, Function] = {}
        """By the identity of their code: to hash a code object takes longer than most calls. They keep it alive."""
        session.on_end.append(self._sweep)

    def function(self, code: CodeType) -> Function | None:
        """None where the code is none of the project's."""
        found = self.functions.get(id(code))
        if found is None and self.project.has_function(code):
            kind = next((word for flag, word in _KINDS.items() if code.co_flags & flag), "function")
            found = Function(code, self.project.file_of(code), *argument_names(code), kind)
            self.functions[id(code)] = found
        return found

    def begin(self, function: Function, frame: FrameType) -> bool:
        """False when calls of this function tell nothing new any more in the trace that is being recorded."""
        scope = self.session.scope
        if scope is None:
            return True
        seen = scope.seen.get(function)
        if seen is None:
            seen = scope.seen[function] = _Seen()
        elif seen.kept >= self._limits.calls or seen.idle >= self._limits.idle:
            scope.dropped["call"] += 1
            return False
        shape = shape_of(frame, function.all_names)
        count = seen.shapes.get(shape, 0)
        if count >= self._limits.of_a_shape or function.live >= self._limits.depth:
            seen.idle += 1
            scope.dropped["call"] += 1
            return True
        seen.shapes[shape] = count + 1
        seen.idle = 0
        seen.kept += 1
        self._keep(function, frame, scope)
        return True

    def _keep(self, function: Function, frame: FrameType, scope: Scope) -> None:
        number = self.session.number(scope, "call")
        if not number:
            return
        held = frame.f_locals
        code = function.code
        arguments = [[name, self._copy(held[name])] for name in function.arguments if name in held]
        data = {
            "arguments": arguments,
            "rest": [self._copy(each) for each in tuple.__iter__(held.get(function.rest, ()))],
            "keywords": [[name, self._copy(each)] for name, each in dict.items(held.get(function.keywords, {}))],
            "kind": function.kind,
        }
        if function.file not in scope.sources:
            scope.sources.add(function.file)
            data["source"] = self.project.digest_of(code.co_filename)
        if function.code.co_kwonlyargcount:
            data["keyword_only"] = list(function.arguments[function.code.co_argcount :])
        names = [name for name in function.arguments if name in held and id(type(held[name])) not in _CHANGEABLE_NOT]
        self.session.live[id(frame)] = _Live(
            function=function,
            code=code,
            scope=scope,
            number=number,
            parent=self.session.parent_of(frame.f_back, scope),
            at=now_ns(),
            name=f"{frame.f_globals.get('__name__', '')}:{code.co_qualname}",
            data=data,
            identities={name: id(held[name]) for name in names},
        )
        function.live += 1

    def returned(self, frame: FrameType, value: Any) -> None:
        live = self._ended(frame)
        if live is not None:
            self._write(live, frame, "returned", self._copy(value))

    def raised(self, frame: FrameType, error: BaseException) -> None:
        live = self._ended(frame)
        if live is not None:
            self._write(live, frame, "raised", raised_plain(error, self._copy))

    def yielded(self, frame: FrameType, value: Any) -> bool:
        """Whether it is one that is recorded."""
        live = self.session.live.get(id(frame))
        if live is None or live.code is not frame.f_code or live.function.kind != "generator" or "more" in live.data:
            return False
        if len(live.yielded) >= self._limits.yields:
            live.data["more"] = True
            return False
        live.yielded.append(self._copy(value))
        return True

    def cut_short(self, function: Function) -> None:
        """What its recorded calls yield from now on is not seen."""
        if function.live and function.kind == "generator":
            for live in list(self.session.live.values()):
                if live.function is function:
                    live.data["more"] = True

    def _ended(self, frame: FrameType) -> _Live | None:
        found = self.session.live.get(id(frame))
        if found is None or found.code is not frame.f_code:
            return None
        del self.session.live[id(frame)]
        found.function.live -= 1
        return found  # type: ignore[no-any-return]

    def _write(self, live: _Live, frame: FrameType, how: str, what: Any) -> None:
        if live.scope.ended:
            return
        live.data[how] = what
        after = self._changed(live, frame)
        if after:
            live.data["after"] = after
        if live.yielded or live.function.kind == "generator":
            live.data["yielded"] = live.yielded
        self._tell(live)

    def _changed(self, live: _Live, frame: FrameType) -> list[list[Any]]:
        """What the call has made of its arguments; one that is another object now cannot be told."""
        if not live.identities:
            return []
        held = frame.f_locals
        before = dict(live.data["arguments"])
        now = {n: self._copy(held[n]) for n, number in live.identities.items() if n in held and id(held[n]) == number}
        return [[name, value] for name, value in now.items() if value != before[name]]

    def _tell(self, live: _Live) -> None:
        function = live.function
        self.session.write(
            live.scope,
            live.number,
            live.parent,
            "call",
            live.name,
            live.at,
            live.data,
            file=function.file,
            line=function.code.co_firstlineno,
        )

    def give_up(self, function: Function) -> None:
        """Write what is under way of it, without its end."""
        self._leave_unfinished([f for f, live in list(self.session.live.items()) if live.function is function])

    def _sweep(self, scope: Scope) -> None:
        """Of what never tells its end: a generator that was dropped, a thread that goes on."""
        self._leave_unfinished([frame for frame, live in list(self.session.live.items()) if live.scope is scope])

    def _leave_unfinished(self, frames: list[int]) -> None:
        for frame in frames:
            live = self.session.live.pop(frame)
            live.function.live -= 1
            live.data["unfinished"] = True
            if live.yielded:
                live.data["yielded"] = live.yielded
            self._tell(live)
