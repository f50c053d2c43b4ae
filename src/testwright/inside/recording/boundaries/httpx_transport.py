"""Records requests of httpx that go over the network; transports for tests answer without one and are left alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..session import Session
from .http_span import HttpSpan, HttpSpans, spans_of
from .replacing import replace

__all__ = ["install"]


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    spans, whole_bodies = spans_of(session), module.ByteStream
    undo = [
        replace(module.HTTPTransport, "handle_request", lambda original: _now(original, spans, whole_bodies)),
        replace(
            module.AsyncHTTPTransport, "handle_async_request", lambda original: _later(original, spans, whole_bodies)
        ),
    ]

    def undo_all() -> None:
        for each in undo:
            each()

    return undo_all


def _now(original: Any, spans: HttpSpans, whole_bodies: type) -> Any:
    session = spans.session

    def handle_request(self: Any, request: Any) -> Any:
        span = None if session.scope is None else spans.begin("httpx", sys._getframe(1))
        if span is None:
            return original(self, request)
        sent = spans.tried(_asked, span, request, whole_bodies, Pieces)
        try:
            response = original(self, request if sent is None else sent)
        except BaseException as error:
            span.failed(error)
            raise
        spans.tried(_answered, span, response, Pieces)
        return response

    return handle_request


def _later(original: Any, spans: HttpSpans, whole_bodies: type) -> Any:
    session = spans.session

    async def handle_async_request(self: Any, request: Any) -> Any:
        span = None if session.scope is None else spans.begin("httpx", sys._getframe(1))
        if span is None:
            return await original(self, request)
        sent = spans.tried(_asked, span, request, whole_bodies, AsyncPieces)
        try:
            response = await original(self, request if sent is None else sent)
        except BaseException as error:
            span.failed(error)
            raise
        spans.tried(_answered, span, response, AsyncPieces)
        return response

    return handle_async_request


def _asked(span: HttpSpan, request: Any, whole_bodies: Any, pieces: Callable[..., Any]) -> Any:
    """The request to send: one like it, where the body has to be watched on its way."""
    span.asked(str(request.method), str(request.url), _texts(request.headers.raw), framed=False)
    stream = request.stream
    if type(stream) is whole_bodies:
        span.sent.add(stream._stream, is_last=True)
        return request
    like = object.__new__(type(request))
    like.__dict__.update(request.__dict__)
    like.stream = pieces(stream, span.went)
    return like


def _answered(span: HttpSpan, response: Any, pieces: Callable[..., Any]) -> None:
    span.got(response.status_code, _texts(response.headers.raw), framed=False)
    stream = response.stream
    if "_httpcore_stream" in vars(stream):
        stream._httpcore_stream = pieces(stream._httpcore_stream, span.passed, span)
    else:
        span.answered.unseen = "stream"
        span.end()


def _texts(pairs: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]


class Pieces:
    """A stream that is read as ever, and passes for what it is; `span` ends with it, if there is one."""

    _stream: Any = None
    _span: HttpSpan | None = None

    def __init__(self, stream: Any, passed: Callable[..., None], span: HttpSpan | None = None) -> None:
        self._stream, self.passed, self._span = stream, passed, span

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> _Steps:
        return _Steps(iter(self._stream), self)

    def is_over(self) -> None:
        self.passed(b"", is_last=True)
        self.end()

    def broke(self, error: BaseException) -> None:
        if self._span is not None:
            self._span.failed(error)

    def end(self) -> None:
        if self._span is not None:
            self._span.end()

    def close(self) -> None:
        try:
            if hasattr(self._stream, "close"):
                self._stream.close()
        finally:
            self.end()

    def __del__(self) -> None:
        self.end()


class _Steps:
    """No generator: one more of them would be closed at another time."""

    def __init__(self, iterator: Any, pieces: Pieces) -> None:
        self._iterator, self._pieces = iterator, pieces

    def __iter__(self) -> _Steps:
        return self

    def __next__(self) -> bytes:
        try:
            piece: bytes = next(self._iterator)
        except StopIteration:
            self._pieces.is_over()
            raise
        except BaseException as error:
            self._pieces.broke(error)
            raise
        self._pieces.passed(piece)
        return piece


class AsyncPieces(Pieces):
    """Likewise for a stream that is waited for."""

    def __aiter__(self) -> _AsyncSteps:
        return _AsyncSteps(aiter(self._stream), self)

    async def aclose(self) -> None:
        try:
            if hasattr(self._stream, "aclose"):
                await self._stream.aclose()
        finally:
            self.end()


class _AsyncSteps:
    def __init__(self, iterator: Any, pieces: Pieces) -> None:
        self._iterator, self._pieces = iterator, pieces

    def __aiter__(self) -> _AsyncSteps:
        return self

    async def __anext__(self) -> bytes:
        try:
            piece: bytes = await anext(self._iterator)
        except StopAsyncIteration:
            self._pieces.is_over()
            raise
        except BaseException as error:
            self._pieces.broke(error)
            raise
        self._pieces.passed(piece)
        return piece
