"""Carries requests to one host and no other, and lets no reply grow beyond its bound."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2

from testwright.errors import ModelError
from testwright.llm.hosts import Host

__all__ = ["http_client", "silence_limit"]

_CONNECT_SECONDS, _CONNECTIONS = 10.0, 64


def http_client(host: Host, url: str, key: str, most_bytes: int) -> Any:
    """Follows no redirection: what the user allowed is this host. Without a key, none is sent, whatever the environment has."""
    transport = _Bounded(_transport(host, url), url, key, most_bytes)
    return httpx2.Client(transport=transport, follow_redirects=False, trust_env=False)


def silence_limit(seconds: float) -> Any:
    """Somewhat longer than the caller waits: this ends what he has left, so that it does not wait for ever."""
    return httpx2.Timeout(seconds + 5.0, connect=_CONNECT_SECONDS)


def _transport(host: Host, url: str) -> Any:
    limits = httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    return httpx2.HTTPTransport(proxy=None if host.is_local else _proxy(host, url), limits=limits)


def _proxy(host: Host, url: str) -> str | None:
    if urllib.request.proxy_bypass(host.name):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(urlsplit(url).scheme) or proxies.get("all")


class _Bounded(httpx2.BaseTransport):  # type: ignore[misc]
    def __init__(self, inner: Any, url: str, key: str, most_bytes: int) -> None:
        self._inner = inner
        self._key = key
        self._origin = _origin(httpx2.URL(url))
        self._most = most_bytes

    def handle_request(self, request: Any) -> Any:
        if _origin(request.url) != self._origin:
            raise ModelError(
                f"the server sends on to another one, {request.url.host!r}",
                slug="model-refused",
                hint="name that one with --base-url if code may be sent there",
            )
        request.headers.pop("Authorization", None)
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        # What is packed could be far larger than its bytes.
        request.headers["Accept-Encoding"] = "identity"
        response = self._inner.handle_request(request)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            response.close()
            raise ModelError(
                "the server sends packed replies, though it was asked not to",
                slug="model-reply-invalid",
                hint="ask another server, or without what packs replies on the way",
            )
        response.stream = _Counted(response.stream, self._most)
        return response

    def close(self) -> None:
        self._inner.close()


class _Counted(httpx2.SyncByteStream):  # type: ignore[misc]
    def __init__(self, inner: Any, most: int) -> None:
        self._inner = inner
        self._left = most

    def __iter__(self) -> Iterator[bytes]:
        for part in self._inner:
            self._left -= len(part)
            if self._left < 0:
                raise ModelError(
                    "the server's reply does not end",
                    slug="model-reply-endless",
                    hint="it ignores `max_tokens`: ask another server, or a newer version of it",
                )
            yield part

    def close(self) -> None:
        self._inner.close()


def _origin(url: Any) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)
