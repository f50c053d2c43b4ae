"""A server on loopback that speaks the OpenAI protocol, and breaks in the way that each test asks for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Answer", "FaultyServer", "chunk", "streamed"]

Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


def chunk(text: str = "", *, finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "text": text, "finish_reason": finish}
    plain = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more}
    return b"data: " + json.dumps(plain).encode() + b"\n\n"


def streamed(*parts: bytes, kind: str = "text/event-stream", status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        for part in parts:
            handler.wfile.write(part)
            handler.wfile.flush()

    return answer


class FaultyServer:
    """Gives `answers` in turn, the last of them again and again; `requests` are (path, headers, body)."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.released = threading.Event()
        left, lock, outer = list(answers), threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                text = self.rfile.read(size)
                if len(text) < size:
                    return  # the client died while it asked
                body = json.loads(text)
                with lock:
                    outer.requests.append((self.path, dict(self.headers), body))
                    answer = left.pop(0) if len(left) > 1 else left[0]
                try:
                    answer(self, body)
                except OSError:
                    return  # the client has left, as several tests want it to

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def silent(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        """An answer that begins, and then says nothing until the test is over."""
        streamed(chunk("begin"))(handler, body)
        self.released.wait()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
