"""What is asked of Django's caches, and given to them, is recorded once, whatever the backend makes of it."""

from __future__ import annotations

import pytest

pytest.importorskip("django")
CONFIGURED = """
import django
from django.conf import settings
settings.configure(CACHES={
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "files": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "here"},
    "own": {"BACKEND": "shop.own.Own"},
})
django.setup()
from django.core.cache import cache, caches
"""
OWN = """
from django.core.cache.backends.locmem import LocMemCache

class Own(LocMemCache):
    def get(self, key, default=None, version=None):
        return super().get(key, default, version)

    def set(self, *given, **named):
        raise ConnectionError("nobody is there")
"""


def asked(told):
    return [
        (span["data"]["method"], span["data"].get("key"), span["data"].get("value")) for span in told.spans("cache")
    ]


def test_reads_and_writes_are_told(program):
    told = program(
        """
        with request(rows=False):
            printed = [cache.get("rate"), cache.get("rate", 3)]
            cache.set("rate", {"eur": 1}, 60)
            printed += [cache.get("rate"), cache.incr("n") if cache.add("n", 1) else 0, "n" in cache]
            printed += [cache.get_many(["n", "rate"]), cache.get_or_set("made", lambda: 5), cache.delete("n")]
            cache.set_many({"a": 1, "b": 2}, timeout=5)
        """,
        CONFIGURED,
    )
    assert told.printed == [None, 3, {"eur": 1}, 2, True, {"n": 2, "rate": {"eur": 1}}, 5, True]
    assert asked(told) == [
        ("get", "rate", None),
        ("get", "rate", 3),
        ("set", "rate", ["dict", ["eur", 1]]),
        ("get", "rate", ["dict", ["eur", 1]]),
        ("add", "n", 1),
        ("incr", "n", 2),
        ("has_key", "n", None),
        ("get_many", ["list", "n", "rate"], ["dict", ["n", 2], ["rate", ["dict", ["eur", 1]]]]),
        *(("get", "made", None), ("add", "made", 5), ("get", "made", 5)),
        ("delete", "n", None),
        ("set_many", None, ["dict", ["a", 1], ["b", 2]]),
    ]
    # That the last one found 5 and not the default cannot be told: both are the same object.
    spans = [span["data"] for span in told.spans("cache")]
    assert [span["hit"] for span in spans if span["method"] == "get"] == [False, False, True, False, False]
    assert (spans[2]["timeout"], spans[2]["alias"], spans[4]["returned"]) == (60, "default", True)


def test_the_name_of_a_key_says_what_is_secret(program):
    told = program(
        """
        with request(rows=False):
            cache.set("api_token:7", "vb7-no-one-knows")
            printed = cache.get("api_token:7")
        """,
        CONFIGURED,
    )
    assert told.printed == "vb7-no-one-knows"
    assert "no-one-knows" not in str(told.records)
    stored, read = [span["data"]["value"] for span in told.spans("cache")]
    assert stored == read


def test_other_backends_and_what_they_raise(program, tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/own.py").write_text(OWN)
    told = program(
        """
        import asyncio
        async def later():
            await caches["files"].aset("a", 1)
            return await caches["files"].aget("a")
        with request(rows=False):
            printed = [asyncio.run(later()), caches["own"].get("a", 2)]
            try:
                caches["own"].set("a", 1)
            except ConnectionError as error:
                printed.append(str(error))
        """,
        CONFIGURED,
    )
    assert told.printed == [1, 2, "nobody is there"]
    assert asked(told) == [("set", "a", 1), ("get", "a", 1), ("get", "a", 2), ("set", "a", 1)]
    assert [span["data"]["alias"] for span in told.spans("cache")] == ["files", "files", "own", "own"]
    assert told.spans("cache")[-1]["data"]["raised"]["type"] == "builtins:ConnectionError"


def test_a_loop_is_cut_short_and_afterwards_all_is_as_it_was(program):
    told = program(
        """
        from django.core.cache.backends.locmem import LocMemCache
        with request(rows=False) as scope:
            for number in range(1200):
                cache.get("a")
        boundaries.stop()
        with request(rows=False):
            cache.get("b")
        printed = [scope.dropped["cache"], LocMemCache.get.__code__.co_filename.endswith("locmem.py")]
        """,
        CONFIGURED,
    )
    assert len(told.spans("cache")) == 1000
    assert told.printed == [200, True]
