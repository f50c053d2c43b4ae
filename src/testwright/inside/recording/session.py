"""Holds the traces that are being recorded in this process, and numbers what happens in them."""

from __future__ import annotations

import _thread
import itertools
import sys
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import FrameType
from typing import Any, Protocol

from .real_clock import now_ns
from .ulid import new_trace_id

__all__ = ["Log", "Scope", "Session"]

_FARTHEST_FRAME = 200
_STORIES = frozenset(("request", "task", "test"))
"""Kinds of traces of one thing that is done, whose every step matters."""
_ALIKE_IN_A_STORY, _ALIKE_IN_A_RUN = 100, 1


def _thread_name() -> str:
    """Without `current_thread`, which makes an object for a thread that `threading` does not know yet."""
    known = threading._active.get(_thread.get_ident())  # type: ignore[attr-defined]
    return str(getattr(known, "_name", "")) or "unnamed"


class Log(Protocol):
    """Where records go to."""

    def write(self, record: Mapping[str, Any], /) -> None: ...


class Scope:
    """A trace that is being recorded: its id, the numbers of its spans, and what was left out of it."""

    __slots__ = (
        *("about", "dropped", "ended", "id", "kept", "most_alike", "most_spans", "next_number", "root", "seen"),
        "sources",
    )

    def __init__(self, identity: str, most_spans: int, most_alike: int = _ALIKE_IN_A_STORY) -> None:
        self.id = identity
        self.most_alike = most_alike
        """Of what goes over a boundary again and again, such as one statement of SQL; the others are counted."""
        self.next_number: Callable[[], int] = itertools.count(1).__next__
        self.dropped: Counter[str] = Counter()
        self.most_spans = most_spans
        self.seen: dict[Any, Any] = {}
        """What the watchers of calls note of this trace, by code object."""
        self.sources: set[str] = set()
        """Files of which the trace says which text they had."""
        self.about: dict[str, Any] = {}
        self.kept: dict[str, Any] = {}
        """What the boundaries keep of this trace until it ends, each under a name of its own."""
        self.ended = False
        self.root = 0
        """The number of the span that all others are part of."""


class Session:
    """One a process. Spans find the trace they belong to by a context variable, else by the trace of the whole process.

    `live` has the frames whose calls are being recorded, by identity: it is where a span finds its parent.
    """

    def __init__(self, log: Log, *, most_spans: int = 100_000) -> None:
        self.log = log
        self.live: dict[int, Any] = {}
        self._most_spans = most_spans
        self._whole: Scope | None = None
        self._scope: ContextVar[Scope | None] = ContextVar("testwright_trace", default=None)
        self.on_begin: list[Callable[[Scope], None]] = []
        self.on_end: list[Callable[[Scope], None]] = []
        self.answering: weakref.WeakSet[Any] = weakref.WeakSet()
        """Exchanges that are not over."""
        self.shared: dict[type, Any] = {}
        """What several boundaries have in common, by its class."""

    @property
    def is_within_another(self) -> bool:
        """Than the trace of the whole process."""
        found = self._scope.get()
        return found is not None and not found.ended

    def flush(self) -> None:
        """What was written is kept, whatever becomes of the process."""
        flush = getattr(self.log, "flush", None)
        if flush is not None:
            flush()

    @property
    def scope(self) -> Scope | None:
        found = self._scope.get()
        return self._whole if found is None or found.ended else found

    def begin(self, kind: str, name: str, about: Mapping[str, Any] | None = None, *, whole: bool = False) -> Scope:
        """`whole`: the trace of all that happens in the process, in every thread, and outside of other traces."""
        alike = _ALIKE_IN_A_STORY if kind in _STORIES else _ALIKE_IN_A_RUN
        scope = Scope(new_trace_id(), self._most_spans, alike)
        record = {
            "e": "trace",
            "id": scope.id,
            "kind": kind,
            "name": name,
            "at": now_ns(),
            "about": dict(about or {}),
        }
        self.log.write(record)
        if whole:
            self._whole = scope
        for told in self.on_begin:
            told(scope)
        return scope

    def end(self, scope: Scope, status: str = "ok", about: Mapping[str, Any] | None = None) -> None:
        if scope.ended:
            return
        for told in self.on_end:
            told(scope)
        scope.ended = True
        if self._whole is scope:
            self._whole = None
        about = {**scope.about, **(about or {})}
        dropped = dict(scope.dropped)
        record = {
            "e": "end",
            "trace": scope.id,
            "at": now_ns(),
            "status": status,
            "about": about,
            "dropped": dropped,
        }
        self.log.write(record)

    def forget(self) -> None:
        """After a fork, in the child: the calls that are under way are the parent's, who tells how they end."""
        for live in self.live.values():
            live.function.live = 0
        self.live.clear()
        self.answering.clear()

    def end_answered(self) -> None:
        """At the end of the program: requests whose answers nobody has closed."""
        for exchange in list(self.answering):
            if exchange.status:
                exchange.end()

    @contextmanager
    def within(self, scope: Scope) -> Iterator[Scope]:
        """What this thread or task does meanwhile, and the tasks that it starts, belong to the trace."""
        token = self._scope.set(scope)
        try:
            yield scope
        finally:
            self._scope.reset(token)

    def enter(self, scope: Scope) -> Any:
        """As `within`, for those that cannot be a context manager; `leave` takes what it gives."""
        return self._scope.set(scope)

    def leave(self, token: Any) -> None:
        """In another context than that of `enter` there is nothing to take back."""
        with suppress(ValueError):
            self._scope.reset(token)

    def number(self, scope: Scope, kind: str) -> int:
        """For a span that begins now; 0 where the trace is full."""
        number = scope.next_number()
        if number > scope.most_spans:
            scope.dropped[kind] += 1
            return 0
        return number

    def parent_of(self, frame: FrameType | None, scope: Scope) -> int:
        """The number of the innermost recorded call that `frame` is part of, else of the span that all are part of."""
        live = self.live
        for _ in range(_FARTHEST_FRAME if live else 0):
            if frame is None:
                break
            found = live.get(id(frame))
            if found is not None and found.code is frame.f_code and found.scope is scope:
                return int(found.number)
            frame = frame.f_back
        return scope.root

    def write(
        self,
        scope: Scope,
        number: int,
        parent: int,
        kind: str,
        name: str,
        at: int,
        data: Mapping[str, Any],
        *,
        file: str = "",
        line: int = 0,
        took: int = -1,
    ) -> None:
        """A span that ends now, unless it is told what it `took`; `at` is when it began (nanoseconds since the epoch)."""
        self.log.write(
            {
                "e": "span",
                "trace": scope.id,
                "n": number,
                "parent": parent,
                "kind": kind,
                "name": name,
                "file": file,
                "line": line,
                "thread": _thread_name(),
                "at": at,
                "took": now_ns() - at if took < 0 else took,
                "data": data,
            }
        )

    def note(
        self, kind: str, name: str, data: Mapping[str, Any], *, at: int = 0, frame: FrameType | None = None
    ) -> int:
        """Something that went over a boundary, below the recorded call that does it; gives its number, 0 for none."""
        scope = self.scope
        if scope is None:
            return 0
        number = self.number(scope, kind)
        if number:
            parent = self.parent_of(frame if frame is not None else sys._getframe(1), scope)
            self.write(scope, number, parent, kind, name, at or now_ns(), data)
        return number
