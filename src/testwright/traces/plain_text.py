"""Says in a few words what was recorded: a value much as Python would write it, a span as what happened."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from testwright.nouns import Span, Trace

__all__ = ["Told", "duration", "pretty_value", "short_value", "told", "trace_title"]

_DEEPEST = 12
_BRACKETS = {"list": "[]", "tuple": "()", "set": "{}", "frozenset": "{}"}


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def short_value(plain: Any, most: int = 80) -> str:
    """On one line, of at most so many characters."""
    text = _value(plain, most, 0)
    return text if len(text) <= most else text[: max(1, most - 1)] + "…"


def pretty_value(plain: Any) -> str:
    """All of it, still on one line; for a page, where there is room."""
    return short_value(plain, 4000)


def _value(plain: Any, room: int, depth: int) -> str:
    if isinstance(plain, str):
        return repr(plain if len(plain) <= room else plain[:room])
    if not isinstance(plain, list):
        return _scalar(plain, room)
    if depth > _DEEPEST or not plain or not isinstance(plain[0], str):
        return "…"
    form = _FORMS.get(plain[0])
    try:
        return form(plain, room, depth) if form else "…"
    except (IndexError, TypeError, ValueError):
        return "…"  # no plain value, whoever wrote it


def _scalar(plain: Any, room: int) -> str:
    if isinstance(plain, dict):  # free JSON, such as in `about`
        return json.dumps(plain, ensure_ascii=False, default=str)[: room + 1]
    if isinstance(plain, int) and not isinstance(plain, bool) and plain.bit_length() > 10_000:
        return f"an integer of {plain.bit_length()} bits"
    return repr(plain)


def _joined(parts: Iterable[Any], room: int, text_of: Callable[[Any, int], str]) -> str:
    found: list[str] = []
    for part in parts:
        if room <= 0:
            return ", ".join([*found, "…"])
        found.append(text_of(part, room))
        room -= len(found[-1]) + 2
    return ", ".join(found)


def _container(plain: list[Any], room: int, depth: int) -> str:
    inner = _joined(plain[1:], room, lambda part, left: _value(part, left, depth + 1))
    brackets = _BRACKETS[plain[0]]
    if plain[0] == "tuple" and len(plain) == 2:
        inner += ","
    if plain[0] == "frozenset":
        return f"frozenset({{{inner}}})" if inner else "frozenset()"
    return f"{brackets[0]}{inner}{brackets[1]}" if inner or plain[0] != "set" else "set()"


def _dict(plain: list[Any], room: int, depth: int) -> str:
    def pair(each: Any, left: int) -> str:
        return f"{_value(each[0], left, depth + 1)}: {_value(each[1], left, depth + 1)}"

    return "{" + _joined(plain[1:], room, pair) + "}"


def _attributes(pairs: Iterable[Any], room: int, depth: int) -> str:
    return _joined(pairs, room, lambda each, left: f"{each[0]}={_value(each[1], left, depth + 1)}")


def _object(plain: list[Any], room: int, depth: int) -> str:
    return f"{_last_name(plain[1])}({_attributes(plain[3:], room, depth)})"


def _items(plain: list[Any], room: int, depth: int) -> str:
    inner = _value(plain[3], room, depth + 1)
    more = _attributes(plain[4:], room - len(inner), depth)
    return f"{_last_name(plain[1])}({inner}{', ' + more if more else ''})"


def _standard(plain: list[Any], room: int, depth: int) -> str:
    inner = _joined(plain[2:], room, lambda part, left: _value(part, left, depth + 1))
    return f"{plain[1].rpartition('.')[2]}({inner})"


def _cut(plain: list[Any], room: int, depth: int) -> str:
    beginning = "" if plain[4] is None else _value(plain[4], room, depth + 1) + "… "
    return f"<{beginning}{plain[1]} of {plain[2]}>"


def _named(plain: list[Any], room: int, depth: int) -> str:
    module, _, name = plain[1].partition(":")
    return name or f"module {module}"


def _opaque(plain: list[Any], room: int, depth: int) -> str:
    why = str(plain[2])
    return why if why.startswith("<") else f"<{_last_name(plain[1]) or 'value'}: {why}>"


_FORMS: dict[str, Callable[[list[Any], int, int], str]] = {
    **dict.fromkeys(_BRACKETS, _container),
    "dict": _dict,
    "bytes": lambda plain, room, depth: f"bytes from base64 {plain[1][:room]!r}",
    "float": lambda plain, room, depth: f"float({plain[1]!r})",
    "complex": lambda plain, room, depth: f"complex({plain[1]!r}, {plain[2]!r})",
    "std": _standard,
    "enum": lambda plain, room, depth: f"{_last_name(plain[1])}.{plain[2]}",
    "name": _named,
    "object": _object,
    "function": lambda plain, room, depth: _last_name(plain[1]),
    "items": _items,
    "again": lambda plain, room, depth: f"<the same as #{plain[1]}>",
    "is": lambda plain, room, depth: _value(plain[2], room, depth + 1),
    "cut": _cut,
    "opaque": _opaque,
    "secret": lambda plain, room, depth: "<secret>",
}


def _last_name(name: str) -> str:
    return name.rpartition(":")[2]


# ── spans ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Told:
    """What a span says of itself: `title` is what was done, `detail` with which values, `outcome` what came of it."""

    __slots__ = ("detail", "outcome", "title")

    def __init__(self, title: str, detail: str = "", outcome: str = "") -> None:
        self.title, self.detail, self.outcome = title, detail, outcome

    @property
    def line(self) -> str:
        return self.title + self.detail + (f" → {self.outcome}" if self.outcome else "")


def told(span: Span, most: int = 80) -> Told:
    """`most` characters for each value."""
    data = span.data
    teller = _TELLERS.get(span.kind)
    try:
        return teller(span, data, most) if teller else _told_plainly(span, data, most)
    except (IndexError, KeyError, TypeError, ValueError, AttributeError):
        return Told(span.name)  # its data are of another shape


def _told_call(span: Span, data: Mapping[str, Any], most: int) -> Told:
    parts = [f"{name}={short_value(value, most)}" for name, value in data.get("arguments", ())]
    parts += [short_value(value, most) for value in data.get("rest", ())]
    parts += [f"{name}={short_value(value, most)}" for name, value in data.get("keywords", ())]
    return Told(_last_name(span.name), f"({', '.join(parts)})", _outcome(data, most))


def _outcome(data: Mapping[str, Any], most: int) -> str:
    if raised := data.get("raised"):
        return f"raised {_last_name(raised['type'])}: {raised.get('message', '')}".rstrip(": ")[:most]
    if data.get("yielded"):
        return "yielded " + short_value(["list", *data["yielded"]], most)
    return short_value(data["returned"], most) if "returned" in data else ""


def _told_request(span: Span, data: Mapping[str, Any], most: int) -> Told:
    query = data.get("query")
    path = f"{data.get('path', '')}{'?' + query if isinstance(query, str) and query else ''}"
    body = data.get("body")
    sent = f" {short_value(body, most)}" if body not in (None, "", ["bytes", ""]) else ""
    response = data.get("response") or {}
    return Told(f"{data.get('method', '')} {path}", sent, str(response.get("status", "")))


def _told_sql(span: Span, data: Mapping[str, Any], most: int) -> Told:
    parameters = data.get("parameters")
    detail = f" {short_value(parameters, most)}" if parameters not in (None, ["list"], ["tuple"], ["dict"]) else ""
    rows = data.get("rows")
    count = data.get("rowcount")
    outcome = short_value(rows, most) if rows is not None else f"{count} rows" if isinstance(count, int) else ""
    return Told(" ".join(str(data.get("sql", "")).split()), detail, _outcome(data, most) or outcome)


def _told_http(span: Span, data: Mapping[str, Any], most: int) -> Told:
    body = data.get("body")
    sent = f" {short_value(body, most)}" if body not in (None, "") else ""
    answer = data.get("response_body")
    outcome = f"{data.get('status', '')} {short_value(answer, most) if answer is not None else ''}".strip()
    return Told(f"{data.get('method', '')} {data.get('url', '')}", sent, _outcome(data, most) or outcome)


def _told_message(span: Span, data: Mapping[str, Any], most: int) -> Told:
    origin = "left by an earlier request" if data.get("earlier") else ""
    return Told(f"message {data.get('tags', '')}".rstrip(), f": {short_value(data.get('text'), most)}", origin)


def _told_session(span: Span, data: Mapping[str, Any], most: int) -> Told:
    return Told("session", f" {short_value(data.get('found'), most)}", "left by an earlier request")


def _told_template(span: Span, data: Mapping[str, Any], most: int) -> Told:
    others = ", ".join(map(str, data.get("names", ())[1:]))
    return Told(f"template {span.name}", f" {short_value(data.get('context'), most)}", _outcome(data, most) or others)


def _told_cache(span: Span, data: Mapping[str, Any], most: int) -> Told:
    detail = f" {short_value(data['key'], most)}" if "key" in data else ""
    value = short_value(data.get("value", data.get("returned")), most)
    missed = " (no hit)" if data.get("hit") is False else ""
    return Told(f"cache {data.get('method', '')}", detail, _outcome(data, most) or value + missed)


def _told_log(span: Span, data: Mapping[str, Any], most: int) -> Told:
    said = data.get("message", data.get("template"))
    given = f" {short_value(data['args'], most)}" if "message" not in data else ""
    error = data.get("exception")
    outcome = f"{_last_name(error['type'])}: {error.get('message', '')}".rstrip(": ")[:most] if error else ""
    return Told(f"{data.get('level', '')} {data.get('logger', '')}:", f" {short_value(said, most)}{given}", outcome)


def _told_redis(span: Span, data: Mapping[str, Any], most: int) -> Told:
    given = [data["key"]] if "key" in data else []
    given += data.get("args", ["list"])[1:]
    detail = "".join(f" {short_value(each, most)}" for each in given)
    return Told(
        f"redis {data.get('command', '')}", detail, _outcome(data, most) or short_value(data.get("reply"), most)
    )


def _told_task(span: Span, data: Mapping[str, Any], most: int) -> Told:
    parts = [short_value(value, most) for value in data.get("args", ["list"])[1:]]
    parts += [f"{name}={short_value(value, most)}" for name, value in data.get("kwargs", ["dict"])[1:]]
    return Told(f"task {span.name}", f"({', '.join(parts)})", _outcome(data, most))


def _told_source(span: Span, data: Mapping[str, Any], most: int) -> Told:
    asked = f" {short_value(data['name'], most)}" if "name" in data else ""
    return Told(str(data.get("function") or span.name), asked, short_value(data.get("value"), most))


def _told_file(span: Span, data: Mapping[str, Any], most: int) -> Told:
    size = data.get("size")
    return Told(
        f"{data.get('function', '')} {data.get('path', '')}",
        f" {data.get('mode') or ''}".rstrip(),
        "" if size is None else f"{size} bytes",
    )


def _told_plainly(span: Span, data: Mapping[str, Any], most: int) -> Told:
    parts = [f"{key}={short_value(value, most)}" for key, value in data.items() if value not in (None, "")]
    return Told(span.name, " " + ", ".join(parts) if parts else "")


_TELLERS: dict[str, Callable[[Span, Mapping[str, Any], int], Told]] = {
    "call": _told_call,
    "request": _told_request,
    "sql": _told_sql,
    "http": _told_http,
    "message": _told_message,
    "session": _told_session,
    "template": _told_template,
    "cache": _told_cache,
    "log": _told_log,
    "file": _told_file,
    "redis": _told_redis,
    "task": _told_task,
    **dict.fromkeys(("clock", "random", "uuid", "environment"), _told_source),
}


# ── traces and times ─────────────────────────────────────────────────────────────────────────────────────────────────


def trace_title(trace: Trace) -> str:
    """What was asked from outside."""
    if trace.method or trace.path:
        return f"{trace.method} {trace.path}".strip()
    return trace.node or trace.name or "(its beginning is missing)"


def duration(nanoseconds: int) -> str:
    """To three digits at most."""
    if nanoseconds < 1000:
        return f"{nanoseconds} ns"
    if nanoseconds < 1_000_000:
        return f"{nanoseconds / 1000:.0f} µs"
    if nanoseconds < 1_000_000_000:
        return re.sub(r"\.0(?= )", "", f"{nanoseconds / 1e6:.1f} ms")
    return f"{nanoseconds / 1e9:.2f} s"
