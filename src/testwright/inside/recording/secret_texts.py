"""Finds secrets inside texts: by the names beside them (JSON, forms, cookies, XML, options) and by their pattern."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote_plus, unquote_plus

from .secret_names import BAG, HINTS, LONE, NO, SecretNames, words_of
from .secret_patterns import SecretPattern

__all__ = ["NEUTRAL_KEYS", "Replace", "SecretTexts", "is_no_value"]

Replace = Callable[[str], str]
"""Gives the stand-in of a secret, and learns it."""

_NEUTRAL = (
    "type name kind label help_text description title format required widget placeholder algorithm alg typ id detail"
)
NEUTRAL_KEYS = frozenset(_NEUTRAL.split())
"""What they say of a secret is none."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}\[\],:]', re.DOTALL)
_ASSIGNED = re.compile(
    r"(?<![\w%])(?P<name>[A-Za-z_][\w.\-\[\]]{0,80})[\"'`]?\s{0,2}=(?!=)\s{0,2}"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s&;\"'<>]*[^\s&;\"'<>.,)}\]])"
)
_OPTION = re.compile(r"(?<!\S)--?(?P<name>[A-Za-z][\w-]{1,60})[ ]+(?P<value>[^\s-]\S*)")
_QUOTED = re.compile(
    r"(?P<q>\\*[\"'])(?P<name>[\w.\- ]{1,64})(?P=q)\s*:\s*(?:b?(?P<p>\\*[\"'])(?P<value>.*?)(?<!\\)(?P=p)|(?P<number>\d{3,19})\b)"
)
_BACK_FROM_EQUALS = re.compile(r"=\s{0,2}[\"'`]?([\w.\-\[\]]{0,80}[A-Za-z_])(?![\w%])")
"""The name before an equals sign, in a text that is read backwards: so most of it is skipped."""
_ENCODED_VALUE = re.compile(
    r"=\s{0,2}(?:\"[^\"\n]*?(?:%[0-9A-Fa-f]{2}|\+)|'[^'\n]*?(?:%[0-9A-Fa-f]{2}|\+)|[^\s&;\"'<>]*?(?:%[0-9A-Fa-f]{2}|\+))"
)
"""A value that may be percent-encoded."""
_GOES_ON = (".", "-", "[", "]")
"""After these the rest of a name looks like one."""
_OPTION_NAME = re.compile(r"-(?<!\S-)-?([A-Za-z][\w-]{1,60})[ ]")
_OPENED = re.compile(r"<([A-Za-z_][\w:.\-]*)")
_QUOTED_NAME_ENDS = re.compile(r"[\"']\s*:")
_LINE = re.compile(r"(?m)^[ \t]*(?P<name>[A-Za-z][\w\-]{1,60})[ \t]*:[ \t]+(?P<value>[^\r\n]+?)[ \t\r]*$")
_NAME_BESIDE = re.compile(r"(?m)</|\S:[ \t]|(?<!\S)--?[A-Za-z]")
_ELEMENT = re.compile(r"<(?P<name>[A-Za-z_][\w:.\-]*)(?:\s[^<>]*)?>(?P<value>[^<>]+)</")
_PART = re.compile(
    r"(?i)content-disposition:[^\r\n]*?\bname=\"(?P<name>[^\"\r\n]+)\"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n"
    r"(?P<value>[\s\S]*?)(?=\r?\n--|\Z)"
)
_PLACEHOLDER = re.compile(
    r"%[srd]|%\(\w+\)s|\?|:\w+|\$\d+|\{\w*\}|<[\w ]+>|\*+|[.x]{3,}|(?i:none|null|true|false|undefined)|\d{1,2}|\"\"|''"
)
_CARD_LIKE = re.compile(r"\d(?:[ -]?\d){11}")
_SCHEME = re.compile(r"(?i)(?:(?P<basic>basic)|bearer|token|apikey|digest|negotiate)[ \t]+(?=\S)")
_CODE = re.compile(r"[A-Za-z_][\w.]*[(\[]")
_ATTRIBUTES = frozenset(("path", "domain", "expires", "max-age", "samesite", "version", "priority"))
_LONG_COOKIE = 16
_FEW = 200


