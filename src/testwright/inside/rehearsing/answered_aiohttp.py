"""Stands in for the requests of aiohttp's client: each is answered at once, by a response that can be read as its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from http import HTTPStatus
from typing import Any

__all__ = ["answer_aiohttp"]

Ask = Callable[[str, str, list[tuple[str, str]], Any], Mapping[str, Any]]


def answer_aiohttp(ask: Ask, body_of: Callable[[Any], bytes], headers_of: Callable[[Any], Any]) -> None:
    """For the rest of the process. `ask` is told method, URL, headers and body, and gives the recorded answer."""
    import aiohttp
    from yarl import URL

    async def _request(session: Any, method: str, str_or_url: Any, **options: Any) -> Any:
        url = session._build_url(str_or_url)
        if options.get("params"):
            url = url.update_query(options["params"])
        headers, body = _sent(session, options)
        one = ask(method.upper(), str(url), headers, body)
        if "status" not in one:
            raise aiohttp.ClientConnectionError(str(one.get("raised")))
        response = _Response(method.upper(), URL(str(url)), one, body_of(one.get("response_body")), headers_of(one))
        if options.get("raise_for_status") is True or getattr(session, "_raise_for_status", False) is True:
            response.raise_for_status()
        return response

    aiohttp.ClientSession._request = _request  # type: ignore[method-assign, assignment]


def _sent(session: Any, options: Mapping[str, Any]) -> tuple[list[tuple[str, str]], Any]:
    """Headers and body as they would go out, of what is given as JSON, as fields or as it is."""
    headers = {**dict(session.headers), **dict(options.get("headers") or {})}
    body = options.get("data")
    if options.get("json") is not None:
        body = json.dumps(options["json"])
        headers.setdefault("Content-Type", "application/json")
    elif isinstance(body, Mapping):
        from urllib.parse import urlencode

        body = urlencode({str(name): str(value) for name, value in body.items()})
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    return [(str(name), str(value)) for name, value in headers.items()], body


class _Response:
    """What code asks a `ClientResponse` for."""

    def __init__(self, method: str, url: Any, one: Mapping[str, Any], body: bytes, headers: Any) -> None:
        from multidict import CIMultiDict, CIMultiDictProxy

        self.method, self.url, self.real_url, self.history = method, url, url, ()
        self.status = int(one["status"])
        known = self.status in HTTPStatus._value2member_map_
        self.reason = HTTPStatus(self.status).phrase if known else ""
        self.headers = CIMultiDictProxy(CIMultiDict(headers))
        self.content_type = str(self.headers.get("Content-Type", "application/octet-stream")).partition(";")[0]
        self.charset = "utf-8"
        self.content = _Content(body)
        self.cookies: dict[str, str] = {}
        self.closed = True
        self._body = body

    @property
    def ok(self) -> bool:
        return self.status < 400

    async def read(self) -> bytes:
        return self._body

    async def text(self, encoding: str | None = None, errors: str = "strict") -> str:
        return self._body.decode(encoding or "utf-8", errors)

    async def json(self, *, encoding: str | None = None, loads: Any = json.loads, content_type: Any = "") -> Any:
        import aiohttp

        if content_type == "" and "json" not in self.content_type:
            raise aiohttp.ContentTypeError(None, (), message="unexpected mimetype", headers=self.headers)  # type: ignore[arg-type]
        text = (await self.text(encoding)).strip()
        return loads(text) if text else None

    def raise_for_status(self) -> None:
        import aiohttp

        if not self.ok:
            request = aiohttp.RequestInfo(self.url, self.method, self.headers, self.url)
            raise aiohttp.ClientResponseError(
                request, (), status=self.status, message=self.reason, headers=self.headers
            )

    def release(self) -> None:
        """It holds no connection."""

    close = release

    async def wait_for_close(self) -> None:
        """Nor has it anything to wait for."""

    async def __aenter__(self) -> _Response:
        return self

    async def __aexit__(self, *error: Any) -> None:
        self.release()


class _Content:
    """The body as a stream."""

    def __init__(self, body: bytes) -> None:
        self._left = body

    async def read(self, count: int = -1) -> bytes:
        count = len(self._left) if count < 0 else count
        found, self._left = self._left[:count], self._left[count:]
        return found

    async def iter_chunked(self, count: int) -> AsyncIterator[bytes]:
        while self._left:
            yield await self.read(count)

    def iter_any(self) -> AsyncIterator[bytes]:
        return self.iter_chunked(2**16)
