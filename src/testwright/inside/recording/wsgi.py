"""Records the requests that a WSGI application answers (Flask, …), each as a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .block import recorder_for
from .exchange import Exchange, KeptBytes, recording_is_off, rows_are_wanted
from .project_code import program_file

__all__ = ["ReadAlong", "RecordMiddleware"]

_NAMED_OTHERWISE = ("CONTENT_TYPE", "CONTENT_LENGTH")


class RecordMiddleware:
    """`app.wsgi_app = RecordMiddleware(app.wsgi_app)`. With `rows`, else with TESTWRIGHT_RECORD_ROWS in the environment, it
    also keeps the rows that a request finds by SQLAlchemy. With TESTWRIGHT_RECORD=0 it does nothing.
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        *,
        root: str = "",
        sources: Iterable[str] = (),
        rows: bool | None = None,
    ) -> None:
        self._app = app
        self._session = None if recording_is_off() else recorder_for(program_file(), root, sources).session
        self._with_rows = rows_are_wanted(rows)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self._session is None:
            return self._app(environ, start_response)
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        exchange = Exchange(
            self._session,
            environ["REQUEST_METHOD"],
            _text(path),
            environ.get("QUERY_STRING", ""),
            _headers(environ),
            rows=self._with_rows,
        )
        environ = {**environ, "wsgi.input": ReadAlong(environ["wsgi.input"], exchange.sent)}

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            exchange.status, exchange.response_headers = int(status.split(" ", 1)[0]), list(headers)
            return start_response(status, headers, *rest)

        try:
            body = self._app(environ, started)
        except BaseException as error:
            exchange.raised(error)
            exchange.leave()
            exchange.end()
            raise
        exchange.leave()
        return _Answer(body, exchange)


class _Answer:
    """The body on its way out; the exchange is over when the server closes it, or, as clients for tests do, lets it go."""

    def __init__(self, body: Iterable[bytes], exchange: Exchange) -> None:
        self._body, self._exchange = body, exchange

    def __iter__(self) -> Iterator[bytes]:
        return self._exchange.read_along(self._body, ends=False)

    def close(self) -> None:
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._exchange.end()

    def __del__(self) -> None:
        self._exchange.end()


class ReadAlong:
    """A stream of which is kept what is read."""

    def __init__(self, stream: Any, kept: KeptBytes) -> None:
        self._stream, self._kept = stream, kept

    def _noted(self, piece: bytes) -> bytes:
        self._kept.add(piece)
        return piece

    def read(self, *size: Any) -> bytes:
        return self._noted(self._stream.read(*size))

    def readline(self, *size: Any) -> bytes:
        return self._noted(self._stream.readline(*size))

    def readlines(self, *hint: Any) -> list[bytes]:
        return [self._noted(line) for line in self._stream.readlines(*hint)]

    def readinto(self, buffer: Any) -> int | None:
        size: int | None = self._stream.readinto(buffer)
        self._kept.add(bytes(memoryview(buffer).cast("B")[: size or 0]))
        return size

    def __iter__(self) -> Iterator[bytes]:
        for line in self._stream:
            yield self._noted(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _headers(environ: dict[str, Any]) -> list[tuple[str, str]]:
    found = [(name[5:], value) for name, value in environ.items() if name.startswith("HTTP_")]
    found += [(name, environ[name]) for name in _NAMED_OTHERWISE if environ.get(name)]
    return [("-".join(part.capitalize() for part in name.split("_")), str(value)) for name, value in found]


def _text(path: str) -> str:
    """WSGI has each byte of UTF-8 as a character of its own."""
    try:
        return path.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return path
