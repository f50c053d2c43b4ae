"""Holds a recorded run: a trace of what was asked from outside, and the spans of what happened in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Span", "Trace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One run. Times are nanoseconds: `started` since the epoch, `took` from there to the end.

    `status` is "ok", "error", the HTTP status, or "" when the end was never written. `process` and `about` are plain
    JSON, `dropped` counts by kind the spans that were not kept. `complete`: it has its end, and no span lacks its parent.
    """

    id: str
    kind: str
    name: str
    started: int
    took: int
    status: str
    method: str
    path: str
    user: str
    node: str
    spans: int
    size: int
    pinned: bool
    process: Mapping[str, Any]
    about: Mapping[str, Any]
    dropped: Mapping[str, int]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A call, or something that went over a boundary (SQL, HTTP, the clock …). Numbers `n` rise in the order of the
    starts; `parent` 0 is directly below the trace. What `data` holds depends on `kind`.
    """

    trace: str
    n: int
    parent: int
    kind: str
    name: str
    file: str
    line: int
    thread: str
    started: int
    took: int
    data: Mapping[str, Any]
