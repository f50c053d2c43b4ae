"""What a request had read of its environment and its caches is there again, and nothing that others share is touched."""

from __future__ import annotations

from typing import Any

from testwright.nouns.trace import Span
from testwright.propose.requests.request_surroundings import surroundings_of

MEMORY = {"default": True}


def spans(*told: tuple[str, dict[str, Any]]) -> list[Span]:
    place = {"trace": "trc_1", "parent": 1, "name": "", "file": "", "line": 0, "thread": "", "started": 0, "took": 0}
    return [Span(n=number, kind=kind, data=data, **place) for number, (kind, data) in enumerate(told, 2)]


def texts(lines: Any) -> list[str]:
    return [line.text for line in lines]


def test_a_variable_that_was_read_is_set_once() -> None:
    read = ("environment", {"function": "os.getenv", "name": "SHOP_NOTICE", "value": "closed"})
    absent = ("environment", {"function": "os.getenv", "name": "SHOP_OTHER", "value": None})
    found = surroundings_of(spans(read, read, absent), {}, MEMORY)
    assert texts(found.first) == ['monkeypatch.setenv("SHOP_NOTICE", "closed")']
    assert found.fixtures == {"monkeypatch"}


def test_a_variable_that_was_not_there_is_taken_away() -> None:
    fallen_back = ("environment", {"function": "os.environ.get", "name": "SHOP_NOTICE", "value": "open", "unset": True})
    found = surroundings_of(spans(fallen_back, fallen_back), {}, MEMORY)
    assert texts(found.first) == ['monkeypatch.delenv("SHOP_NOTICE", raising=False)']
    assert found.fixtures == {"monkeypatch"}


def test_what_a_cache_held_is_there_and_what_it_got_is_asserted() -> None:
    held = ("cache", {"alias": "default", "method": "get", "key": "price:7", "value": 3, "hit": True})
    stored = ("cache", {"alias": "default", "method": "set", "key": "seen:7", "value": True})
    found = surroundings_of(spans(held, stored), {"7": "tea"}, MEMORY)
    assert texts(found.first) == ["cache.clear()"]
    assert texts(found.before) == ['cache.set(f"price:{tea.pk}", 3)']
    assert texts(found.after) == ['assert cache.get(f"seen:{tea.pk}") == True']


def test_what_the_request_put_there_itself_was_not_there_before() -> None:
    stored = ("cache", {"alias": "default", "method": "set", "key": "a", "value": 1})
    read = ("cache", {"alias": "default", "method": "get", "key": "a", "value": 1, "hit": True})
    assert surroundings_of(spans(stored, read), {}, MEMORY).before == ()


def test_a_cache_that_others_share_is_never_emptied() -> None:
    read = ("cache", {"alias": "default", "method": "get", "key": "a", "value": None, "hit": False})
    found = surroundings_of(spans(read), {}, {"default": False})
    assert texts(found.first) == [
        'settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"}}',
        "cache.clear()",
    ]
    assert found.fixtures == {"settings"}


def test_a_request_that_uses_neither_needs_nothing() -> None:
    found = surroundings_of(spans(("sql", {"sql": "SELECT 1"})), {}, {"default": False})
    assert (found.first, found.before, found.after, found.fixtures) == ((), (), (), frozenset())
