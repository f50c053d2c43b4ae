"""Answers requests that code sends out as they were answered when recorded; nothing leaves the process."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from .answered_aiohttp import answer_aiohttp
from .answered_http_client import answer_http_client

__all__ = ["Answers"]

_UNPACKED = ("content-encoding", "transfer-encoding", "content-length")


class Answers:
    """`sent` are all requests in order: client, method, url, headers, body, and the place of the recorded one that
    answered (None: there was none like it).
    """

    def __init__(self, recorded: Sequence[Mapping[str, Any]]) -> None:
        self._recorded = list(recorded)
        self._left = list(range(len(self._recorded)))
        self.sent: list[dict[str, Any]] = []
        self._inside: ContextVar[bool] = ContextVar("inside requests", default=False)

    def install(self) -> None:
        answer_http_client(partial(self._answer, "urllib"), _octets, _kept_headers)
        if _importable("urllib3"):
            self._urllib3()
        if _importable("requests"):
            self._requests()
        if _importable("httpx"):
            self._httpx()
        if _importable("aiohttp"):
            answer_aiohttp(partial(self._answer, "aiohttp"), _octets, _kept_headers)

    def _answer(self, client: str, method: str, url: str, headers: Any, body: Any) -> Mapping[str, Any]:
        place = self._find(method, url)
        self.sent.append(
            {
                "client": client,
                "method": method,
                "url": url,
                "headers": [[str(name), str(value)] for name, value in headers],
                "body": _text(body),
                "answer": place,
            }
        )
        if place is None:
            raise ConnectionError(f"no request like {method} {url} was recorded")
        return self._recorded[place]

    def _find(self, method: str, url: str) -> int | None:
        wanted = (method.upper(), urlsplit(url).path)
        for place in self._left:
            one = self._recorded[place]
            if (str(one["method"]).upper(), urlsplit(str(one["url"])).path) == wanted:
                self._left.remove(place)
                return place
        return None

    def _urllib3(self) -> None:
        import urllib3
        from urllib3.connectionpool import HTTPConnectionPool

        def urlopen(pool: Any, method: str, url: str, body: Any = None, headers: Any = None, **options: Any) -> Any:
            host = pool.host if pool.port in (None, 80, 443) else f"{pool.host}:{pool.port}"
            whole = url if "://" in url else f"{pool.scheme}://{host}{url}"
            client = "requests" if self._inside.get() else "urllib3"
            one = self._answer(client, method, whole, (headers or {}).items(), body)
            if "status" not in one:
                raise urllib3.exceptions.NewConnectionError(pool, str(one.get("raised")))
            return urllib3.HTTPResponse(
                body=io.BytesIO(_octets(one.get("response_body"))),
                headers=urllib3.HTTPHeaderDict(_kept_headers(one)),
                status=int(one["status"]),
                preload_content=bool(options.get("preload_content", True)),
                decode_content=False,
                request_method=method,
            )

        HTTPConnectionPool.urlopen = urlopen  # type: ignore[method-assign, assignment]

    def _requests(self) -> None:
        """Its requests are those of urllib3: they are told apart by where they come from."""
        from requests.adapters import HTTPAdapter

        plain = HTTPAdapter.send

        def send(*given: Any, **named: Any) -> Any:
            token = self._inside.set(True)
            try:
                return plain(*given, **named)
            finally:
                self._inside.reset(token)

        HTTPAdapter.send = send  # type: ignore[method-assign]

    def _httpx(self) -> None:
        import httpx

        def answered(client: str, request: Any) -> Any:
            one = self._answer(client, request.method, str(request.url), request.headers.multi_items(), request.content)
            if "status" not in one:
                raise httpx.ConnectError(str(one.get("raised")), request=request)
            body = _octets(one.get("response_body"))
            return httpx.Response(int(one["status"]), headers=_kept_headers(one), content=body, request=request)

        def handle(transport: Any, request: Any) -> Any:
            request.read()
            return answered("httpx", request)

        async def handle_later(transport: Any, request: Any) -> Any:
            await request.aread()
            return answered("httpx-async", request)

        httpx.HTTPTransport.handle_request = handle  # type: ignore[method-assign, assignment]
        httpx.AsyncHTTPTransport.handle_async_request = handle_later  # type: ignore[method-assign, assignment]


def _importable(name: str) -> bool:
    import importlib.util

    return name in sys.modules or importlib.util.find_spec(name) is not None


def _kept_headers(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(n), str(v)) for n, v in one.get("response_headers") or () if str(n).lower() not in _UNPACKED]


def _octets(body: Any) -> bytes:
    if isinstance(body, list) and body[:1] == ["bytes"]:
        return base64.b64decode(body[1])
    return body.encode() if isinstance(body, str) else b""


def _text(body: Any) -> Any:
    if body is None or isinstance(body, str):
        return body
    if isinstance(body, (bytes, bytearray)):
        try:
            return bytes(body).decode()
        except UnicodeDecodeError:
            return ["bytes", base64.b64encode(bytes(body)).decode()]
    return f"<{type(body).__name__}>"
