"""Records the requests that an ASGI application answers (FastAPI, Starlette, …), each as a trace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

from .block import recorder_for
from .exchange import Exchange, recording_is_off, rows_are_wanted
from .project_code import program_file

__all__ = ["RecordMiddleware"]

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


class RecordMiddleware:
    """`app.add_middleware(RecordMiddleware)`, as the last one that is added: then it sees what is sent and answered. With
    `rows`, else with TESTWRIGHT_RECORD_ROWS in the environment, it also keeps the rows that a request finds by SQLAlchemy.
    With TESTWRIGHT_RECORD=0 it does nothing.
    """

    def __init__(
        self, app: Application, *, root: str = "", sources: Iterable[str] = (), rows: bool | None = None
    ) -> None:
        self._app = app
        self._session = None if recording_is_off() else recorder_for(program_file(), root, sources).session
        self._with_rows = rows_are_wanted(rows)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if self._session is None or scope.get("type") != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(
            self._session,
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            _texts(scope["headers"]),
            rows=self._with_rows,
        )

        async def received() -> Message:
            message = await receive()
            exchange.sent.add(message.get("body", b""))
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status, exchange.response_headers = message["status"], _texts(message.get("headers", ()))
            elif message["type"] == "http.response.body":
                exchange.answered.add(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, received, sent)
        except BaseException as error:
            exchange.raised(error)
            raise
        finally:
            _note_route(exchange, scope)
            exchange.leave()
            exchange.end()


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _note_route(exchange: Exchange, scope: Message) -> None:
    """Where the router has left what it found."""
    endpoint = scope.get("endpoint")
    name = getattr(endpoint, "__qualname__", "")
    if name:
        exchange.request["view"] = f"{endpoint.__module__}:{name}"
    route = scope.get("route")
    path = vars(route).get("path") if hasattr(route, "__dict__") else None
    if isinstance(path, str):
        exchange.request["route"] = path
