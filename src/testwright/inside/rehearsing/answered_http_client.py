"""Stands in for the sockets of http.client, and so of urllib: what was sent is read, and answered when it is complete."""

from __future__ import annotations

import http.client
import io
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

__all__ = ["answer_http_client"]

Ask = Callable[[str, str, list[tuple[str, str]], bytes | None], Mapping[str, Any]]


def answer_http_client(ask: Ask, body_of: Callable[[Any], bytes], headers_of: Callable[[Any], Any]) -> None:
    """For the rest of the process. `ask` is told method, URL, headers and body, and gives the recorded answer."""

    def connect(connection: http.client.HTTPConnection) -> None:
        connection.sock = _Socket(connection, ask, body_of, headers_of)

    for kind in (http.client.HTTPConnection, http.client.HTTPSConnection):
        setattr(kind, "connect", connect)  # noqa: B010  each has its own


class _Socket:
    def __init__(self, connection: http.client.HTTPConnection, ask: Ask, body_of: Any, headers_of: Any) -> None:
        secure = isinstance(connection, http.client.HTTPSConnection)
        usual = (443,) if secure else (80,)
        port = "" if connection.port in usual else f":{connection.port}"
        self._start = f"{'https' if secure else 'http'}://{connection.host}{port}"
        self._ask, self._body_of, self._headers_of = ask, body_of, headers_of
        self._sent = b""
        self._answer = b""

    def sendall(self, data: Any, *flags: Any) -> None:
        self._sent += bytes(data)
        head, blank, body = self._sent.partition(b"\r\n\r\n")
        if not blank:
            return
        line, *rest = head.decode("latin-1").split("\r\n")
        headers = [(name, value.strip()) for name, _, value in (each.partition(":") for each in rest)]
        told = {name.lower(): value for name, value in headers}
        length = told.get("content-length")
        is_chunked = told.get("transfer-encoding", "").lower() == "chunked"
        if (length is not None and len(body) < int(length)) or (is_chunked and not body.endswith(b"0\r\n\r\n")):
            return
        method, target, _ = line.split(" ", 2)
        url = target if "://" in target else self._start + target
        self._sent = b""
        self._answer = self._packed(self._ask(method, url, headers, body or None))

    def _packed(self, one: Mapping[str, Any]) -> bytes:
        if "status" not in one:
            raise ConnectionRefusedError(str(one.get("raised")))
        status, body = int(one["status"]), self._body_of(one.get("response_body"))
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in self._headers_of(one))]
        lines += [f"Content-Length: {len(body)}", "", ""]
        return b"".join(["\r\n".join(lines).encode("latin-1", "replace"), body])

    def makefile(self, mode: str = "rb", *rest: Any, **named: Any) -> io.BytesIO:
        return io.BytesIO(self._answer)

    def close(self) -> None:
        self._sent = b""

    def settimeout(self, seconds: float | None) -> None:
        """There is nothing to wait for."""

    def setsockopt(self, *option: Any) -> None:
        """Nor anything to set."""

    def shutdown(self, how: int) -> None:
        self.close()
