"""Holds a request while it is answered: what was sent and what came back become one span, the first of its trace."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from .real_clock import now_ns
from .session import Scope, Session

__all__ = [
    "RECORD_VARIABLE",
    "ROWS_VARIABLE",
    "Exchange",
    "KeptBytes",
    "recording_is_off",
    "rows_are_wanted",
    "text_of",
]

RECORD_VARIABLE, ROWS_VARIABLE = "TESTWRIGHT_RECORD", "TESTWRIGHT_RECORD_ROWS"

MOST_BYTES = 256 * 1024
"""Of a body; more is cut."""


def recording_is_off() -> bool:
    """The environment says that no middleware is to record, whatever the program says."""
    return os.environ.get(RECORD_VARIABLE) == "0"


def rows_are_wanted(said: bool | None = None) -> bool:
    """Whether the rows that requests find are kept: as it is `said` in the program, else as the environment says."""
    return os.environ.get(ROWS_VARIABLE, "0") not in ("", "0") if said is None else bool(said)


class KeptBytes:
    """The beginning of a body that goes by in pieces."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._pieces: list[bytes] = []
        self.length = 0

    def add(self, piece: bytes) -> None:
        left = self._most - self.length
        if left > 0:
            self._pieces.append(bytes(piece[:left]))
        self.length += len(piece)

    @property
    def content(self) -> bytes:
        return b"".join(self._pieces)

    @property
    def is_cut(self) -> bool:
        return self.length > self._most


class Exchange:
    """One request and its response. Headers are (name, value) texts, in their order. `rows`: those that it finds by
    SQLAlchemy are kept.
    """

    def __init__(
        self,
        session: Session,
        method: str,
        path: str,
        query: str,
        headers: Iterable[tuple[str, str]],
        *,
        rows: bool = False,
    ) -> None:
        self._session = session
        self.scope: Scope = session.begin("request", f"{method} {path}", {"method": method, "path": path})
        self.scope.kept["rows wanted"] = rows
        self.enter()
        self.scope.root = self._number = session.number(self.scope, "request")
        self._at = now_ns()
        self.name = f"{method} {path}"
        self.request: dict[str, Any] = {
            "method": method,
            "path": path,
            "query": query,
            "headers": list(map(list, headers)),
        }
        self.sent, self.answered = KeptBytes(), KeptBytes()
        self.status = 0
        self.response_headers: list[tuple[str, str]] = []
        self.about: dict[str, Any] = {}
        session.answering.add(self)
        self.more: dict[str, Any] = {}
        """Of the response, what a framework knows beside."""

    def enter(self) -> None:
        """What this thread or task does from here on is part of it."""
        self._token = self._session.enter(self.scope)

    def read_along(self, pieces: Iterable[bytes], *, ends: bool = True) -> Iterator[bytes]:
        """The body on its way out: what makes it is part of the request, what sends it is not. With its end, if it
        `ends` so, the exchange is over.
        """
        iterator = iter(pieces)
        try:
            while True:
                self.enter()
                try:
                    piece = next(iterator, None)
                finally:
                    self.leave()
                if piece is None:
                    return
                self.answered.add(piece)
                yield piece
        finally:
            if ends:
                self.end()

    def leave(self) -> None:
        """What this thread or task does from here on is not part of it; the body may still go out."""
        self._session.leave(self._token)

    def raised(self, error: BaseException) -> None:
        kind = type(error)
        self.about["error"] = f"{kind.__module__}:{kind.__qualname__}"

    def end(self) -> None:
        if self.scope.ended:
            return
        self._session.answering.discard(self)
        headers = [[name, value] for name, value in self.response_headers]
        response = {
            "status": self.status,
            "headers": headers,
            **_body(self.answered, _content_type(headers)),
            **self.more,
        }
        request = {**self.request, **_body(self.sent, _content_type(self.request["headers"]))}
        self._session.write(
            self.scope, self._number, 0, "request", self.name, self._at, {**request, "response": response}
        )
        self._session.end(self.scope, str(self.status or "error"), {"status": self.status, **self.about})


def _content_type(headers: Iterable[Iterable[str]]) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")


def _body(kept: KeptBytes, content_type: str) -> dict[str, Any]:
    return {"content_type": content_type, "body": text_of(kept, content_type)}


def text_of(kept: KeptBytes, content_type: str) -> Any:
    """A plain value: text where the bytes are one, and cut where there was more."""
    import base64
    import codecs
    import hashlib

    content = kept.content
    try:
        text: Any = codecs.getincrementaldecoder("utf-8")().decode(content, final=not kept.is_cut)
    except UnicodeDecodeError:
        text = ["bytes", base64.b64encode(content).decode("ascii")]
    if not kept.is_cut:
        return text
    digest = hashlib.sha256(content).hexdigest()[:16]
    return ["cut", "str" if isinstance(text, str) else "bytes", kept.length, digest, text]
