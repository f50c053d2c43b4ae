"""Records requests of urllib3, by which requests and botocore send theirs; what goes by `http.client` is not told twice."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..session import Session
from .http_client import Conversations, address, conversations_of, whole
from .http_span import HttpSpan
from .replacing import replace

__all__ = ["install"]

_WITH_HEADERS = ("builtins", "urllib3", "requests", "botocore")
"""The packages whose mappings may be looked into."""


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """Each attempt is one `_make_request`, in 1.26 and in 2."""
    connections = conversations_of(session)
    return replace(module.HTTPConnectionPool, "_make_request", lambda original: _make_request(original, connections))


def _make_request(original: Any, connections: Conversations) -> Any:
    session, spans = connections.spans.session, connections.spans

    def make_request(self: Any, conn: Any, method: Any, url: Any, *given: Any, **named: Any) -> Any:
        if session.scope is None:
            return original(self, conn, method, url, *given, **named)
        span = spans.begin("urllib3", sys._getframe(1))
        if span is None:
            return original(self, conn, method, url, *given, **named)
        spans.tried(_begin, connections, span, self, conn, method, url, named.get("headers"))
        try:
            response = original(self, conn, method, url, *given, **named)
        except BaseException as error:
            connections.leave(conn)
            if span.status:
                span.broke(error)
            else:
                span.failed(error)
            raise
        connections.leave(conn)
        if not span.status:
            spans.tried(_seen_from_afar, span, response)
        return response

    return make_request


def _begin(
    connections: Conversations, span: HttpSpan, pool: Any, conn: Any, method: str, url: str, headers: Any
) -> None:
    """What is known before anything is sent; what is sent then tells it once more."""
    known = headers is not None and type(headers).__module__.partition(".")[0] in _WITH_HEADERS
    pairs = [(_text(name), _text(value)) for name, value in headers.items()] if known else []
    span.asked(str(method), whole(url, address(pool.scheme, pool.host, pool.port)), pairs)
    connections.begin(conn, span, is_lent=True)


def _text(value: Any) -> str:
    """Whoever has a class of his own for headers is not asked."""
    if type(value) is bytes:
        return value.decode("latin-1")
    return str.__str__(value) if isinstance(value, str) else ""


def _seen_from_afar(span: HttpSpan, response: Any) -> None:
    """By HTTP/2, or with a class of connections of its own."""
    span.got(response.status, [(str(name), str(value)) for name, value in response.headers.items()])
    span.sent.unseen = span.answered.unseen = "stream"
    span.end()
