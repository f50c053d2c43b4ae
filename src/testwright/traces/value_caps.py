"""Decides how much of a recorded span is kept: a value that is too large is cut down to its kind and its length."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from testwright.inside.recording.checked_lines import encoded

__all__ = ["StoreCaps", "capped", "read_data"]

_PAIRS = frozenset({"arguments", "keywords", "after", "headers", "response_headers"})
"""Fields of `data` that are lists of [name, value], each value capped for itself."""
_ITEMS = frozenset({"rest", "yielded", "templates"})
_TEXTS = frozenset({"sql", "url", "path", "query", "message", "method", "content_type"})
"""Fields that are text and no plain value."""
_BEGINNING = 1000


@dataclass(frozen=True, slots=True)
class StoreCaps:
    """In bytes of JSON; `store` in bytes on disk."""

    value: int = 1_000_000
    trace: int = 50_000_000
    store: int = 1_000_000_000


def capped(data: bytes, most: int) -> bytes:
    """The JSON of a span's `data`, with no value above `most` bytes."""
    if len(data) <= most:
        return data
    try:
        plain = json.loads(data)
        return encoded(_capped_fields(plain, most))
    except (ValueError, RecursionError):
        return b"{}"


def _capped_fields(fields: Mapping[str, Any], most: int) -> dict[str, Any]:
    return {key: _capped_field(key, value, most) for key, value in fields.items()}


def _capped_field(key: str, value: Any, most: int) -> Any:
    if len(encoded(value)) <= most:
        return value
    if key in _TEXTS and isinstance(value, str):
        return value[:_BEGINNING] + "…"
    if isinstance(value, Mapping):
        return _capped_fields(value, most)
    if key in _PAIRS and isinstance(value, list):
        return [_each(pair, lambda part: _cut(part, most)) for pair in value]
    if key in _ITEMS and isinstance(value, list):
        return [_cut(item, most) for item in value]
    return _cut(value, most)


def _each(pair: Any, cut: Callable[[Any], Any]) -> Any:
    return [pair[0], cut(pair[1])] if isinstance(pair, list) and len(pair) == 2 else pair


def _cut(value: Any, most: int) -> Any:
    """The contract's stand-in for a value of which only the beginning is kept."""
    text = encoded(value)
    if len(text) <= most:
        return value
    digest = hashlib.sha256(text).hexdigest()[:16]
    if isinstance(value, str):
        return ["cut", "str", len(value), digest, value[:_BEGINNING]]
    kind = value[0] if isinstance(value, list) and value and isinstance(value[0], str) else type(value).__name__
    return ["cut", kind, max(0, len(value) - 1) if isinstance(value, list) else 0, digest, None]


def read_data(text: bytes) -> dict[str, Any]:
    """What `data` holds; {} when it cannot be read."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return {}
    return found if isinstance(found, dict) else {}
