"""Puts the spans of a trace under one another: each with how deep it lies, in the order in which things happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from testwright.nouns import Span

__all__ = ["own_time", "walked"]


def walked(spans: Iterable[Span]) -> Iterator[tuple[int, Span]]:
    """Each span with its depth, a parent before its children. Not recursive: recorded programs are."""
    below: dict[int, list[Span]] = {}
    for span in spans:
        below.setdefault(span.parent, []).append(span)
    waiting = [(0, span) for span in reversed(below.get(0, []))]
    while waiting:
        depth, span = waiting.pop()
        yield depth, span
        waiting += [(depth + 1, child) for child in reversed(below.get(span.n, []))]


def own_time(spans: Iterable[Span]) -> dict[int, int]:
    """Nanoseconds by number: what a span took without those directly below it."""
    spans = list(spans)
    own = {span.n: span.took for span in spans}
    for span in spans:
        if span.parent in own:
            own[span.parent] = max(0, own[span.parent] - span.took)
    return own
