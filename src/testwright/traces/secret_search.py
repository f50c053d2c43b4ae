"""Searches a trace for what looks like a secret, wherever it stands: a last look before a trace is handed on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from testwright.nouns import Span, Trace

__all__ = ["FoundSecret", "secrets_in"]

_PATTERNS = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    "JSON web token": re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    "password hash": re.compile(
        r"\b(?:pbkdf2_\w+\$[^\s\"']+|(?:bcrypt(?:_sha256)?|scrypt|argon2)\$[^\s\"']{16,})"
        r"|\$2[aby]\$\d\d\$[./\w]{53}|\$argon2\w*\$[^\s\"']{16,}"
    ),
    "authorization": re.compile(r"\b(?:Bearer|Basic|Token)\s+[\w.~+/=-]{8,}"),
    "session cookie": re.compile(r"\b(?:sessionid|session|connect\.sid|PHPSESSID|JSESSIONID)=[^;\s\"']{8,}"),
    "access key": re.compile(
        r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|github_pat_\w{30,}|xox[abprs]-[\w-]{10,}|sk_live_\w{10,}|AIza[\w-]{35})"
    ),
    "password in a URL": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@]{3,}@"),
}
_CARD = re.compile(r"(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w-])")
_CARD_STARTS = "23456"
_SECRET_NAME = re.compile(
    r"(?:^|[_\W])(?:pass(?:word|wd|phrase)?|pwd|secret(?:_?key)?|api_?key|access_?(?:key|token)|refresh_?token|auth_?token"
    r"|client_?secret|private_?key|(?:proxy_)?authorization|set_?cookie|cookie|credit_?card|card_?number|cvv|cvc)\d?$",
    re.IGNORECASE,
)
_STAND_IN = re.compile(
    r"|[*•x.]+|\w+ \*+|(?:[\w.-]+=(?:\*+|\"\*+\")(?:;.*)?)+|[<\[(].*[>\])]|redacted|removed|hidden|none|null|true|false",
    re.IGNORECASE,
)
"""A value that is none: somebody has taken the secret out."""
_SHOWN, _LONGEST_PLACE = 4, 200


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """`span` is its number, 0 for the trace itself; `place` the way to it; `shown` its first few characters."""

    kind: str
    span: int
    place: str
    shown: str


def secrets_in(trace: Trace, spans: Iterable[Span], stand_ins: Iterable[str] = ()) -> list[FoundSecret]:
    """Each once for a place. What was redacted is not looked into: a ["secret", …], and in texts the `stand_ins`."""
    blank = _blanked(stand_ins)
    of_trace = (("name", trace.name), ("about", trace.about), ("process", trace.process))
    found = [each for start, value in of_trace for each in _found(0, start, value, blank)]
    for span in spans:
        found += _found(span.n, span.kind, span.data, blank)
        found += _found(span.n, "name", span.name, blank)
    return list(dict.fromkeys(found))


def _blanked(stand_ins: Iterable[str]) -> Callable[[str], str]:
    """Puts a word that is no secret in the place of each stand-in."""
    longest_first = sorted({each for each in stand_ins if each}, key=len, reverse=True)
    if not longest_first:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return lambda text: pattern.sub("***", text)


def _found(span: int, start: str, value: Any, blank: Callable[[str], str]) -> Iterator[FoundSecret]:
    """Not recursive: a value may be nested as deep as whoever made the trace likes."""
    waiting: list[tuple[str, str, Any]] = [(start, "", value)]
    while waiting:
        place, name, each = waiting.pop()
        place = place[:_LONGEST_PLACE]
        if isinstance(each, Mapping):
            waiting += [(f"{place}.{key}", str(key), inner) for key, inner in each.items()]
            waiting += [(f"{place}.{key}", "", str(key)) for key in each]
        elif isinstance(each, list):
            waiting += _inside(place, name, each)
        elif isinstance(each, str):
            yield from _in_text(span, place, name, blank(each))
        elif isinstance(each, int) and not isinstance(each, bool):
            yield from _card_numbers(span, place, str(each) if each.bit_length() < 64 else "")


def _inside(place: str, name: str, plain: list[Any]) -> Iterator[tuple[str, str, Any]]:
    if plain[:1] == ["secret"]:
        return
    if plain[:1] == ["bytes"] and len(plain) == 2:
        yield place, name, _decoded(plain[1])
        return
    if len(plain) == 2 and isinstance(plain[0], str):  # [name, value]: an argument, a header, a field, a key
        yield f"{place}.{plain[0]}", plain[0], plain[1]
        yield place, "", plain[0]
        return
    is_wrapper = plain[:1] == ["cut"] or plain[:1] == ["is"]
    for number, each in enumerate(plain):
        yield f"{place}[{number}]", name if is_wrapper and number == len(plain) - 1 else "", each


def _decoded(text: Any) -> str:
    import base64
    import binascii

    try:
        return base64.b64decode(str(text)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return str(text)


def _in_text(span: int, place: str, name: str, text: str) -> Iterator[FoundSecret]:
    for kind, pattern in _PATTERNS.items():
        if match := pattern.search(text):
            yield FoundSecret(kind, span, place, _masked(match[0]))
    yield from _card_numbers(span, place, text)
    if _SECRET_NAME.search(name) and not _STAND_IN.fullmatch(text.strip()):
        yield FoundSecret("by its name", span, place, _masked(text))
    if text[:1] in "{[" and text[-1:] in "}]":
        yield from _in_json(span, place, text)
    elif "=" in text and "\n" not in text:
        yield from _in_form(span, place, text)


def _in_json(span: int, place: str, text: str) -> Iterator[FoundSecret]:
    """A body is text to the recorder."""
    for match in re.finditer(r'"([\w-]{1,60})"\s*:\s*"((?:[^"\\]|\\.)*)"', text):
        yield from _by_name(span, place, match[1], match[2])


def _in_form(span: int, place: str, text: str) -> Iterator[FoundSecret]:
    for match in re.finditer(r"(?:^|[&?;\s])([\w-]{1,60})=([^&;\s]*)", text):
        yield from _by_name(span, place, match[1], match[2])


def _by_name(span: int, place: str, name: str, value: str) -> Iterator[FoundSecret]:
    if _SECRET_NAME.search(name) and not _STAND_IN.fullmatch(value):
        yield FoundSecret("by its name", span, f"{place}.{name}", _masked(value))


def _card_numbers(span: int, place: str, text: str) -> Iterator[FoundSecret]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if digits[0] in _CARD_STARTS and len(set(digits)) > 1 and _passes_luhn(digits):
            yield FoundSecret("card number", span, place, _masked(digits))


def _passes_luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _masked(text: str) -> str:
    """Enough to find it, not to use it."""
    return text[: min(_SHOWN, len(text) // 4)] + "…"
