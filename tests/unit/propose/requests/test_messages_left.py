"""Messages that an earlier request left are there for the one that is tested, where its project keeps them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from testwright.propose.requests.from_request import FromRequest, Variant
from testwright.propose.requests.messages_left import messages_left

STORAGE = "django.contrib.messages.storage"
LISTED = '[Message(SUCCESS, "Saved.", extra_tags="wide"), Message(35, mark_safe("<b>No</b>"))]'


@pytest.fixture
def spans(recorded: Any) -> list[Any]:
    return [
        recorded.request(),
        recorded.span("message", level=25, tags="wide success", text="Saved.", extra_tags="wide", earlier=True),
        recorded.span("message", level=35, tags="", text="<b>No</b>", extra_tags="", safe=True, earlier=True),
        recorded.span("message", level=20, tags="info", text="New."),
    ]


@pytest.mark.parametrize("storage", ["fallback.FallbackStorage", "cookie.CookieStorage"])
def test_in_a_cookie(spans: list[Any], storage: str) -> None:
    (line,) = messages_left(spans, f"{STORAGE}.{storage}")
    assert line.text == f'client.cookies["messages"] = CookieStorage(HttpRequest())._encode({LISTED})'
    assert line.imports == {
        (f"{STORAGE}.cookie", "CookieStorage"),
        ("django.http", "HttpRequest"),
        (f"{STORAGE}.base", "Message"),
        ("django.contrib.messages", "SUCCESS"),
        ("django.utils.safestring", "mark_safe"),
    }


def test_in_a_session(spans: list[Any]) -> None:
    lines = [line.text for line in messages_left(spans, f"{STORAGE}.session.SessionStorage")]
    stored = f'session["_messages"] = MessageEncoder().encode({LISTED})'
    assert lines == ["session = client.session", stored, "session.save()"]


def test_nothing_is_written_where_there_were_none_or_nobody_knows_where_they_are_kept(spans: list[Any]) -> None:
    assert messages_left([spans[0], spans[-1]], f"{STORAGE}.session.SessionStorage") == ()
    assert messages_left(spans, "shop.messages.OwnStorage") == ()
    spans[1].data["text"] = ["opaque", "", "a thing"]
    assert messages_left(spans, f"{STORAGE}.cookie.CookieStorage") == ()


def test_they_stand_before_the_request(recorded: Any, spans: list[Any]) -> None:
    facts = replace(recorded.facts, message_storage=f"{STORAGE}.cookie.CookieStorage")
    proposal = FromRequest(facts, recorded.trace(), spans)
    proposal.arrange(Variant())
    assert proposal.act is not None
    assert [line.text.partition(" = ")[0] for line in proposal.act.before] == ['client.cookies["messages"]']
