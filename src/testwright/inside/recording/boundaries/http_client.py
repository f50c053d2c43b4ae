"""Records requests of `http.client`, by which urllib and many others send theirs."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from types import ModuleType, TracebackType
from typing import Any

from ..session import Session
from .http_span import HttpSpan, HttpSpans, spans_of
from .replacing import replace

__all__ = ["Conversations", "address", "conversations_of", "install", "whole"]

_PORTS = {"http": 80, "https": 443}
_MAY_STILL_ANSWER = (BrokenPipeError, ConnectionResetError)
"""A server that does not want to read all of a request may have answered it all the same."""


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    connections = conversations_of(session)
    undo = [
        replace(module.HTTPConnection, "putrequest", lambda original: _putrequest(original, connections)),
        replace(module.HTTPConnection, "send", lambda original: _send(original, connections)),
        replace(module.HTTPConnection, "getresponse", lambda original: _getresponse(original, connections)),
    ]

    def undo_all() -> None:
        for each in undo:
            each()

    return undo_all


class Conversation:
    """What is sent on a connection until there is a response."""

    def __init__(self, span: HttpSpan, connection: Any, *, is_lent: bool) -> None:
        self.span = span
        self.is_lent = is_lent
        """Begun by a library above, which also says whether it has failed."""
        self.has_begun = False
        self.is_sending = False
        """What is sent meanwhile is for a proxy."""
        self._base = address("https" if _is_secure(connection) else "http", *_partner(connection))
        self._head: bytes | None = b""

    def take(self, piece: bytes | memoryview) -> None:
        """What is about to be sent: a request line, headers, and the body."""
        if self._head is None:
            self.span.went(piece)
            return
        self._head += bytes(piece)
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if end:
            self._head = None
            self._read_head(head.decode("latin-1"))
            if rest:
                self.span.went(rest)

    def _read_head(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        method, _, rest = first.partition(" ")
        target = rest.rpartition(" ")[0]
        pairs = (line.partition(":") for line in lines)
        headers = [(name, value.strip()) for name, _, value in pairs]
        self.span.asked(method, whole(target, self._base), headers)


class Conversations:
    """By connection, those that are under way."""

    def __init__(self, spans: HttpSpans) -> None:
        self.spans = spans
        self._under_way: dict[int, tuple[Conversation, Any]] = {}

    def begin(self, connection: Any, span: HttpSpan, *, is_lent: bool = False) -> Conversation:
        """A connection that is forgotten, or used again, ends the one that was under way."""
        key = id(connection)
        self.end(connection)
        under_way = self._under_way

        def gone(_: Any) -> None:
            under_way.pop(key, None)
            if not is_lent:
                span.end()

        conversation = Conversation(span, connection, is_lent=is_lent)
        under_way[key] = (conversation, weakref.ref(connection, gone))
        return conversation

    def of(self, connection: Any) -> Conversation | None:
        found = self._under_way.get(id(connection)) if self._under_way else None
        return found[0] if found is not None else None

    def end(self, connection: Any) -> None:
        conversation = self.leave(connection)
        if conversation is not None and not conversation.is_lent:
            conversation.span.end()

    def leave(self, connection: Any) -> Conversation | None:
        found = self._under_way.pop(id(connection), None)
        return found[0] if found is not None else None


def conversations_of(session: Session) -> Conversations:
    """One for all that go by `http.client`."""
    found: Conversations | None = session.shared.get(Conversations)
    if found is None:
        found = session.shared[Conversations] = Conversations(spans_of(session))
    return found


def _putrequest(original: Any, connections: Conversations) -> Any:
    session, spans = connections.spans.session, connections.spans

    def putrequest(self: Any, *given: Any, **named: Any) -> Any:
        if session.scope is None:
            return original(self, *given, **named)
        found = original(self, *given, **named)
        conversation = connections.of(self)
        if conversation is None or not conversation.is_lent:
            span = spans.begin("http.client", sys._getframe(1))
            conversation = spans.tried(connections.begin, self, span) if span is not None else None
        if conversation is not None:
            conversation.has_begun = True
        return found

    return putrequest


def _send(original: Any, connections: Conversations) -> Any:
    spans = connections.spans

    def send(self: Any, data: Any, *given: Any, **named: Any) -> Any:
        conversation = connections.of(self)
        if conversation is None or not conversation.has_begun or conversation.is_sending:
            return original(self, data, *given, **named)
        if spans.tried(_took, conversation, data) is None:
            conversation.span.sent.unseen = "stream"
        conversation.is_sending = True
        try:
            return original(self, data, *given, **named)
        except BaseException as error:
            if isinstance(error, _MAY_STILL_ANSWER):
                conversation.span.broke(error)
            elif not conversation.is_lent:
                connections.leave(self)
                conversation.span.failed(error)
            raise
        finally:
            conversation.is_sending = False

    return send


def _took(conversation: Conversation, data: Any) -> bool:
    """None is what there is for failures."""
    try:
        piece = data if type(data) is bytes else memoryview(data).cast("B")
    except TypeError:
        conversation.span.sent.unseen = "stream"  # it is read on the way, past us
    else:
        conversation.take(piece)
    return True


def _getresponse(original: Any, connections: Conversations) -> Any:
    spans = connections.spans

    def getresponse(self: Any, *given: Any, **named: Any) -> Any:
        conversation = connections.of(self)
        if conversation is None:
            return original(self, *given, **named)
        try:
            response = original(self, *given, **named)
        except BaseException as error:
            if not conversation.is_lent:
                connections.leave(self)
                conversation.span.failed(error)
            raise
        connections.leave(self)
        spans.tried(_read_along, conversation.span, response)
        return response

    return getresponse


def _read_along(span: HttpSpan, response: Any) -> None:
    span.got(response.status, [(str(name), str(value)) for name, value in response.headers.raw_items()])
    if response.fp is None:
        span.end()
    else:
        response.fp = _ReadAlong(response.fp, span)


class _ReadAlong:
    """The file that a response is read from, also by those that take it out of the response; it passes for the file."""

    _file: Any = None

    def __init__(self, file: Any, span: HttpSpan) -> None:
        self._file, self._span = file, span

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._file)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def _passed(self, read: Callable[..., bytes], given: tuple[Any, ...]) -> bytes:
        try:
            piece = read(*given)
        except BaseException as error:
            self._span.broke(error)
            raise
        size = given[0] if given else None
        self._span.passed(piece, is_last=not piece and size != 0)
        return piece

    def read(self, *given: Any) -> bytes:
        piece = self._passed(self._file.read, given)
        if not given or given[0] is None or given[0] == -1:
            self._span.passed(b"", is_last=True)
        return piece

    def read1(self, *given: Any) -> bytes:
        return self._passed(self._file.read1, given)

    def readline(self, *given: Any) -> bytes:
        return self._passed(self._file.readline, given)

    def readinto(self, buffer: Any) -> int:
        try:
            count: int = self._file.readinto(buffer)
        except BaseException as error:
            self._span.broke(error)
            raise
        self._span.passed(memoryview(buffer).cast("B")[:count], is_last=not count)
        return count

    def readlines(self, *given: Any) -> list[bytes]:
        lines: list[bytes] = self._file.readlines(*given)
        self._span.passed(b"".join(lines))
        return lines

    def __iter__(self) -> Any:
        return iter(self.readline, b"")

    def __enter__(self) -> Any:
        self._file.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._file.__reduce_ex__(protocol)

    def close(self) -> None:
        try:
            self._file.close()
        finally:
            self._span.end()

    def __del__(self) -> None:
        self._span.end()


def address(scheme: str, host: str, port: int | None) -> str:
    """The beginning of a URL."""
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{scheme}://{host}" if port in (None, _PORTS.get(scheme)) else f"{scheme}://{host}:{port}"


def whole(target: str, base: str) -> str:
    """A proxy is told a whole URL, others the part behind the host."""
    return target if not target.startswith("/") and "://" in target else base + target


def _is_secure(connection: Any) -> bool:
    return bool(getattr(connection, "default_port", 0) == _PORTS["https"])


def _partner(connection: Any) -> tuple[str, int | None]:
    """Behind a proxy, too."""
    host = getattr(connection, "_tunnel_host", None)
    if host:
        return str(host), connection._tunnel_port
    return str(connection.host), connection.port
