"""Tells a trace as Kolo would: as frames, which trace processors that were written for Kolo look through."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from testwright.nouns import Span, Trace
from testwright.traces.plain_text import short_value

__all__ = ["kolo_context", "kolo_frames"]

_PARTS = ("call", "request", "sql", "http", "log", "template")


def kolo_context(trace: Trace, spans: Sequence[Span]) -> dict[str, Any]:
    """What a processor of Kolo's finds in its context beside the names of a template; all of it is JSON."""
    frames = kolo_frames(spans)
    request = next((frame for frame in frames if frame["type"] == "django_request"), None)
    response = next((frame for frame in frames if frame["type"] == "django_response"), None)
    told = {"trace_id": trace.id, "trace_name": trace.name, "timestamp": trace.started / 1e9}
    section = {"frames": frames, "request": request, "response": response}
    return {
        "_frames": frames,
        "_trace": told,
        "_traces": {trace.id: {"frames": frames, "trace": told, "schema_data": {}}},
        "_config": {},
        "sections": [section],
        "trace": trace.id,
    }


def kolo_frames(spans: Sequence[Span]) -> list[dict[str, Any]]:
    """In the order in which they began and ended."""
    events: list[tuple[int, int, dict[str, Any]]] = []
    for span in spans:
        if span.kind in _PARTS:
            frame = {"frame_id": f"frm_{span.n}", "thread": span.thread, "path": f"{span.file}:{span.line}"}
            begin, end = _FRAMES[span.kind](span)
            if begin:
                events.append((span.started, span.n, frame | {"timestamp": span.started / 1e9} | begin))
            if end:
                at = span.started + span.took
                events.append((at, -span.n, frame | {"timestamp": at / 1e9} | end))
    return [frame for _, _, frame in sorted(events, key=lambda event: event[:2])]


def _call(span: Span) -> tuple[dict[str, Any], dict[str, Any]]:
    module, _, name = span.name.partition(":")
    given = span.data.get("arguments")
    local = {str(pair[0]): _json(pair[1]) for pair in given if len(pair) == 2} if isinstance(given, list) else {}
    both = {"type": "frame", "co_name": name.rpartition(".")[2], "qualname": f"{module}.{name}", "locals": local}
    return both | {"event": "call", "arg": None}, both | {"event": "return", "arg": _json(span.data.get("returned"))}


def _request(span: Span) -> tuple[dict[str, Any], dict[str, Any]]:
    data = span.data
    response = data.get("response") or {}
    sent = {
        "type": "django_request",
        "scheme": "http",
        "method": data.get("method"),
        "path_info": data.get("path"),
        "query_params": parse_qs(str(data.get("query") or "")),
        "post_data": {},
        "headers": _headers(data.get("headers")),
        "body": _json(data.get("body")),
    }
    answered = {
        "type": "django_response",
        "method": data.get("method"),
        "path_info": data.get("path"),
        "status_code": response.get("status"),
        "headers": _headers(response.get("headers")),
        "content": _json(response.get("body")),
        "url_pattern": {"route": data.get("route"), "view_qualname": str(data.get("view") or "").replace(":", ".")},
    }
    return sent, answered


def _sql(span: Span) -> tuple[dict[str, Any], dict[str, Any]]:
    told = {
        "type": "end_sql_query",
        "query_template": span.data.get("sql"),
        "query": span.data.get("sql"),
        "query_params": _json(span.data.get("parameters")),
        "query_data": _json(span.data.get("rows")),
        "database": span.data.get("vendor"),
    }
    return {"type": "start_sql_query"}, told


def _http(span: Span) -> tuple[dict[str, Any], dict[str, Any]]:
    data = span.data
    both = {"subtype": data.get("client"), "method": data.get("method"), "url": data.get("url")}
    sent = {"type": "outbound_http_request", "headers": _headers(data.get("headers")), "body": _json(data.get("body"))}
    answered = {
        "type": "outbound_http_response",
        "status_code": data.get("status"),
        "headers": _headers(data.get("response_headers")),
        "body": _json(data.get("response_body")),
    }
    return both | sent, both | answered


def _log(span: Span) -> tuple[dict[str, Any], dict[str, Any]]:
    told = {"type": "log_message", "name": span.name, "level": span.data.get("level"), "msg": span.data.get("message")}
    return told, {}


def _template(span: Span) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"type": "django_template_start", "template": span.name}, {
        "type": "django_template_end",
        "template": span.name,
    }


_FRAMES: dict[str, Callable[[Span], tuple[dict[str, Any], dict[str, Any]]]] = {
    "call": _call,
    "request": _request,
    "sql": _sql,
    "http": _http,
    "log": _log,
    "template": _template,
}


def _headers(pairs: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in pairs or ()}


def _json(plain: Any) -> Any:
    """Of a plain value: containers of JSON, bytes as text where they are some, anything else as Python would write it."""
    if not isinstance(plain, list):
        return dict(plain) if isinstance(plain, Mapping) else plain
    kind = plain[0] if plain else ""
    if kind in ("list", "tuple", "set", "frozenset"):
        return [_json(each) for each in plain[1:]]
    if kind == "dict":
        return {str(_json(key)): _json(value) for key, value in _pairs(plain[1:])}
    if kind == "bytes":
        return base64.b64decode(plain[1]).decode("utf-8", "replace")
    return short_value(plain, 400)


def _pairs(parts: Iterable[Any]) -> list[tuple[Any, Any]]:
    return [(part[0], part[1]) for part in parts if isinstance(part, list) and len(part) == 2]
