"""Records requests of aiohttp's client: from when it asks for a connection until the response has been read."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..session import Session
from .http_span import HttpSpan, HttpSpans, spans_of
from .replacing import replace

__all__ = ["install"]

_UPGRADED = 101


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """Each attempt has a request object, a connection and a response object of its own, also under redirects."""
    client = _Client(spans_of(session), module)
    reader = module.StreamReader
    undo = [
        replace(module.BaseConnector, "connect", client.connect),
        replace(module.ClientRequest, "send", client.send),
        replace(module.ClientResponse, "start", client.start),
        replace(reader, "_read_nowait_chunk", client.read_chunk),
        replace(reader, "feed_eof", client.feed_eof),
        replace(reader, "set_exception", client.set_exception),
    ]

    def undo_all() -> None:
        for each in undo:
            each()

    return undo_all


class _ByIdentity:
    """What belongs to objects, as long as they are there; with one that goes, its span ends."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[HttpSpan, Any]] = {}

    def put(self, owner: Any, key: Any, span: HttpSpan) -> None:
        """`key` lives no longer than `owner`."""
        kept, number = self._kept, id(key)

        def gone(_: Any) -> None:
            kept.pop(number, None)
            span.end()

        kept[number] = (span, weakref.ref(owner, gone))

    def get(self, key: Any) -> HttpSpan | None:
        found = self._kept.get(id(key)) if self._kept else None
        return found[0] if found is not None else None

    def take(self, key: Any) -> HttpSpan | None:
        found = self._kept.pop(id(key), None) if self._kept else None
        return found[0] if found is not None else None


class _Client:
    """What stands in for each of aiohttp's functions."""

    def __init__(self, spans: HttpSpans, module: Any) -> None:
        self._spans, self._session = spans, spans.session
        self._whole_bodies, self._broken = module.payload.BytesPayload, module.ClientPayloadError
        self._reader = module.StreamReader
        self._requests, self._responses, self._readers = _ByIdentity(), _ByIdentity(), _ByIdentity()

    def connect(self, original: Any) -> Any:
        async def connect(connector: Any, req: Any, *given: Any, **named: Any) -> Any:
            span = None if self._session.scope is None else self._spans.begin("aiohttp", sys._getframe(1))
            if span is None:
                return await original(connector, req, *given, **named)
            self._spans.tried(self._asked, span, req)
            try:
                connection = await original(connector, req, *given, **named)
            except BaseException as error:
                span.failed(error)
                raise
            self._spans.tried(self._requests.put, req, req, span)
            return connection

        return connect

    def send(self, original: Any) -> Any:
        async def send(request: Any, *given: Any, **named: Any) -> Any:
            span = self._requests.take(request)
            if span is None:
                return await original(request, *given, **named)
            try:
                response = await original(request, *given, **named)
            except BaseException as error:
                span.failed(error)
                raise
            self._spans.tried(self._sent, span, request)
            self._spans.tried(self._responses.put, response, response, span)
            return response

        return send

    def start(self, original: Any) -> Any:
        async def start(response: Any, *given: Any, **named: Any) -> Any:
            span = self._responses.take(response)
            if span is None:
                return await original(response, *given, **named)
            try:
                found = await original(response, *given, **named)
            except BaseException as error:
                span.failed(error)
                raise
            self._spans.tried(self._answered, span, response)
            return found

        return start

    def read_chunk(self, original: Any) -> Any:
        def _read_nowait_chunk(reader: Any, *given: Any) -> Any:
            piece = original(reader, *given)
            span = self._readers.get(reader)
            if span is not None:
                span.passed(piece)
                self._spans.tried(self._end_if_drained, span, reader)
            return piece

        return _read_nowait_chunk

    def feed_eof(self, original: Any) -> Any:
        def feed_eof(reader: Any, *given: Any) -> Any:
            found = original(reader, *given)
            span = self._readers.get(reader)
            if span is not None:
                self._spans.tried(self._end_if_drained, span, reader)
            return found

        return feed_eof

    def set_exception(self, original: Any) -> Any:
        """This is also how aiohttp closes a response that has not been read to its end."""

        def set_exception(reader: Any, exc: Any, *given: Any, **named: Any) -> Any:
            span = self._readers.take(reader)
            if span is not None:
                if isinstance(exc, self._broken):
                    span.broke(exc)
                span.end()
            return original(reader, exc, *given, **named)

        return set_exception

    def _asked(self, span: HttpSpan, request: Any) -> None:
        headers = [(str(name), str(value)) for name, value in request.headers.items()]
        span.asked(str(request.method), str(request.url), headers, framed=False, encoded=False)

    def _sent(self, span: HttpSpan, request: Any) -> None:
        """Once more, as the last headers have come; its body is as it was before aiohttp compressed it."""
        self._asked(span, request)
        body = request.body
        if isinstance(body, self._whole_bodies):
            body = body._value
        if isinstance(body, (bytes, bytearray, memoryview)):
            span.went(memoryview(body).cast("B"), is_last=True)
        elif body is not None:
            span.sent.unseen = "stream"

    def _answered(self, span: HttpSpan, response: Any) -> None:
        encoded = not getattr(response._session, "_auto_decompress", True)
        headers = [
            (name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in response._raw_headers
        ]
        span.got(response.status, headers, framed=False, encoded=encoded)
        reader = response.content
        if type(reader) is self._reader and response.status != _UPGRADED:
            self._readers.put(response, reader, span)
            self._end_if_drained(span, reader)
        else:
            span.passed(b"", is_last=True)
            span.end()

    def _end_if_drained(self, span: HttpSpan, reader: Any) -> None:
        if reader._eof and not reader._buffer:
            span.passed(b"", is_last=True)
            self._readers.take(reader)
            span.end()
