"""Finds which call of the project made a token that a request was sent with, in its own trace or in an earlier one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from testwright.nouns import Span, Trace

__all__ = ["with_issued"]

_SHORTEST = 16
"""Of a text that is taken for a token."""
_MOST_TRACES = 200
_FUNCTION = re.compile(r"[\w.]+:[^\W\d]\w*")

_CREDENTIAL = re.compile(r"auth|token|key|secret")
"""In names of headers."""

Pairs = Sequence[tuple[Trace, list[Span]]]


def with_issued(
    pairs: Pairs, earlier: Callable[[Trace], Iterable[Trace]], spans_of: Callable[[str], Iterable[Span]]
) -> Pairs:
    """With a span of the kind "issued" behind those of each request whose token some function gave back: as that call."""
    known: dict[str, dict[str, Span]] = {trace.id: _issued(spans) for trace, spans in pairs}

    def issued(trace: str) -> Mapping[str, Span]:
        if trace not in known:
            known[trace] = _issued(spans_of(trace))
        return known[trace]

    return [(trace, [*spans, *_of(trace, spans, earlier, issued)]) for trace, spans in pairs]


def _of(
    trace: Trace,
    spans: Sequence[Span],
    earlier: Callable[[Trace], Iterable[Trace]],
    issued: Callable[[str], Mapping[str, Span]],
) -> Iterator[Span]:
    wanted = set(_sent(spans))
    for number, other in enumerate([trace, *earlier(trace)] if wanted else ()):
        if not wanted or number > _MOST_TRACES:
            return
        found = issued(other.id)
        for text in sorted(wanted & found.keys()):
            wanted.discard(text)
            yield replace(found[text], kind="issued")


def _sent(spans: Sequence[Span]) -> Iterator[str]:
    """The last words of headers, and values of cookies, but for that of a session; Django has its own ways to log in."""
    request = next((span.data for span in spans if span.kind == "request"), {})
    if "user" in request:
        return
    remembers = any(span.kind == "session" for span in spans)
    for name, value in request.get("headers", ()):
        if str(name).lower() == "cookie" and not remembers:
            yield from (part.partition("=")[2].strip() for part in str(value).split(";"))
        elif _CREDENTIAL.search(str(name).lower()) and len(words := str(value).split()) and len(words[-1]) >= _SHORTEST:
            yield words[-1]


def _issued(spans: Iterable[Span]) -> dict[str, Span]:
    """By text, the calls of functions of modules that gave it back as a secret."""
    found: dict[str, Span] = {}
    for span in spans:
        if span.kind == "call" and span.data.get("kind") == "function" and _FUNCTION.fullmatch(span.name):
            text = _secret(span.data.get("returned"))
            if len(text) >= _SHORTEST:
                found.setdefault(text, span)
    return found


def _secret(value: Any) -> str:
    held = value[1] if isinstance(value, list) and value[:1] == ["secret"] and len(value) > 1 else ""
    return held if isinstance(held, str) else ""
