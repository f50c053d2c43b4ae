"""Decides how a test leaves the messages that an earlier request left for the one that is tested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from testwright.nouns.source_text import Source, joined
from testwright.nouns.trace import Span
from testwright.python_source.render_plain import NoSourceError, plain_source

__all__ = ["messages_left"]

_STORAGES = "django.contrib.messages.storage"
_BY_COOKIE = (f"{_STORAGES}.fallback.FallbackStorage", f"{_STORAGES}.cookie.CookieStorage")
_BY_SESSION = f"{_STORAGES}.session.SessionStorage"
_LEVELS = {10: "DEBUG", 20: "INFO", 25: "SUCCESS", 30: "WARNING", 40: "ERROR"}
_MESSAGE = frozenset([(f"{_STORAGES}.base", "Message")])


def messages_left(spans: Sequence[Span], storage: str) -> tuple[Source, ...]:
    """Lines to stand before the request; none for a storage of the project's own."""
    left = [span.data for span in spans if span.kind == "message" and span.data.get("earlier")]
    try:
        listed = joined([_message(data) for data in left], before="[", after="]")
    except NoSourceError:
        return ()
    return tuple(_stored(listed, storage)) if left else ()


def _stored(listed: Source, storage: str) -> Iterator[Source]:
    if storage in _BY_COOKIE:
        imports = {(f"{_STORAGES}.cookie", "CookieStorage"), ("django.http", "HttpRequest")}
        line = listed.around('client.cookies["messages"] = CookieStorage(HttpRequest())._encode(', ")")
        yield Source(line.text, line.imports | imports)
    elif storage == _BY_SESSION:
        line = listed.around('session["_messages"] = MessageEncoder().encode(', ")")
        yield Source("session = client.session")
        yield Source(line.text, line.imports | {(f"{_STORAGES}.cookie", "MessageEncoder")})
        yield Source("session.save()")


def _message(data: Any) -> Source:
    text = plain_source(data.get("text"))
    if data.get("safe"):
        text = Source(f"mark_safe({text.text})", text.imports | {("django.utils.safestring", "mark_safe")})
    name = _LEVELS.get(data.get("level"))
    level = Source(name, frozenset([("django.contrib.messages", name)])) if name else plain_source(data.get("level"))
    given = [level, text]
    if data.get("extra_tags"):
        given.append(plain_source(data["extra_tags"]).around("extra_tags="))
    made = joined(given, before="Message(", after=")")
    return Source(made.text, made.imports | _MESSAGE)
