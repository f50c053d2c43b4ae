"""Decides what a test gives a request besides rows: variables of the environment, and what caches held."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from testwright.nouns.source_text import Source, joined
from testwright.nouns.trace import Span
from testwright.python_source.render_plain import NoSourceError, plain_source

__all__ = ["Surroundings", "surroundings_of"]

_CACHE = frozenset([("django.core.cache", "cache")])
_CACHES = frozenset([("django.core.cache", "caches")])


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`first` are lines to stand before all others, `before` such as may name rows, `fixtures` what they need; `after`
    says what caches hold in the end.
    """

    first: tuple[Source, ...]
    before: tuple[Source, ...]
    fixtures: frozenset[str]
    after: tuple[Source, ...] = ()


def surroundings_of(spans: Sequence[Span], bound: Mapping[str, str], caches: Mapping[str, bool]) -> Surroundings:
    """`bound` are the variables of the rows whose keys the request was sent with, by the text of the key; `caches` says
    of each whether it is in this process's memory alone: any other has to stay as it is.
    """
    variables = list(_environment(spans))
    cleared = {str(span.data.get("alias") or "default"): None for span in spans if span.kind == "cache"}
    first = list(variables)
    shared = bool(cleared) and not all(caches.get(alias, False) for alias in caches)
    if shared:
        backend = "django.core.cache.backends.locmem.LocMemCache"
        own = [f'"{alias}": {{"BACKEND": "{backend}", "LOCATION": "{alias}"}}' for alias in caches]
        first.append(Source(f"settings.CACHES = {{{', '.join(own)}}}"))
    first += [Source(f"{_cache(alias)}.clear()", _imports(alias)) for alias in cleared]
    fixtures = frozenset({"monkeypatch"} if variables else ()) | frozenset({"settings"} if shared else ())
    return Surroundings(tuple(first), tuple(_cached(spans, bound)), fixtures, tuple(_left(spans, bound)))


def _environment(spans: Sequence[Span]) -> Iterator[Source]:
    """Those that were read while the request was answered: as they were, or gone where there were none."""
    seen: set[str] = set()
    for span in spans:
        name, value = str(span.data.get("name") or ""), span.data.get("value")
        if span.kind == "environment" and name and name not in seen:
            seen.add(name)
            if span.data.get("unset"):
                yield plain_source(name).around("monkeypatch.delenv(", ", raising=False)")
                continue
            try:
                given = plain_source(value)
            except NoSourceError:
                continue
            if given.text[:1] in "\"'":
                yield joined([plain_source(name), given], before="monkeypatch.setenv(", after=")")


def _cached(spans: Sequence[Span], bound: Mapping[str, str]) -> Iterator[Source]:
    """What was found in a cache before the request put it there."""
    known: set[tuple[str, str]] = set()
    for span in spans:
        if span.kind != "cache":
            continue
        alias, key = str(span.data.get("alias") or "default"), span.data.get("key")
        place = (alias, str(key))
        if place in known or not isinstance(key, str):
            continue
        known.add(place)
        if span.data.get("method") == "get" and span.data.get("hit"):
            try:
                value = plain_source(span.data.get("value"))
            except NoSourceError:
                continue
            arguments = [_key(key, bound), value]
            line = joined(arguments, before=f"{_cache(alias)}.set(", after=")")
            yield Source(line.text, line.imports | _imports(alias), line.needs)


def _left(spans: Sequence[Span], bound: Mapping[str, str]) -> Iterator[Source]:
    """What the request put into a cache, and what it took out."""
    last: dict[tuple[str, str], Span] = {}
    for span in spans:
        key = span.data.get("key")
        if span.kind == "cache" and span.data.get("method") in ("set", "add", "delete") and isinstance(key, str):
            last[str(span.data.get("alias") or "default"), key] = span
    for (alias, key), span in last.items():
        found = _key(key, bound).around(f"assert {_cache(alias)}.get(", ")")
        found = Source(found.text, found.imports | _imports(alias), found.needs)
        if span.data.get("method") == "delete":
            yield found.around("", " is None")
            continue
        try:
            yield joined([found, plain_source(span.data.get("value"))], " == ")
        except NoSourceError:
            continue


def _key(key: str, bound: Mapping[str, str]) -> Source:
    """With rows in the place of their keys."""
    parts: list[Any] = []
    for piece in re.split(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![\w.])\d+(?![\w.]))", key):
        parts.append({"$": "pk", "of": bound[piece]} if piece in bound else piece)
    if all(isinstance(part, str) for part in parts):
        return plain_source(key)
    return plain_source({"$": "text", "parts": [part for part in parts if part != ""]})


def _cache(alias: str) -> str:
    return "cache" if alias == "default" else f'caches["{alias}"]'


def _imports(alias: str) -> frozenset[tuple[str, str]]:
    return _CACHE if alias == "default" else _CACHES
