"""Passes records on to the log without the secrets in them, and takes those out again that become known too late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .real_clock import now_ns
from .redaction import Redactor

__all__ = ["RedactedLog", "Rewritable"]

_PATIENCE = 50
"""Times that the last going over took: so long the next one waits."""
_HEADERS = frozenset({"headers", "response_headers"})
_BODIES = frozenset({"body", "response_body"})
_QUERIES = frozenset({"query", "url", "path"})
_AS_THEY_ARE = frozenset({"e", "trace", "n", "parent", "kind", "at", "took", "line", "id", "status", "dropped"})


class Rewritable(Protocol):
    """A log that can be changed afterwards."""

    def write(self, record: Mapping[str, Any], /) -> None: ...

    def rewrite(self, replace: Callable[[bytes], bytes], /) -> object: ...


class RedactedLog:
    """What the session writes to."""

    def __init__(self, log: Rewritable, redactor: Redactor) -> None:
        self._log, self._redactor = log, redactor
        self._not_before = 0

    def write(self, record: Mapping[str, Any], /) -> None:
        """A secret is known from where it was first seen: what was written before is gone over once more, at the end and,
        as long as that takes little of the program's time, meanwhile.
        """
        self._log.write({key: self._part(key, value, record) for key, value in record.items()})
        if self._redactor.late and record["e"] == "end" and now_ns() >= self._not_before:
            self.settle()

    def settle(self) -> None:
        """Take out what has become known since it was written."""
        if self._redactor.late:
            self._redactor.late = False
            begun = now_ns()
            self._log.rewrite(self._redactor.redact_text)
            self._not_before = now_ns() + (now_ns() - begun) * _PATIENCE

    def _part(self, key: str, value: Any, record: Mapping[str, Any]) -> Any:
        if key in _AS_THEY_ARE:
            return value
        if key == "data" and record.get("kind") == "call":
            return self._call(value, str(record.get("name", "")))
        if isinstance(value, Mapping):
            return self._named(value)
        return self._redactor.redact(value) if isinstance(value, str) else value

    def _call(self, data: Mapping[str, Any], name: str) -> dict[str, Any]:
        function = name.rpartition(":")[2].rpartition(".")[2]
        return {key: self._of_call(key, value, function) for key, value in data.items()}

    def _of_call(self, key: str, value: Any, function: str) -> Any:
        redact = self._redactor.redact
        if key in ("arguments", "keywords", "after"):
            return [[name, redact(plain, name)] for name, plain in value]
        if key in ("rest", "yielded"):
            return [redact(plain, function if key == "yielded" else "") for plain in value]
        if key == "returned":
            return redact(value, function)
        if key == "raised":
            return {**value, "message": redact(value["message"]), "value": redact(value["value"])}
        return value

    def _named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Of a request, of SQL, of anything that has names."""
        content_type = str(values.get("content_type", ""))
        return {key: self._named_one(key, value, content_type) for key, value in values.items()}

    def _named_one(self, key: str, value: Any, content_type: str) -> Any:
        if key in _HEADERS and isinstance(value, list):
            return self._redactor.redact_headers(value)
        if key in _BODIES:
            return self._body(value, content_type)
        if key in _QUERIES and isinstance(value, str):
            return self._redactor.redact_query(value)
        if isinstance(value, Mapping):
            return self._named(value)
        return self._redactor.redact(value, key) if not isinstance(value, (bool, int, float)) else value

    def _body(self, value: Any, content_type: str) -> Any:
        if isinstance(value, str):
            return self._redactor.redact_body(value, content_type)
        if isinstance(value, list) and value and value[0] == "cut" and isinstance(value[-1], str):
            return [*value[:-1], self._redactor.redact_body(value[-1], content_type)]
        return self._redactor.redact(value)
