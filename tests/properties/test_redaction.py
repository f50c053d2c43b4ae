"""A planted secret survives nowhere, in no way to write it; what is no secret stays as it is; redacting twice is redacting once."""

from __future__ import annotations

import base64
import html
import json
import string
from typing import Any
from urllib.parse import quote, quote_plus

from hypothesis import given
from hypothesis import strategies as st

from testwright.inside.recording.redaction import Redactor, Rules
from testwright.inside.recording.values import Limits, is_partial, snapshot, walk_plain

SECRETS = st.builds(
    lambda start, rest: start + rest,
    st.text(string.ascii_letters, min_size=3, max_size=6).map(lambda text: f"{text}7Q"),
    st.text(string.ascii_letters + string.digits + "!#$%&+/=?@\\\"' äß€", min_size=3, max_size=20),
)
NAMES = st.sampled_from(["password", "api_key", "clientSecret", "X-Auth-Token", "credentials", "DB_PASSWORD"])
OTHER_NAMES = st.sampled_from(["q", "name", "items", "total", "note", "author", "max_tokens"])
WRITTEN = st.sampled_from(
    [
        lambda text: text,
        lambda text: f"before {text} after",
        lambda text: json.dumps({"a": [text]}),
        lambda text: json.dumps({"a": text}, ensure_ascii=False),
        lambda text: f"q=1&a={quote(text, safe='')}&b=2",
        lambda text: f"q=1&a={quote_plus(text)}",
        lambda text: html.escape(text),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.b64encode(f"x{text}yz".encode()).decode(),
        lambda text: base64.urlsafe_b64encode(f"xy{text}".encode()).decode(),
        lambda text: text.encode(),
        lambda text: {text: 1},
        lambda text: (1, [text]),
    ]
)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(0, 9999), st.text("abcdefgh ", max_size=12))


def _around(value: Any, holders: list[tuple[str, Any]]) -> Any:
    """The value, somewhere inside of other ones."""
    for number, (name, beside) in enumerate(holders):
        value = (
            {name: value, "beside": beside}
            if number % 3
            else [beside, value, (value,)]
            if number % 2
            else {name: [value]}
        )
    return value


HOLDERS = st.lists(st.tuples(OTHER_NAMES, PLAIN), max_size=4)


def _texts(plain: Any) -> list[str]:
    """All that somebody could read in it: also what is in bytes and in base64 of any text."""
    found = [json.dumps(plain, ensure_ascii=False)]
    for node in walk_plain(plain):
        if isinstance(node, list) and node[0] == "bytes":
            found.append(base64.b64decode(node[1]).decode("utf-8", "replace"))
        elif isinstance(node, str):
            found.append(node)
            try:
                found.append(
                    base64.urlsafe_b64decode(node.replace("+", "-").replace("/", "_")).decode("utf-8", "replace")
                )
            except ValueError:
                continue
    return found


def _ways(secret: str) -> list[str]:
    ways = [secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret)]
    return [*ways, quote(secret, safe=""), quote_plus(secret), base64.b64encode(secret.encode()).decode().rstrip("=")]


@given(SECRETS, NAMES, HOLDERS, WRITTEN, HOLDERS)
def test_a_secret_is_nowhere(secret: str, name: str, around: Any, write: Any, elsewhere: Any) -> None:
    redactor = Redactor(salt=b"salt")
    values = [_around(write(secret), elsewhere), _around({name: secret}, around), _around(write(secret), elsewhere)]
    plain = snapshot(values, Limits(depth=20))
    assert not is_partial(plain)
    found = redactor.redact(plain)
    for text in _texts(found):
        assert not any(way in text for way in _ways(secret)), text
    assert redactor.redact(found) == found
    later = redactor.redact(snapshot(write(secret)))
    assert not any(way in text for text in _texts(later) for way in _ways(secret))


@given(SECRETS, NAMES, WRITTEN)
def test_a_secret_that_becomes_known_late_is_replaced_in_what_was_written(secret: str, name: str, write: Any) -> None:
    redactor = Redactor(Rules(by_pattern=False), salt=b"salt")
    written = json.dumps(redactor.redact(snapshot([write(secret)])), ensure_ascii=False).encode()
    redactor.wrote()
    redactor.redact(snapshot({name: secret}))
    redactor.take_late()
    anew = json.loads(redactor.redact_text(written))
    assert not any(way in text for text in _texts(anew) for way in _ways(secret))


WORDS = st.text("abcdefghijklmnop ", max_size=30)
HARMLESS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-99999, 99999), st.floats(allow_nan=False), WORDS, st.dates()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(OTHER_NAMES, inner), st.tuples(inner, inner)),
    max_leaves=20,
)


@given(HARMLESS, SECRETS)
def test_what_is_no_secret_stays(value: Any, secret: str) -> None:
    redactor = Redactor(salt=b"salt")
    redactor.learn("password", secret)
    plain = snapshot(value)
    assert redactor.redact(plain) is plain
    text = json.dumps(plain).encode()
    redactor.take_late()
    assert redactor.redact_text(text) is text
    assert redactor.redact_body(text, "application/json") == text


@given(st.one_of(st.text(min_size=1), st.integers(100), st.binary(min_size=1)), st.binary())
def test_whatever_a_secret_is_it_has_a_stand_in_that_can_be_written(secret: Any, salt: bytes) -> None:
    plain = snapshot({"password": secret})
    found = Redactor(salt=salt).redact(plain)
    assert json.loads(json.dumps(found)) == found
    assert found == Redactor(salt=salt).redact(plain)
    if isinstance(secret, int) and secret < 10**600:
        assert len(str(found[1][1][1])) == len(str(secret))


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=15))
def test_any_value_can_be_redacted_again(value: Any) -> None:
    redactor = Redactor(salt=b"salt")
    found = redactor.redact(snapshot(value))
    assert redactor.redact(found) == found
