"""Each planted secret is found, and what only looks a little like one is not."""

from __future__ import annotations

import base64

import pytest

from testwright.nouns import Span, Trace
from testwright.traces.secret_search import secrets_in

PLAIN = Trace(
    id="trc_1",
    kind="script",
    name="a.py",
    started=1,
    took=1,
    status="ok",
    method="",
    path="",
    user="",
    node="",
    spans=1,
    size=1,
    pinned=False,
    process={"argv": ["a.py"], "commit": "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    about={},
    dropped={},
    complete=True,
)
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


def found(data, kind="call"):
    span = Span(
        trace="trc_1", n=3, parent=0, kind=kind, name="f", file="", line=0, thread="", started=1, took=1, data=data
    )
    return [each.kind for each in secrets_in(PLAIN, [span])]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("private key", {"returned": "-----BEGIN RSA PRIVATE KEY-----\nMIIE"}),
        ("private key", {"returned": ["bytes", base64.b64encode(b"-----BEGIN PRIVATE KEY-----").decode()]}),
        ("JSON web token", {"returned": ["list", f"x {TOKEN}"]}),
        ("password hash", {"rows": ["list", ["tuple", 1, "pbkdf2_sha256$600000$salt$hash="]]}),
        ("password hash", {"returned": "$2b$12$" + "a" * 53}),
        ("authorization", {"headers": [["X-Forwarded", "Bearer abcdefgh12345678"]]}),
        ("session cookie", {"headers": [["X", "a=1; sessionid=abcdefgh12345678; b=2"]]}),
        ("access key", {"returned": "AKIAIOSFODNN7EXAMPLE"}),
        ("password in a URL", {"returned": "postgres://ann:hunter2@db/shop"}),
        ("card number", {"arguments": [["number", "4111 1111 1111 1111"]]}),
        ("card number", {"arguments": [["number", 5555555555554444]]}),
        ("by its name", {"arguments": [["password", "hunter2"]]}),
        ("by its name", {"headers": [["Authorization", "Digest x"]]}),
        ("by its name", {"headers": [["Cookie", "a=b"]]}),
        ("by its name", {"returned": ["dict", ["API_KEY", "abc"]]}),
        ("by its name", {"returned": ["object", "shop:User", 1, ["passwd", "abc"]]}),
        ("by its name", {"returned": ["dict", ["user", ["dict", ["new_password2", "abc"]]]]}),
        ("by its name", {"body": '{"user": "ann", "password": "hunter2"}'}),
        ("by its name", {"body": "user=ann&password=hunter2"}),
        ("by its name", {"query": "access_token=abc"}),
        ("by its name", {"returned": ["dict", ["password", ["cut", "str", 9000, "0123456789abcdef", "abc"]]]}),
    ],
)
def test_a_planted_secret_is_found(kind, data):
    assert kind in found(data)


@pytest.mark.parametrize(
    "data",
    [
        {"arguments": [["password", ["secret", "hunter2"]]]},
        {"arguments": [["password", ""]]},
        {"arguments": [["password", None]]},
        {"arguments": [["password", "********"]]},
        {"arguments": [["passenger", "ann"], ["compass", "north"], ["bypass", "yes"]]},
        {"arguments": [["token_count", 5], ["cookies_eaten", "3"]]},
        {"returned": 1795412779762791936},
        {"returned": "4111 1111 1111 1112"},
        {"returned": "3.4111111111111111"},
        {"returned": "2026-11-23 05:46:19"},
        {"returned": "Bearer of bad news"},
        {"returned": "0000000000000000"},
        {"body": '{"password": ""}'},
        {"returned": "https://example.org:8080/a@b"},
    ],
    ids=str,
)
def test_what_is_none_is_not_found(data):
    assert found(data) == []


def test_it_is_said_where_and_never_shown_whole():
    span = Span(
        trace="trc_1",
        n=3,
        parent=0,
        kind="call",
        name="f",
        file="",
        line=0,
        thread="",
        started=1,
        took=1,
        data={"arguments": [["password", "hunter2-is-long"]]},
    )
    (secret,) = secrets_in(PLAIN, [span])
    assert (secret.span, secret.place, secret.shown) == (3, "call.arguments[0].password", "hun…")


def test_a_value_nested_without_an_end_is_searched():
    deep: list = ["list", TOKEN]
    for _ in range(100_000):
        deep = ["list", 1, deep]
    assert "JSON web token" in found({"returned": deep})