def is_no_value(text: str) -> bool:
    """It stands for a value, or says that there is none."""
    return not text or _PLACEHOLDER.fullmatch(text) is not None


class SecretTexts:
    """What names and patterns find in texts; each secret is given to `replace`."""

    def __init__(
        self, names: SecretNames, patterns: tuple[SecretPattern, ...], replace: Replace, by_name: bool
    ) -> None:
        self._names, self._patterns, self._replace = names, patterns, replace
        self._by_name = by_name
        self._hinting = (*names.stems, *HINTS)
        self._needs = tuple({need for pattern in patterns for need in pattern.needs if len(need) > 2})
        self._short_needs = tuple({need for pattern in patterns for need in pattern.needs if len(need) <= 2})
        needs = "|".join(map(re.escape, sorted((*self._needs, *self._short_needs))))
        self._any_need = re.compile(needs) if needs else None
        self._needed = tuple((pattern, pattern.needs) for pattern in patterns)
        self._extra = tuple(pattern for pattern in patterns if not pattern.needs)

    def may_name(self, low: str) -> bool:
        """Whether any name in a text in lower case may be that of a secret."""
        return self._by_name and _has_any(low, self._hinting)

    def may_have_any(self, text: str) -> bool:
        """A quick look at (several) texts, which most do not get beyond."""
        low = text.lower()
        if len(text) < _FEW:
            return self._may_have_any_of_few(text, low)
        if self._by_name and _has_any(low, self._names.stems):
            if "=" in text or '"' in text or "'" in text or _NAME_BESIDE.search(text) is not None:
                return True
        if _has_any(low, self._needs) or _has_any(low, self._short_needs):
            return True
        return any((pattern.first or pattern.expression).search(text) is not None for pattern in self._extra)

    def _may_have_any_of_few(self, text: str, low: str) -> bool:
        """As above: one expression is quicker than many questions while the text is short, and slower afterwards."""
        if self._by_name and ("=" in text or '"' in text or "'" in text or _NAME_BESIDE.search(text) is not None):
            if _has_any(low, self._names.stems):
                return True
        if self._any_need is not None and self._any_need.search(low) is not None:
            return True
        return any((pattern.first or pattern.expression).search(text) is not None for pattern in self._extra)

    def redacted(self, text: str, depth: int = 0) -> str:
        """The same text object where there is nothing."""
        if depth > 4 or not self.may_have_any(text):
            return text
        low = text.lower()
        if self._by_name and _has_any(low, self._names.stems):
            text = self._by_names(text, depth)
        return self.by_patterns(text)

    def json_text(self, text: str, depth: int = 0) -> str:
        """What is not replaced stays as it was written."""
        return _JsonWalk(self, text, depth).redacted() if _has_any(text.lower(), self._names.stems) else text

    def cookies(self, text: str) -> str:
        """`a=b; c=d` with all but short values of cookies that have no secret name."""
        return re.sub(r"([^=;\s]+)=([^;]+)", lambda found: f"{found[1]}={self._cookie(found[1], found[2])}", text)

    def _cookie(self, name: str, value: str) -> str:
        if name.lower() in _ATTRIBUTES or is_no_value(value):
            return value
        long = len(value) >= _LONG_COOKIE and self._names.verdict("cookie") != NO
        return self._replace(value) if long or self.verdict(name) != NO else self.by_patterns(value)

    def form(self, text: str, depth: int = 0) -> str:
        """`name=value` pairs wherever they stand; one inside another's value too, once more percent-encoded or not."""
        parts: list[str] = []
        done = at = 0
        while (found := _ASSIGNED.search(text, at)) is not None:
            start, at = found.span("value")
            new = self._pair(found, depth)
            if new is None:
                at = start
                continue
            parts += (text[done:start], new)
            done = at
        return "".join((*parts, text[done:])) if parts else text

    def _form_of(self, names: list[str], text: str) -> str:
        """The same where nothing is percent-encoded: what has another name stays, and is not gone through."""
        starts = sorted(start for name in names for start in _places(name, text))
        if any(text[start - 1 : start] in _GOES_ON for start in starts if start):
            return self.form(text)
        parts: list[str] = []
        done = 0
        for start in starts:
            found = _ASSIGNED.match(text, start)
            if start >= done and found is not None and (new := self._pair(found, 0)) is not None:
                parts += (text[done : found.start("value")], new)
                done = found.end("value")
        return "".join((*parts, text[done:])) if parts else text

    def _pair(self, found: re.Match[str], depth: int) -> str | None:
        """The new value with its quotes; None where it stays."""
        value = found["value"]
        quotes = value[0] if value[0] in "\"'" else ""
        if " =" in found[0] and not quotes and _CODE.match(value) is not None:
            return None
        new = self._assigned(found["name"], value.strip(quotes) if quotes else value, depth, bool(quotes))
        return None if new is None else f"{quotes}{new}{quotes}"

    def _assigned(self, name: str, value: str, depth: int, quoted: bool) -> str | None:
        """The new value; None where it stays, but may have others inside."""
        encoded = not quoted and ("%" in value or "+" in value)
        inner = unquote_plus(value) if encoded else value
        if self.verdict(name) != NO:
            if is_no_value(value) or inner.lower() == name.lower():
                return None
            new = self.value(name, inner)
        elif "%" in value and depth < 4:
            new = self.redacted(inner, depth + 1)
        else:
            return None
        return None if new == inner else quote_plus(new) if encoded else new

    def verdict(self, name: str) -> int:
        return self._names.verdict(name)

    def value(self, name: str, text: str) -> str:
        """Of a name that says it is a secret."""
        if is_cookie(name) and "=" in text:
            return self.cookies(text)
        scheme = _SCHEME.match(text)
        if scheme is None:
            return self._replace(text)
        rest = text[scheme.end() :]
        return scheme[0] + (self._credentials(rest) if scheme["basic"] else self._replace(rest))

    def _credentials(self, text: str) -> str:
        """`name:password` as HTTP's basic scheme has it."""
        try:
            name, colon, password = base64.b64decode(text, validate=True).decode().partition(":")
        except ValueError:
            return self._replace(text)
        if not colon or not password:
            return self._replace(text)
        return base64.b64encode(f"{name}:{self._replace(password)}".encode("utf-8", "surrogatepass")).decode()

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _by_names(self, text: str, depth: int) -> str:
        if text.lstrip()[:1] in ("{", "[") and '"' in text:
            text = self.json_text(text, depth)
        elif _QUOTED_NAME_ENDS.search(text) is not None:
            text = self._matched(_QUOTED, text)
        if 'name="' in text and "content-disposition" in text.lower():
            text = self._matched(_PART, text)
        if "%" in text and _ENCODED_VALUE.search(text) is not None:
            text = self.form(text, depth)
        elif "=" in text and (secret := [name for name in _names_assigned(text) if self.verdict(name) != NO]):
            text = self._form_of(secret, text)
        if "-" in text and self._is_any_secret(_OPTION_NAME, text):
            text = self._matched(_OPTION, text)
        if ": " in text or ":\t" in text:
            lines = text.split("\n")
            text = "\n".join(_LINE.sub(self._line, line) if ": " in line or ":\t" in line else line for line in lines)
        return self._matched(_ELEMENT, text) if "</" in text and self._is_any_secret(_OPENED, text) else text

    def _is_any_secret(self, names: re.Pattern[str], text: str) -> bool:
        """Whether any of the names that are found says so: long texts, such as pages, have many names, and few different."""
        return any(self.verdict(name) != NO for name in set(names.findall(text)))

    def _matched(self, expression: re.Pattern[str], text: str) -> str:
        return expression.sub(self._named, text)

    def _named(self, found: re.Match[str]) -> str:
        group = "value" if found["value"] is not None else "number"
        value = found[group]
        if is_no_value(value) or self.verdict(found["name"]) == NO:
            return found[0]
        start, end = found.start(group) - found.start(), found.end(group) - found.start()
        return found[0][:start] + self.value(found["name"], value) + found[0][end:]

    def _line(self, found: re.Match[str]) -> str:
        """Headers; what has blanks after another name is prose."""
        name, value = found["name"], found["value"]
        header = words_of(name)[-1:] in (["authorization"], ["cookie"])
        return self._named(found) if header or not re.search(r"\s", value) else found[0]

    def by_patterns(self, text: str) -> str:
        """What names beside it do not tell is left to these."""
        low = text.lower()
        for pattern, needs in self._needed:
            if (not needs or _has_any(low, needs)) and (pattern.first is None or pattern.first.search(low) is not None):
                text = pattern.expression.sub(lambda found, each=pattern: self._pattern(each, found), text)  # type: ignore[misc]
        return text

    def _pattern(self, pattern: SecretPattern, found: re.Match[str]) -> str:
        group = pattern.group
        secret = found[group]
        if not secret or is_no_value(secret) or (pattern.holds is not None and not pattern.holds(secret)):
            return found[0]
        start, end = found.start(group) - found.start(), found.end(group) - found.start()
        new = self._credentials(secret) if pattern.credentials else self._replace(secret)
        return found[0][:start] + new + found[0][end:]


