"""Decides what a test asserts of a request that was sent to another service, as its library shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from testwright.nouns.source_text import Source
from testwright.propose.requests.mock_libraries import SentForm
from testwright.propose.requests.settled import is_any

__all__ = ["SentAsserts"]

_UNSAID = frozenset(
    ("host", "user-agent", "accept", "accept-encoding", "connection", "content-length", "content-type", "date")
)


@dataclass(frozen=True, slots=True)
class SentAsserts:
    """`equal` gives the assertion that something is equal to a source, `plain` and `tree` sources of an account's values."""

    equal: Callable[[str, Callable[[], Source]], Iterator[Source]]
    plain: Callable[[Any], Source]
    tree: Callable[[Any], Source]

    def lines(self, which: str, one: Mapping[str, Any], form: SentForm) -> Iterator[Source]:
        """Of the request that the test calls `which`."""
        if not form.seen:
            return
        url = one["url"]
        text = url if isinstance(url, str) else "".join(part for part in url.get("parts", ()) if isinstance(part, str))
        if "?" in text and form.path:
            yield from self._query(f"{which}.{form.url}", url)
        elif "?" in text:
            yield from self.equal(f"str({which}.{form.url})", lambda: self.plain(url))
        yield from self._body(f"{which}.{form.body}", one, form)
        for pair in one["headers"]:
            name, value = [*pair, None, None][:2] if isinstance(pair, list) else (None, None)
            if isinstance(name, str) and name.lower() not in _UNSAID and not is_any(value):
                shown = name.lower() if form.lower else name
                yield from self.equal(f'{which}.headers["{shown}"]', partial(self.plain, value))

    def _body(self, left: str, one: Mapping[str, Any], form: SentForm) -> Iterator[Source]:
        if "json" in one:
            for line in self.equal(f"json.loads({left})", lambda: self.tree(one["json"])):
                yield Source(line.text, line.imports | {("json", "")}, line.needs)
        elif one.get("body") and isinstance(one["body"], str):
            body = one["body"] if form.text else one["body"].encode()
            yield from self.equal(left, lambda: Source(repr(body)))

    def _query(self, left: str, url: Any) -> Iterator[Source]:
        """Of an address of which only path and query can be seen."""
        parts = list(url["parts"]) if isinstance(url, Mapping) else [url]
        at = next(place for place, part in enumerate(parts) if isinstance(part, str) and "?" in part)
        query = [parts[at].partition("?")[2], *parts[at + 1 :]]
        whole = query[0] if len(query) == 1 else {"$": "text", "parts": query}
        yield from self.equal(f'{left}.partition("?")[2]', lambda: self.plain(whole))
