"""Holds what people write around their own code to record it: `with testwright.record("checkout"):`, or a decorator."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self, TypeVar, cast, overload

from .log_file import LOGS, REMEMBERED
from .project_code import project_root
from .session import Scope
from .starting import Recorder, RecordingJob, current, start

__all__ = ["Block", "record", "recorder_for"]

Function = TypeVar("Function", bound=Callable[..., Any])
_NOT_ITS_OWN = ("tests", "test", REMEMBERED, "venv", ".venv", "env", "node_modules")


@overload
def record(name: Function, /) -> Function: ...


@overload
def record(name: str = "", /, *, root: str = "", sources: Iterable[str] = (), kind: str = "block") -> Block: ...


def record(name: Any = "", /, *, root: str = "", sources: Iterable[str] = (), kind: str = "block") -> Any:
    """Records what is done within, or in each call of the function that it decorates, as a trace of its own.

    `name` is shown in lists of traces; without one, the function's, or the file and line of the block. `root` is the
    project's folder (found from the caller's file), `sources` the folders whose functions are looked at (all of it).
    `testwright trace list` shows what was recorded.
    """
    caller = sys._getframe(1)
    block = Block(
        "" if callable(name) else name, caller.f_code.co_filename, caller.f_lineno, root, tuple(sources), kind
    )
    return block(name) if callable(name) else block


class Block:
    """It can be entered again, also from several threads and tasks."""

    def __init__(self, name: str, file: str, line: int, root: str, sources: tuple[str, ...], kind: str) -> None:
        self._name, self._file, self._line = name, file, line
        self._root, self._sources, self._kind = root, sources, kind
        self._entered: ContextVar[tuple[tuple[Scope, Any], ...]] = ContextVar("testwright_entered", default=())

    def __enter__(self) -> Self:
        session = recorder_for(self._file, self._root, self._sources).session
        scope = session.begin(self._kind, self._name or f"{os.path.basename(self._file)}:{self._line}")
        self._entered.set((*self._entered.get(), (scope, session.enter(scope))))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        *outer, (scope, token) = self._entered.get()
        self._entered.set(tuple(outer))
        recorder = current()
        if recorder is not None:
            recorder.session.leave(token)
            about = {} if kind is None else {"error": f"{kind.__module__}:{kind.__qualname__}"}
            recorder.session.end(scope, "error" if about else "ok", about)

    def __call__(self, function: Function) -> Function:
        """Decorates it: each call is a trace."""
        inner = Block(
            self._name or function.__qualname__, self._file, self._line, self._root, self._sources, self._kind
        )
        return cast(Function, functools.wraps(function)(_around(function, inner)))


def _around(function: Callable[..., Any], block: Block) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        async def awaited(*given: Any, **named: Any) -> Any:
            with block:
                return await function(*given, **named)

        return awaited
    if inspect.isgeneratorfunction(function):

        def gone_through(*given: Any, **named: Any) -> Any:
            with block:
                return (yield from function(*given, **named))

        return gone_through

    def called(*given: Any, **named: Any) -> Any:
        with block:
            return function(*given, **named)

    return called


def recorder_for(file: str, root: str = "", sources: Iterable[str] = ()) -> Recorder:
    """That of this process, started now if there is none; then `root` is found from `file`."""
    found = current()
    if found is not None:
        return found
    place = os.path.realpath(root) if root else project_root(file)
    left_out = tuple(os.path.join(place, name) for name in _NOT_ITS_OWN)
    folder = os.path.join(place, REMEMBERED, LOGS)
    return start(RecordingJob(place, folder, tuple(sources) or (place,), left_out, whole=False, kind="block"))
