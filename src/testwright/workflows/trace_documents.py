"""Says a trace as plain data: for JSON, and for the page that shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from testwright.nouns import Span, Trace
from testwright.traces.plain_text import duration, pretty_value, short_value, told, trace_title
from testwright.traces.trace_tree import own_time, walked

__all__ = ["plain_span", "plain_trace", "started_at", "trace_page_of"]

_ROWS = 20_000
"""Spans that a page shows; a browser takes no more."""
_LISTS = {"sql": "SQL", "http": "HTTP", "mail": "Mail", "log": "Log"}


def plain_trace(trace: Trace) -> dict[str, Any]:
    return {
        "id": trace.id,
        "kind": trace.kind,
        "name": trace.name,
        "started": trace.started,
        "took": trace.took,
        "status": trace.status,
        "method": trace.method,
        "path": trace.path,
        "user": trace.user,
        "node": trace.node,
        "spans": trace.spans,
        "size": trace.size,
        "pinned": trace.pinned,
        "complete": trace.complete,
        "dropped": dict(trace.dropped),
        "about": dict(trace.about),
        "process": {key: value for key, value in trace.process.items() if key != "e"},
    }


def plain_span(span: Span, *, depth: int | None = None) -> dict[str, Any]:
    """With a depth: only where it lies and how long it took."""
    place = {"n": span.n, "parent": span.parent, "kind": span.kind, "name": span.name, "took": span.took}
    if depth is not None:
        return {**place, "depth": depth}
    more = {"file": span.file, "line": span.line, "thread": span.thread, "started": span.started}
    return {**place, **more, "data": dict(span.data)}


def started_at(trace: Trace) -> str:
    """By the clock of this machine."""
    return datetime.fromtimestamp(trace.started / 1e9).strftime("%Y-%m-%d %H:%M:%S")


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def trace_page_of(trace: Trace, spans: Sequence[Span]) -> dict[str, Any]:
    """What `write.trace_page` shows."""
    own = own_time(spans)
    parents = {span.parent for span in spans}
    rows = [_row(depth, span, own[span.n], trace, span.n in parents) for depth, span in _first(walked(spans))]
    request = next((span for span in spans if span.kind == "request"), None)
    return {
        "title": trace_title(trace),
        "trace": plain_trace(trace),
        "facts": _facts(trace, spans),
        "request": _exchange(request.data) if request is not None else None,
        "rows": rows,
        "left_out": max(0, len(spans) - len(rows)),
        "lists": [_list_of(kind, title, spans) for kind, title in _LISTS.items() if any(s.kind == kind for s in spans)],
    }


def _first(walk: Iterable[tuple[int, Span]]) -> Iterable[tuple[int, Span]]:
    return (each for each, _ in zip(walk, range(_ROWS), strict=False))


def _facts(trace: Trace, spans: Sequence[Span]) -> list[tuple[str, str]]:
    process = trace.process
    kinds = Counter(span.kind for span in spans)
    versions = process.get("versions")
    facts = [
        ("started", started_at(trace)),
        ("took", duration(trace.took)),
        ("status", trace.status or "unfinished"),
        ("user", trace.user),
        ("test", trace.node),
        ("spans", ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())),
        ("not kept", ", ".join(f"{number} {kind}" for kind, number in trace.dropped.items())),
        ("error", short_value(trace.about["error"], 500) if "error" in trace.about else ""),
        ("command", " ".join(map(str, process.get("argv") or ()))),
        ("python", str(process.get("python") or "")),
        ("versions", ", ".join(f"{k} {v}" for k, v in versions.items()) if isinstance(versions, Mapping) else ""),
        ("commit", str(process.get("commit") or "")),
        ("complete", "" if trace.complete else "no: parts of it are missing"),
    ]
    return [(name, value) for name, value in facts if value]


def _row(depth: int, span: Span, own: int, trace: Trace, has_children: bool) -> dict[str, Any]:
    said = told(span, 120)
    return {
        "n": span.n,
        "depth": depth,
        "kind": span.kind,
        "title": said.title,
        "detail": said.detail,
        "outcome": said.outcome,
        "failed": "raised" in span.data,
        "took": duration(span.took),
        "own": duration(own),
        "share": round(min(100.0, 100 * span.took / trace.took), 1) if trace.took else 0.0,
        "place": f"{span.file}:{span.line}" if span.file else "",
        "thread": span.thread,
        "name": span.name,
        "fields": _fields(span.data),
        "has_children": has_children,
    }


def _fields(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each value on a line of its own."""
    found: list[tuple[str, str]] = []
    for name, value in data.items():
        if isinstance(value, list) and value and all(isinstance(each, list) and len(each) == 2 for each in value):
            found += [(f"{name} {pair[0]}", pretty_value(pair[1])) for pair in value]
        elif value not in (None, "", [], {}) or name == "returned":
            found.append((name, value if isinstance(value, str) else pretty_value(_listed(name, value))))
    return found


def _listed(name: str, value: Any) -> Any:
    return ["list", *value] if name in ("rest", "yielded") and isinstance(value, list) else value


def _exchange(data: Mapping[str, Any]) -> dict[str, Any]:
    response = data.get("response")
    answer = response if isinstance(response, Mapping) else {}
    query = data.get("query")
    return {
        "line": f"{data.get('method', '')} {data.get('path', '')}{'?' + query if isinstance(query, str) and query else ''}",
        "headers": _header_rows(data.get("headers")),
        "body": _body(data.get("body")),
        "status": str(answer.get("status", "")),
        "answer_headers": _header_rows(answer.get("headers")),
        "answer_body": _body(answer.get("body")),
        "templates": [str(each) for each in answer.get("templates") or ()],
        "view": str(data.get("view") or ""),
        "route": str(data.get("route") or ""),
    }


def _header_rows(pairs: Any) -> list[tuple[str, str]]:
    if not isinstance(pairs, list):
        return []
    return [(str(each[0]), _body(each[1])) for each in pairs if isinstance(each, list) and len(each) == 2]


def _body(plain: Any) -> str:
    if plain is None:
        return ""
    return plain if isinstance(plain, str) else pretty_value(plain)


def _list_of(kind: str, title: str, spans: Iterable[Span]) -> dict[str, Any]:
    chosen = [span for span in spans if span.kind == kind]
    return {
        "kind": kind,
        "title": title,
        "number": len(chosen),
        "took": duration(sum(span.took for span in chosen)),
        "rows": [_entry(span) for span in chosen[:_ROWS]],
    }


def _entry(span: Span) -> dict[str, Any]:
    said = told(span, 300)
    return {
        "n": span.n,
        "title": said.title,
        "detail": said.detail.strip(),
        "outcome": said.outcome,
        "took": duration(span.took),
        "nanoseconds": span.took,
    }
