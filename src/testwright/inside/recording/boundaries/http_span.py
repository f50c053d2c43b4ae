"""Holds requests that go out until their responses have been read: each becomes a span."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

from ..raised_errors import message_of
from ..real_clock import now_ns
from ..session import Scope, Session
from .http_body import HttpBody, header, is_without

__all__ = ["HttpSpan", "HttpSpans", "spans_of"]

Given = TypeVar("Given")
_getpid = os.getpid


class HttpSpans:
    """Those of one recording that are open. Nothing here raises: what cannot be told is counted as dropped."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._open: dict[int, HttpSpan] = {}
        session.on_end.append(self._sweep)

    def begin(self, client: str, frame: FrameType) -> HttpSpan | None:
        """None outside of traces, and in one that is full."""
        scope = self.session.scope
        return None if scope is None else self.tried(self._begin, scope, client, frame)

    def _begin(self, scope: Scope, client: str, frame: FrameType) -> HttpSpan | None:
        number = self.session.number(scope, "http")
        if not number:
            return None
        span = HttpSpan(self, scope, number, self.session.parent_of(frame, scope), client)
        self._open[id(span)] = span
        return span

    def tried(self, action: Callable[..., Given], *given: Any, **named: Any) -> Given | None:
        """What it gives, None if it fails: that must not be the program's trouble."""
        try:
            return action(*given, **named)
        except Exception:  # noqa: BLE001 - another version of a library than we know, or no memory left
            scope = self.session.scope
            if scope is not None:
                scope.dropped["http"] += 1
            return None

    def take(self, span: HttpSpan) -> bool:
        """True once only, for whoever writes it."""
        return self._open.pop(id(span), None) is not None

    def _sweep(self, scope: Scope) -> None:
        for span in list(self._open.values()):
            if span.scope is scope:
                span.end()


class HttpSpan:
    """One request and its response. It knows neither connection nor stream, so that it keeps none of them alive."""

    def __init__(self, spans: HttpSpans, scope: Scope, number: int, parent: int, client: str) -> None:
        self._spans, self.scope, self._number, self._parent = spans, scope, number, parent
        self._client = client
        self._at, self._process = now_ns(), _getpid()
        self.method = self.url = ""
        self.headers: list[tuple[str, str]] = []
        self.sent, self.answered = HttpBody(), HttpBody()
        self.status = 0
        self._response_headers: list[tuple[str, str]] = []
        self._raised: dict[str, str] = {}

    def asked(self, method: str, url: str, headers: list[tuple[str, str]], **how: bool) -> None:
        """`how` its body comes: see `HttpBody`."""
        self.method, self.url, self.headers = method, url, headers
        self.sent.expect(headers, **how)

    def got(self, status: int, headers: list[tuple[str, str]], **how: bool) -> None:
        self.status, self._response_headers, self._raised = status, headers, {}
        self.answered.expect(headers, **how, is_none=is_without(self.method, status))

    def broke(self, error: BaseException) -> None:
        """While its body was read, or before there was any response."""
        self._raised = self._spans.tried(_told, error) or {}

    def failed(self, error: BaseException) -> None:
        self.broke(error)
        self.end()

    def went(self, piece: bytes | memoryview, *, is_last: bool = False) -> None:
        """Of the request's body."""
        self._spans.tried(self.sent.add, piece, is_last=is_last)

    def passed(self, piece: bytes | memoryview, *, is_last: bool = False) -> None:
        """Of the response's body."""
        self._spans.tried(self.answered.add, piece, is_last=is_last)

    def end(self) -> None:
        """Now it is written, if it has not been; by the process that has sent it."""
        if self._spans.take(self) and self._process == _getpid():
            self._spans.tried(self._write)

    def _write(self) -> None:
        name = f"{self.method} {self.url.partition('?')[0]}"
        self._spans.session.write(self.scope, self._number, self._parent, "http", name, self._at, self._data())

    def _data(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "client": self._client,
            "method": self.method,
            "url": self.url,
            "headers": list(map(list, self.headers)),
            "content_type": header(self.headers, "content-type"),
            "body": self.sent.plain(),
        }
        if self.status:
            data |= {
                "status": self.status,
                "response_headers": list(map(list, self._response_headers)),
                "response_content_type": header(self._response_headers, "content-type"),
                "response_body": self.answered.plain(),
            }
        if self._raised:
            data["raised"] = self._raised
        elif not self.answered.has_ended:
            data["unfinished"] = True
        return data


def _told(error: BaseException) -> dict[str, str]:
    kind = type(error)
    return {"type": f"{kind.__module__}:{kind.__qualname__}", "message": message_of(error)}


def spans_of(session: Session) -> HttpSpans:
    """One for all that watch HTTP."""
    found: HttpSpans | None = session.shared.get(HttpSpans)
    if found is None:
        found = session.shared[HttpSpans] = HttpSpans(session)
    return found