def _has_any(text: str, parts: tuple[str, ...]) -> bool:
    for part in parts:  # noqa: SIM110 - a generator takes twice as long
        if part in text:
            return True
    return False


def _names_assigned(text: str) -> Iterator[str]:
    return (name[::-1] for name in set(_BACK_FROM_EQUALS.findall(text[::-1])))


def _places(part: str, text: str) -> Iterator[int]:
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)


def is_cookie(name: str) -> bool:
    return words_of(name)[-1:] in (["cookie"], ["cookies"])


class _JsonWalk:
    """Goes through the tokens of a JSON text (also of one that was cut) and knows the name that each value has."""

    def __init__(self, texts: SecretTexts, text: str, depth: int) -> None:
        self._texts, self._text, self._depth = texts, text, depth
        self._around: list[tuple[str, str, int]] = []
        """Of each open container: its bracket, the name and the verdict that it has."""
        self._name, self._verdict, self._is_key = "", NO, False

    def redacted(self) -> str:
        parts: list[str] = []
        done = 0
        for token in _TOKEN.finditer(self._text):
            new = self._token(token[0])
            if new is not None:
                parts += (self._text[done : token.start()], new)
                done = token.end()
        return "".join((*parts, self._text[done:])) if parts else self._text

    def _token(self, token: str) -> str | None:
        first = token[0]
        if first in "{[":
            self._around.append((first, self._name, self._verdict))
            self._is_key = first == "{"
            self._verdict = self._verdict if self._verdict == BAG or first == "[" else NO
        elif first in "}]":
            if self._around:
                _, self._name, self._verdict = self._around.pop()
        elif first == ",":
            self._is_key = bool(self._around) and self._around[-1][0] == "{"
            if self._is_key:
                self._name, self._verdict = self._around[-1][1:]
        elif first == ":":
            self._is_key = False
        elif self._is_key and first == '"':
            self._key(_read(token))
        else:
            return self._value(token)
        return None

    def _key(self, key: str) -> None:
        inherited = self._around[-1][2] if self._around else NO
        own = self._texts.verdict(key)
        bag = inherited == BAG and key.lower() not in NEUTRAL_KEYS
        self._name, self._verdict = key, own or (BAG if bag else NO)

    def _value(self, token: str) -> str | None:
        if self._verdict == NO:
            return self._inner(token) if token[0] == '"' and len(token) > 8 else None
        text = _read(token) if token[0] == '"' else token
        if is_no_value(text) or (token[0] != '"' and not token.lstrip("-").isdigit()):
            return None
        listed = bool(self._around) and self._around[-1][0] == "["
        if listed and self._verdict == LONE and token[0] != '"':
            return None
        new = self._texts.value(self._name, text)
        return _write(new, token) if token[0] == '"' else new

    def _inner(self, token: str) -> str | None:
        text = _read(token)
        new = self._texts.redacted(text, self._depth + 1)
        return None if new == text else _write(new, token)


def _read(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token[1:-1]


def _write(text: str, like: str) -> str:
    return json.dumps(text, ensure_ascii="\\u" in like or like.isascii())
