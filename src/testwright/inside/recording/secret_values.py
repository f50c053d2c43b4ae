"""Knows the secrets that have been seen, and replaces them wherever they are: in longer texts, escaped or encoded too."""

from __future__ import annotations

import _thread
import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

__all__ = ["SecretValues", "is_worth_knowing"]

SHORTEST = 6
_ANCHOR = 6
_MOST = 2000
_own_thread = _thread.get_ident
_WORD = re.compile(rf"[A-Za-z0-9_%+/-]{{{_ANCHOR},}}")
_MOST_TEXTS = 20
_MOST_PASSED = 2**20
"""Characters of words that are remembered."""
_ALWAYS_AS_IT_IS = re.compile(r"[A-Za-z0-9_.~-]+")
"""What no way to write a text changes, but for base64."""
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


@dataclass(slots=True)
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
    anchored: int = 0
    """Where in it the anchor begins."""


_Found = tuple[int, int, str]
"""From where to where a text is replaced, and by what."""
_Way = tuple[str, tuple[str, ...]]
"""An anchor, and the words that a text has when it has the form: whole ones, or parts of longer ones."""


class SecretValues:
    """Secrets and their stand-ins. Each way to write one has an anchor, a few characters of it, by which it is found."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.version = 0
        """Rises with each secret that is learnt: until then, a text without any is one."""
        self.issued: set[str] = set()
        """All stand-ins: what is one is no secret."""
        self._forms: dict[str, list[_Form]] = {}
        self._odd: tuple[str, ...] = ()
        """Anchors that no word has in it."""
        self._passed = _Passed()

    def learn(self, secret: str, stand_in: str) -> bool:
        """Whether it was not known, and may be in what has been written until now."""
        if secret in self.known or secret in self.issued:
            return False
        if len(self.known) >= _MOST:
            self._forget_half()
        self.known[secret] = stand_in
        ways = self._add(secret, stand_in)
        self.version += 1
        return self._passed.lose(ways)

    def wrote(self) -> None:
        """The texts that this thread has looked at are written now, and what is learnt from now on may be in them."""
        self._passed.keep()

    def is_in(self, text: str) -> bool:
        """Whether one may be: a few characters of one are."""
        return bool(self._anchors_in(text))

    def replaced(self, text: str) -> str:
        """The same text object where nothing is found."""
        anchors = self._anchors_in(text)
        if not anchors:
            return text
        parts: list[str] = []
        done = 0
        for start, end, other in sorted(self._found(text, anchors), key=lambda each: (each[0], -each[1])):
            if start >= done:
                parts += (text[done:start], other)
                done = end
        return "".join((*parts, text[done:])) if parts else text

    # -- finding -------------------------------------------------------------------------------------------------------

    def _anchors_in(self, text: str) -> set[str]:
        """Most words of a text have been met before, and are gone through but once."""
        forms, passed, version = self._forms, self._passed, self.version
        found = {anchor for anchor in self._odd if anchor in text}
        new = set(_WORD.findall(text)).difference(passed.words)
        if not new:
            return found
        clean = []
        for word in new:
            inside = [part for at in range(len(word) - _ANCHOR + 1) if (part := word[at : at + _ANCHOR]) in forms]
            if inside:
                found.update(inside)
            else:
                clean.append(word)
        passed.add(new, clean)
        if self.version != version:  # another thread has learnt one meanwhile
            passed.words.difference_update(clean)
            return self._anchors_in(text)
        if passed.length > _MOST_PASSED:
            self._passed = _Passed(is_whole=False)
        return found

    def _found(self, text: str, anchors: Iterable[str]) -> Iterator[_Found]:
        for anchor in anchors:
            place = text.find(anchor)
            while place >= 0:
                yield from self._at(text, place, self._forms.get(anchor, ()))
                place = text.find(anchor, place + 1)

    def _at(self, text: str, place: int, forms: Iterable[_Form]) -> Iterator[_Found]:
        """The longest that is there; where base64 has it together with its neighbours, with and without those."""
        for form in forms:
            start = place - form.anchored
            end = start + len(form.text)
            if start < 0 or not text.startswith(form.text, start) or (form.alone and _touched(text, start, end)):
                continue
            if form.lead >= 0 and (found := _in_base64(text, start - form.lead, form)) is not None:
                yield found
            yield start, end, form.other
            return

    # -- keeping -------------------------------------------------------------------------------------------------------

    def _add(self, secret: str, stand_in: str) -> list[_Way]:
        """No list is changed in place: other threads may be looking."""
        self.issued.add(stand_in)
        ways = []
        for form in _forms_of(secret, stand_in):
            anchor = form.text[form.anchored : form.anchored + _ANCHOR]
            words = tuple(_WORD.findall(form.text))
            ways.append((anchor, words))
            if not words and anchor not in self._odd:
                self._odd = (*self._odd, anchor)
            self._forms[anchor] = sorted([*self._forms.get(anchor, ()), form], key=lambda each: -len(each.text))
        return ways

    def _forget_half(self) -> None:
        """The older; they are still found by name and pattern."""
        self.known = dict(list(self.known.items())[_MOST // 2 :])
        self.issued = set(self.known.values())
        self._forms, self._odd = {}, ()
        for secret, stand_in in self.known.items():
            self._add(secret, stand_in)


class _Passed:
    """Words that texts had which were looked at, and which of them have no anchor in them. Not `is_whole`: there were
    others before.
    """

    __slots__ = ("_is_whole", "_looked_at", "_written", "length", "words")

    def __init__(self, *, is_whole: bool = True) -> None:
        self.words: set[str] = set()
        """Without an anchor."""
        self._looked_at: dict[int, list[str]] = {}
        """By the thread, which has not written them yet."""
        self._written: list[str] = []
        self.length = 0
        self._is_whole = is_whole

    def add(self, words: set[str], clean: list[str]) -> None:
        joined = "\n".join(words)
        self._looked_at.setdefault(_own_thread(), []).append(joined)
        self.length += len(joined)
        self.words.update(clean)

    def keep(self) -> None:
        texts = self._looked_at.get(_own_thread())
        if texts:
            self._written.extend(texts)
            texts.clear()

    def lose(self, ways: list[_Way]) -> bool:
        """Whether a secret that can be written in these ways may have been written, or is about to be by another thread.
        The words that its anchors are in are looked at again.
        """
        if len(self._written) > _MOST_TEXTS:
            count = len(self._written)
            self._written[:count] = ["\n".join(self._written[:count])]  # at once: others may be adding
        own = _own_thread()
        others = [text for thread, texts in [*self._looked_at.items()] if thread != own for text in texts]
        there = [*self._written, *others]
        ours = "\n".join(self._looked_at.get(own, ()))
        anchors = [anchor for anchor, _ in ways]
        new = [anchor for anchor in anchors if anchor in ours]
        known = [anchor for anchor in anchors if _is_in_any(anchor, there)]
        for words, lost in ((ours.split("\n") if new else (), new), (self.words.copy() if known else (), known)):
            self.words.difference_update([word for word in words if any(anchor in word for anchor in lost)])
        return not self._is_whole or any(_may_be_in(there, anchor in known, words) for anchor, words in ways)


def _may_be_in(texts: list[str], is_anchor_there: bool, words: tuple[str, ...]) -> bool:
    """The anchor of a way that has words is in one of them."""
    return not words or (is_anchor_there and all(_is_in_any(word, texts) for word in words))


def _is_in_any(part: str, texts: list[str]) -> bool:
    for text in texts:  # noqa: SIM110 - a generator takes twice as long
        if part in text:
            return True
    return False


def _touched(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return before.isalnum() or after.isalnum()


# -- ways to write a secret -------------------------------------------------------------------------------------------


def _forms_of(secret: str, stand_in: str) -> list[_Form]:
    written = {secret: stand_in}
    if not (_ALWAYS_AS_IT_IS.fullmatch(secret) and _ALWAYS_AS_IT_IS.fullmatch(stand_in)):
        written = _as_it_may_be_written(secret, stand_in)
    forms = [
        _Form(text, other, alone=text.isalpha() or text.isdigit(), anchored=_anchor_in(text))
        for text, other in written.items()
    ]
    return forms + _base64_forms(secret, stand_in)


def _as_it_may_be_written(secret: str, stand_in: str) -> dict[str, str]:
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
    return written


def _anchor_in(text: str) -> int:
    """Where six characters begin that are within its longest word, and not the same in many secrets; 0 without a word."""
    longest = max(_WORD.finditer(text), key=lambda found: found.end() - found.start(), default=None)
    if longest is None:
        return 0
    start, last = longest.start(), longest.end() - _ANCHOR
    return max((last, (start + last) // 2, start), key=lambda place: len(set(text[place : place + _ANCHOR])))


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
    found: dict[str, _Form] = {}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before, lead in ((0, 0), (1, 2), (2, 3)):
            whole = (before + len(octets)) * 8 // 6
            core = encode(bytes(before) + octets).decode()[lead:whole]
            if len(core) >= SHORTEST and core not in found:
                other = encode(bytes(before) + others).decode()[lead:whole]
                found[core] = _Form(core, other, False, lead, before, (octets, others), _anchor_in(core))
    return list(found.values())


def _octets(text: str) -> bytes:
    """Of text that may stand for bytes that are none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _in_base64(text: str, start: int, form: _Form) -> _Found | None:
    """The groups that the secret is in, read and written again with the stand-in in its place."""
    octets, others = form.octets
    size = form.before + len(octets)
    piece = text[start : start + (size + 2) // 3 * 4].rstrip("=") if start >= 0 else ""
    alphabet = b"-_" if "-" in piece or "_" in piece else b"+/"
    try:
        read = base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=alphabet, validate=True)
    except ValueError:
        return None
    if read[form.before : size] != octets or len(octets) != len(others):
        return None
    written = base64.b64encode(read[: form.before] + others + read[size:], altchars=alphabet).decode()
    return start, start + len(piece), written[: len(piece)]
