"""Replaces what is secret in recorded values by stand-ins of the same shape, before anything of it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .plain_redaction import PlainWalk, gather
from .plain_tree import Plain
from .secret_names import NO, SecretNames
from .secret_patterns import PATTERNS, SecretPattern
from .secret_texts import SecretTexts, is_no_value
from .secret_values import SecretValues, is_worth_knowing
from .stand_ins import StandIns
from .values import snapshot

__all__ = ["Redactor", "Rules"]

_LIKE_A_KEY = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w.+/=-]{8,}")

_JSON_BEGINS = ("{", "[", '"')
_MOST_LAST = 2000
_MOST_CLEAN, _LONGEST_CLEAN = 10_000, 500
"""Texts, and characters of one, that are remembered as having no secret in them."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user says: more names and patterns (the first group is the secret, if there are groups), names to leave."""

    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    by_name: bool = True
    by_pattern: bool = True
    by_value: bool = True


class Redactor:
    """One a process. With the same salt the same secret has the same stand-in everywhere.

    `late`: a value became known as a secret after others had been redacted, so that it may be in what was written
    before; whoever writes that anew with `redact_text` begins with `take_late`, for all that is late from then on.
    """

    def __init__(self, rules: Rules | None = None, salt: bytes = b"") -> None:
        """ValueError, with the text, for a pattern that is no regular expression."""
        self._rules = rules = rules or Rules()
        self._names = SecretNames(rules.names, rules.leave, rules.by_name)
        own = tuple(SecretPattern(_compiled(pattern)) for pattern in rules.patterns)
        self._by_name = rules.by_name or bool(rules.names)
        patterns = (*own, *(PATTERNS if rules.by_pattern else ()))
        self._texts = SecretTexts(self._names, patterns, self._replace, self._by_name)
        self._off = not (self._by_name or patterns or rules.by_value)
        self._stand_ins = StandIns(salt)
        self._values = SecretValues()
        self._short: dict[str, str] = {}
        """Stand-ins of what is too short or common to be looked for elsewhere."""
        self._issued: set[str] = set()
        self._settings: dict[str, Any] = {}
        self._last: dict[Any, tuple[int, Plain, Plain]] = {}
        self._clean: dict[str, int] = {}
        """Texts without a secret, and how much was known when that was found: a program says the same again and again."""
        self._marked: dict[tuple[str, ...], tuple[tuple[int, str], ...]] = {}
        self._late = self._taken = SecretValues()

    @property
    def version(self) -> int:
        """Rises with each secret that is learnt."""
        return self._values.version

    def wrote(self) -> None:
        """What this thread has had redacted is written now: what becomes known later may be in it."""
        self._values.wrote()

    @property
    def late(self) -> bool:
        return bool(self._late.known)

    def take_late(self) -> None:
        """What is late by now is what `redact_text` looks for: all others were known when the text was written."""
        self._taken, self._late = self._late, SecretValues()

    def give_back(self) -> None:
        """What was taken has not been taken out of anything."""
        for secret, stand_in in self._taken.known.items():
            self._late.learn(secret, stand_in)

    @property
    def issued(self) -> frozenset[str]:
        """All stand-ins so far."""
        return frozenset(self._issued)

    # -- what is redacted ----------------------------------------------------------------------------------------------

    def redact(self, plain: Plain, name: str = "") -> Plain:
        """The same object where nothing in it is secret."""
        return plain if self._off else self._redacted(plain, name)

    def _redacted(self, plain: Plain, name: str) -> Plain:
        verdict = self._names.verdict(name) if name else NO
        if type(plain) is str:
            return self._redacted_text(plain, name, verdict)
        texts: list[str] = []
        marked = gather(plain, texts, self._names) or verdict != NO or (bool(name) and self._names.hints(name))
        inside = self._inside if self._may_have_any(texts) else None
        if not marked and inside is None:
            return plain
        known = len(self._values.known)
        found = self._walked(plain, name, verdict, inside)
        if len(self._values.known) != known:  # what was learnt on the way may also be in a part that came before
            found = self._walked(found, "", NO, self._values.replaced)
        return plain if found == plain else found

    def _redacted_text(self, text: str, name: str, verdict: int) -> Plain:
        if verdict == NO and self._clean.get(text) == self._values.version and not (name and self._names.hints(name)):
            return text
        known = len(self._values.known)
        found = self._walked(text, name, verdict, self._inside)
        return found if len(self._values.known) == known else self._walked(found, "", NO, self._values.replaced)

    def _may_have_any(self, texts: list[str]) -> bool:
        """A look at those that are not remembered; if there is nothing in them, they are from now on."""
        clean, version = self._clean, self._values.version
        unknown = [text for text in texts if clean.get(text) != version]
        if not unknown:
            return False
        new = [text for text in unknown if text not in clean]
        if self._values.is_in("\n".join(unknown)) or (new and self._texts.may_have_any("\n".join(new))):
            return True
        for text in unknown:
            self._remember(text, version)
        return False

    def _remember(self, text: str, version: int) -> None:
        if len(text) <= _LONGEST_CLEAN:
            if len(self._clean) >= _MOST_CLEAN:
                self._clean = {}
            self._clean[text] = version

    def _walked(self, plain: Plain, name: str, verdict: int, inside: Callable[[str], str] | None) -> Plain:
        return PlainWalk(self._names, self._texts, self._replace, self._issued, inside).redacted(plain, name, verdict)

    def marked(self, columns: Sequence[str]) -> tuple[tuple[int, str], ...]:
        """Places (from 1) and names of those under which anything is, or may be, a secret."""
        key = tuple(columns)
        found = self._marked.get(key)
        if found is None:
            names = [] if self._off else list(enumerate(key, 1))
            found = tuple(
                (place, name) for place, name in names if self._names.verdict(name) != NO or self._names.hints(name)
            )
            self._marked = {**(self._marked if len(self._marked) < _MOST_LAST else {}), key: found}
        return found

    def may_name(self, text: str) -> bool:
        """Whether any name in it may be that of a secret."""
        return not self._off and self._texts.may_name(text.lower())

    def once(self, key: Any, given: Plain, redact: Callable[[], Plain]) -> Plain:
        """What was made of an equal thing the last time, if nothing in it has become known as a secret since."""
        last = self._last.get(key)
        if last is not None and last[1] == given:
            version, _, found = last
            if version == self._values.version:
                return found
            texts: list[str] = []
            gather(found, texts, self._names)
            if not self._values.is_in("\n".join(texts)):
                self._last[key] = (self._values.version, given, found)
                return found
        if len(self._last) >= _MOST_LAST:
            self._last.clear()
        version = self._values.version
        found = redact()
        self._last[key] = (version, given, found)
        return found

    def redact_headers(self, headers: Sequence[Sequence[str]]) -> list[list[str]]:
        """Pairs of a header's name and its text."""
        return [[name, self._header(name, text)] for name, text in headers]

    def redact_query(self, query: str) -> str:
        """`a=b&c=d`, or a whole address."""
        return self._text(query)

    def redact_body(self, body: bytes | str, content_type: str = "") -> bytes | str:
        """What is not secret stays as it was written, byte by byte."""
        if self._off:
            return body
        if isinstance(body, bytes):
            text = body.decode("utf-8", "surrogateescape")
            return self._body(text, content_type).encode("utf-8", "surrogateescape")
        return self._body(body, content_type)

    def redact_text(self, written: bytes) -> bytes:
        """Without what was taken by `take_late`; JSON stays JSON."""
        text = written.decode("utf-8", "surrogateescape")
        found = self._taken.replaced(text)
        return written if found is text else found.encode("utf-8", "surrogateescape")

    def concerns(self, written: bytes) -> bool:
        """Whether `redact_text` may find anything in it."""
        return self._taken.is_in(written.decode("utf-8", "surrogateescape"))

    # -- what is learnt ------------------------------------------------------------------------------------------------

    def learn(self, name: str, value: str | bytes | int) -> None:
        """From now on the value is a secret wherever it is."""
        text = value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)
        if text and not self._off:
            self._replace(text)

    def learn_environment(self, environment: Mapping[str, str]) -> None:
        """The values of variables with a secret name, and the secrets inside of others."""
        for name, value in environment.items():
            self._learn_plain(name, value)

    def learn_settings(self, settings: Mapping[str, Any]) -> None:
        """As above, of settings, whose values may hold anything; those that are as they were are not gone through again."""
        for name, value in settings.items():
            if name not in self._settings or self._settings[name] is not value:
                self._settings[name] = value
                self._learn_plain(name, snapshot(value))

    def _learn_plain(self, name: str, plain: Plain) -> None:
        if not self._off:
            self._redacted(plain, name)
        if self._by_name and type(plain) is str and self._names.is_of_a_service(name) and _LIKE_A_KEY.fullmatch(plain):
            self._replace(plain)

    # -- texts ---------------------------------------------------------------------------------------------------------

    def _replace(self, secret: str) -> str:
        """The stand-in of a secret that has been found."""
        known = self._values.known.get(secret) or self._short.get(secret)
        if known is not None or secret in self._issued:
            return known or secret
        stand_in = self._stand_ins.of_text(secret)
        self._issued.add(stand_in)
        if not self._rules.by_value or not is_worth_knowing(secret):
            self._short[secret] = stand_in
        elif self._values.learn(secret, stand_in):
            self._late.learn(secret, stand_in)
        return stand_in

    def _text(self, text: str) -> str:
        return text if self._off else self._inside(text)

    def _inside(self, text: str) -> str:
        version, remembered = self._values.version, self._clean.get(text)
        if remembered == version:
            return text
        found = self._values.replaced(text if remembered is not None else self._texts.redacted(text))
        if found == text:
            self._remember(text, version)
        return found

    def _header(self, name: str, text: str) -> str:
        if self._names.verdict(name) == NO or is_no_value(text):
            return self._text(text)
        found = self.once(("header", name, text), text, lambda: self._values.replaced(self._texts.value(name, text)))
        return str(found)

    def _body(self, text: str, content_type: str) -> str:
        if self._by_name and "json" in content_type and text.lstrip()[:1] in _JSON_BEGINS:
            return self._values.replaced(self._texts.by_patterns(self._texts.json_text(text)))
        elif self._by_name and "urlencoded" in content_type:
            text = self._texts.form(text)
        return self._text(text)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        found = re.compile(pattern)
        if found.groups and "secret" not in found.groupindex:
            found = re.compile(re.sub(r"(?<!\\)\((?!\?)", "(?P<secret>", pattern, count=1))
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return found
