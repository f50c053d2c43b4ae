"""Finds in what two traces differ: calls, SQL, HTTP, the response; not by ids, times and what changes on every run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from testwright.nouns import Span
from testwright.traces.plain_text import short_value, told
from testwright.traces.trace_tree import walked

__all__ = ["Difference", "differences", "steady"]

_SECTIONS = {"call": "calls", "sql": "sql", "http": "http", "request": "response"}
_NEVER_COMPARED = frozenset({"clock", "random", "uuid", "environment", "rows", "yield"})
_ALIGNED = 4_000_000
"""Product of two lengths up to which sequences are aligned; longer ones are counted."""
_VALUE = 60
_VOLATILE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\btrc_[0-9A-Z]{26}\b|0x[0-9a-f]{6,}",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
_COMPARED = {
    "call": ("arguments", "rest", "keywords", "returned", "raised", "yielded", "after"),
    "sql": ("parameters", "rows", "rowcount"),
    "http": ("headers", "body", "status", "response_body", "raised"),
    "request": ("query", "body", "user", "view", "route"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """`sign`: "-" only in the first trace, "+" only in the second, "~" in both, but not the same."""

    section: str
    sign: str
    text: str


def differences(
    first: Sequence[Span], second: Sequence[Span], first_status: str = "", second_status: str = ""
) -> list[Difference]:
    """By section, each in the order in which things happened. The status is how each trace ended."""
    ours, theirs = _by_section(first), _by_section(second)
    found: list[Difference] = []
    if first_status != second_status:
        change = f"{first_status or 'unfinished'} → {second_status or 'unfinished'}"
        found.append(Difference("status", "~", change))
    for section in dict.fromkeys(("response", "calls", "sql", "http", *ours, *theirs)):
        found += _of_section(section, ours.get(section, []), theirs.get(section, []))
    return found


@dataclass(frozen=True, slots=True)
class _Event:
    key: Hashable
    depth: int
    span: Span


def _by_section(spans: Sequence[Span]) -> dict[str, list[_Event]]:
    found: dict[str, list[_Event]] = {}
    for depth, span in walked(spans):
        if span.kind not in _NEVER_COMPARED:
            found.setdefault(_SECTIONS.get(span.kind, span.kind), []).append(_Event(_key(depth, span), depth, span))
    return found


def _key(depth: int, span: Span) -> Hashable:
    """Two spans with the same key are the same step of two runs."""
    data = span.data
    if span.kind == "call":
        raised = data.get("raised")
        return depth, span.name, raised.get("type") if isinstance(raised, dict) else None
    if span.kind == "sql":
        return _LITERAL.sub("?", " ".join(str(data.get("sql", "")).split()))
    if span.kind == "http":
        return str(data.get("method")), _VOLATILE.sub("…", str(data.get("url", "")).partition("?")[0])
    return span.kind, str(data.get("method", "")), span.name if span.kind != "request" else ""


def _of_section(section: str, ours: list[_Event], theirs: list[_Event]) -> Iterator[Difference]:
    same = 0
    while same < min(len(ours), len(theirs)) and ours[same].key == theirs[same].key:
        yield from _changed(section, ours[same], theirs[same])
        same += 1
    ours, theirs = ours[same:], theirs[same:]
    if len(ours) * len(theirs) > _ALIGNED:
        yield from _counted(section, ours, theirs)
        return
    matcher = SequenceMatcher(None, [each.key for each in ours], [each.key for each in theirs], autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            for mine, other in zip(ours[a:b], theirs[c:d], strict=True):
                yield from _changed(section, mine, other)
        else:
            yield from (Difference(section, "-", _said(each)) for each in ours[a:b])
            yield from (Difference(section, "+", _said(each)) for each in theirs[c:d])


def _counted(section: str, ours: list[_Event], theirs: list[_Event]) -> Iterator[Difference]:
    """Without their order: too many to be laid side by side."""
    left, right = Counter(each.key for each in ours), Counter(each.key for each in theirs)
    by_key = {each.key: each for each in (*ours, *theirs)}
    for key, event in by_key.items():
        number = right[key] - left[key]
        if number:
            yield Difference(section, "+" if number > 0 else "-", f"{abs(number)} × {_said(event)}")


def _said(event: _Event) -> str:
    return "  " * event.depth * (event.span.kind == "call") + told(event.span, _VALUE).line


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _changed(section: str, ours: _Event, theirs: _Event) -> Iterator[Difference]:
    for name, mine, other in _fields(ours.span, theirs.span):
        if steady(mine) != steady(other):
            what = told(ours.span, 20).title
            yield Difference(section, "~", f"{what}: {name} {short_value(mine, _VALUE)} → {short_value(other, _VALUE)}")


def _fields(ours: Span, theirs: Span) -> Iterator[tuple[str, Any, Any]]:
    fields = _COMPARED.get(ours.kind)
    names = fields or tuple(dict.fromkeys((*ours.data, *theirs.data)))
    for name in names:
        mine, other = ours.data.get(name), theirs.data.get(name)
        if name in ("arguments", "keywords", "after") and _are_pairs(mine) and _are_pairs(other):
            values, others = dict(mine or ()), dict(other or ())
            yield from ((key, values.get(key), others.get(key)) for key in dict.fromkeys((*values, *others)))
        elif name in ("raised", "headers"):
            yield name, _as_text(mine), _as_text(other)
        elif name in ("rest", "yielded"):
            yield name, ["list", *(mine or ())], ["list", *(other or ())]
        else:
            yield name, mine, other
    if ours.kind == "request":
        yield from _of_response(ours.data.get("response"), theirs.data.get("response"))


def _of_response(mine: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    mine, other = (each if isinstance(each, dict) else {} for each in (mine, other))
    for name in ("status", "body"):
        yield name, mine.get(name), other.get(name)
    yield "templates", ["list", *(mine.get("templates") or ())], ["list", *(other.get("templates") or ())]
    for header in ("content-type", "location"):
        yield header, _header(mine, header), _header(other, header)


def _header(response: Mapping[str, Any], wanted: str) -> Any:
    pairs = response.get("headers")
    if not _are_pairs(pairs):
        return None
    return next((value for name, value in pairs or () if str(name).lower() == wanted), None)


def _are_pairs(value: Any) -> bool:
    return value is None or (
        isinstance(value, list)
        and all(isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) for each in value)
    )


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return f"{value.get('type', '')}: {value.get('message', '')}"
    if _are_pairs(value) and value:
        return ", ".join(sorted(str(name).lower() for name, _ in value))
    return None


def steady(plain: Any, depth: int = 0) -> Any:
    """The value without what is another one on every run: identities, dates with times, UUIDs."""
    if isinstance(plain, str):
        return _VOLATILE.sub("…", plain)
    if not isinstance(plain, list) or depth > 200:
        return plain
    if plain[:1] == ["std"] and len(plain) > 1 and str(plain[1]).startswith(("datetime.datetime", "uuid.UUID")):
        return ["std", plain[1]]
    if plain[:1] == ["again"]:
        return ["again"]
    if plain[:1] in (["object"], ["items"], ["function"], ["is"]):
        number = 1 if plain[0] == "is" else 2
        plain = [*plain[:number], 0, *plain[number + 1 :]]
    return [steady(each, depth + 1) for each in plain]
