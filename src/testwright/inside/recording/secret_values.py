"""Knows the secrets that have been seen, and replaces them wherever they are: in longer texts, escaped or encoded too."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

__all__ = ["SecretValues", "is_worth_knowing"]

SHORTEST = 6
_ANCHOR = 6
_RECENT = 16
_MOST = 2000
_COUNT_UP, _COUNT_DOWN = "01234567890123456789", "98765432109876543210"
_SENTENCE = re.compile(r"[A-Z][^\n]*\s\S+\s[^\n]*[.!?]|(?:\S+\s+){6,}\S+")
_COMMON_WORDS = """
password passwd passphrase secret secrets token tokens apikey bearer authorization cookie session sessionid csrftoken
string number integer boolean object default public private active inactive pending status message return update create
delete select insert import export content account accounts address example invalid expired missing required unknown
anonymous username localhost testserver testing testserver postgres postgresql sqlite3 django redacted changeme disabled
enabled signature credential credentials undefined nothing confirm verified production development staging welcome customer
application javascript python before middle person people member members normal online offline system server client
primary secondary service services request response general simple single double letter letters signed random custom
strict secure samesite httponly expires monday tuesday wednesday thursday friday saturday sunday january february august
september october november december english french german spanish euros dollars address company country january
"""


def is_worth_knowing(text: str) -> bool:
    """Not so short or common that it would be found where it is no secret."""
    if len(text) < SHORTEST or text.lower() in _COMMON or len(set(text)) < 2:
        return False
    if all(character.isdigit() or character in "-.:/ T" for character in text):
        digits = "".join(filter(str.isdigit, text))
        varied = len(set(digits)) >= 4 and digits not in _COUNT_UP and digits not in _COUNT_DOWN
        return len(digits) >= 12 or (len(digits) >= SHORTEST and varied)
    return not _SENTENCE.fullmatch(text)


_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class _Form:
    """One way a secret is written. `lead`: characters of base64 before it that have bits of it, or of its neighbours."""

    text: str
    other: str
    alone: bool = False
    """Only where no letter or digit touches it."""
    lead: int = -1
    before: int = 0
    """Bytes of its neighbours in the first group of three."""
    octets: tuple[bytes, bytes] = (b"", b"")


class SecretValues:
    """Secrets and their stand-ins. Finding one costs a look for its first characters."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.version = 0
        """Rises with each secret that is learnt: until then, a text without any is one."""
        self.issued: set[str] = set()
        """All stand-ins: what is one is no secret."""
        self._forms: dict[str, list[_Form]] = {}
        self._recent = _Recent(frozenset())
        self._settled: re.Pattern[str] | None = None
        self._settled_count = 0

    def learn(self, secret: str, stand_in: str) -> bool:
        """Whether it was not known."""
        if secret in self.known or secret in self.issued:
            return False
        if len(self.known) >= _MOST:
            self._forget_half()
        self.known[secret] = stand_in
        self._add(secret, stand_in)
        self.version += 1
        return True

    def is_in(self, text: str) -> bool:
        return self._next(text, 0) is not None

    def replaced(self, text: str) -> str:
        """The same text object where nothing is found."""
        if self._next(text, 0) is None:
            return text
        parts: list[str] = []
        done = at = 0
        while (place := self._next(text, at)) is not None:
            found = self._at(text, place, done)
            if found is None:
                at = place + 1
                continue
            start, at, other = found
            parts += (text[done:start], other)
            done = at
        return "".join((*parts, text[done:])) if parts else text

    # -- finding -------------------------------------------------------------------------------------------------------

    def _next(self, text: str, at: int) -> int | None:
        """Where one may begin."""
        recent = self._recent  # asked for first: another thread may be moving them to the others
        found = self._settled.search(text, at) if self._settled is not None else None
        nearest = found.start() if found is not None else None
        return recent.next(text, at, nearest) if recent.anchors else nearest

    def _at(self, text: str, place: int, done: int) -> tuple[int, int, str] | None:
        """From where to where the text is replaced, and by what, if a secret does begin there."""
        for form in self._forms.get(text[place : place + _ANCHOR], ()):
            end = place + len(form.text)
            if not text.startswith(form.text, place) or (form.alone and _touched(text, place, end)):
                continue
            if form.lead >= 0 and (found := _in_base64(text, place - form.lead, done, form)) is not None:
                return found
            return place, end, form.other
        return None

    # -- keeping -------------------------------------------------------------------------------------------------------

    def _add(self, secret: str, stand_in: str) -> None:
        self.issued.add(stand_in)
        for form in _forms_of(secret, stand_in):
            anchor = form.text[:_ANCHOR]
            # Nothing is changed in place: other threads may be looking.
            self._forms[anchor] = sorted([*self._forms.get(anchor, ()), form], key=lambda each: -len(each.text))
            if anchor not in self._recent.anchors:
                self._recent = _Recent(self._recent.anchors | {anchor})
        if len(self._recent.anchors) > max(_RECENT * 4, self._settled_count // 8):
            self._settle()

    def _settle(self) -> None:
        """One expression for all: making it takes long, so it is not made anew for each secret."""
        by_first: dict[str, list[str]] = {}
        for anchor in sorted(self._forms):
            by_first.setdefault(anchor[0], []).append(re.escape(anchor[1:]))
        branches = (f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items())
        self._settled = re.compile(f"(?={''.join(_columns(self._forms))})(?:{'|'.join(branches)})")
        self._settled_count = len(self._forms)
        self._recent = _Recent(frozenset())

    def _forget_half(self) -> None:
        """The older; they are still found by name and pattern."""
        self.known = dict(list(self.known.items())[_MOST // 2 :])
        self.issued = set(self.known.values())
        self._forms = {}
        for secret, stand_in in self.known.items():
            self._add(secret, stand_in)
        self._settle()


def _columns(anchors: Iterable[str]) -> list[str]:
    """For each place in an anchor the characters that any of them has there: most texts are passed over by these alone."""
    return [f"[{''.join(map(re.escape, sorted(set(each))))}]" for each in zip(*anchors, strict=True)]


class _Recent:
    """Anchors that came late. What they may begin with is made when it is asked for, and in no time, other than an
    expression of the anchors themselves; what it finds has to be looked at.
    """

    __slots__ = ("_start", "anchors")

    def __init__(self, anchors: frozenset[str]) -> None:
        self.anchors = anchors
        self._start: re.Pattern[str] | None = None

    def next(self, text: str, at: int, before: int | None) -> int | None:
        """The first place; `before` where there is none in front of that."""
        start = self._start
        if start is None:
            first, *others = _columns(self.anchors)
            start = self._start = re.compile(f"{first}(?={''.join(others)})")
        for candidate in start.finditer(text, at):
            place = candidate.start()
            if before is not None and place >= before:
                break
            if text[place : place + _ANCHOR] in self.anchors:
                return place
        return before


def _touched(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return before.isalnum() or after.isalnum()


# -- ways to write a secret -------------------------------------------------------------------------------------------


def _forms_of(secret: str, stand_in: str) -> list[_Form]:
    written = {secret: stand_in}
    for write in (
        _json,
        _json_ascii,
        _json_twice,
        _json_ascii_twice,
        _quoted,
        _quoted_lower,
        quote_plus,
        quote,
        html.escape,
        _python,
    ):
        try:
            written.setdefault(write(secret), write(stand_in))
        except UnicodeEncodeError:
            continue  # half a pair of surrogates cannot be percent-encoded
    forms = [_Form(text, other, alone=text.isalpha() or text.isdigit()) for text, other in written.items()]
    return forms + _base64_forms(secret, stand_in)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _json_ascii(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_twice(text: str) -> str:
    return _json(_json(text))


def _json_ascii_twice(text: str) -> str:
    return _json(_json_ascii(text))


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _quoted_lower(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quote(text, safe=""))


def _python(text: str) -> str:
    return repr(text)[1:-1]


def _base64_forms(secret: str, stand_in: str) -> list[_Form]:
    """What is the same whatever stands before and after it, for each of three places in a group of three bytes."""
    octets, others = _octets(secret), _octets(stand_in)
    found = []
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before, lead in ((0, 0), (1, 2), (2, 3)):
            whole = (before + len(octets)) * 8 // 6
            core = encode(bytes(before) + octets).decode()[lead:whole]
            other = encode(bytes(before) + others).decode()[lead:whole]
            if len(core) >= SHORTEST:
                found.append(_Form(core, other, lead=lead, before=before, octets=(octets, others)))
    return list({form.text: form for form in found}.values())


def _octets(text: str) -> bytes:
    """Of text that may stand for bytes that are none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _in_base64(text: str, start: int, done: int, form: _Form) -> tuple[int, int, str] | None:
    """The groups that the secret is in, read and written again with the stand-in in its place."""
    octets, others = form.octets
    size = form.before + len(octets)
    piece = text[start : start + (size + 2) // 3 * 4].rstrip("=") if start >= done else ""
    alphabet = b"-_" if "-" in piece or "_" in piece else b"+/"
    try:
        read = base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=alphabet, validate=True)
    except ValueError:
        return None
    if read[form.before : size] != octets or len(octets) != len(others):
        return None
    written = base64.b64encode(read[: form.before] + others + read[size:], altchars=alphabet).decode()
    return start, start + len(piece), written[: len(piece)]
