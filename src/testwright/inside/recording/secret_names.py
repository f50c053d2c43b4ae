"""Decides by its name alone whether a value is a secret: of a key, argument, header, setting, column or variable."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["BAG", "HINTS", "LONE", "NO", "SecretNames", "words_of"]

NO, LONE, BAG = 0, 1, 2
"""No secret; one if it is a text or number; a secret with all that is in it if it is a container."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+")

_BAGS = """
password passwd passphrase pwd passwort secret token apikey authtoken accesstoken refreshtoken credential credentials
passwords secrets tokens apikeys cookie cookies authorization cvv cvc iban ssn otp totp
"""
_LONES = """
session sessionid sid phpsessid jsessionid csrf csrftoken xsrf xsrftoken csrfmiddlewaretoken signature pin auth
cardnumber creditcard ccnumber pass sig jwt bearer pgpassword passcode appid
"""
_PHRASES_BAG = """
api key|api keys|access key|access keys|private key|private keys|secret key|secret keys|encryption key|signing key|ssh key
master key|session key|license key|auth key|client key|shared key|account key|app key|storage key|service key|fernet key
set cookie|x auth|social security number|card number|credit card|card no|cc number|security code|card code
"""
_PHRASES_LONE = """
session id|session cookie|auth code|authorization code|verification code|one time code|mfa code|recovery code|reset code
code verifier|basic auth|connect sid|webhook url|hook url|access key id|backup code|invite code
"""
_ENDINGS = ("password", "passwd", "passphrase")
"""Of a single word, as in `PGPASSWORD`."""

_AT_THE_END = """
hash hashed digest value text str string plain raw encrypted encoded confirm confirmation repeat again verify new old
current bytes b64 base64 hex input field data header 0 1 2 3 4 5 6 7 8 9 x
"""
"""These leave a secret one: `password_hash`, `new_password2`."""
_ASKING = "is has had use uses needs need require requires required show allow allows with without no can"
_COUNTING = "max min num number total count n prompt completion input output used remaining per"
_HINTING = "key token secret auth code nonce salt credential session sig signature hash ticket csrf hook"


class SecretNames:
    """What names say; `extra` names are secrets too, `leave` names never are (neither cares for case and separators)."""

    def __init__(self, extra: Iterable[str] = (), leave: Iterable[str] = (), on: bool = True) -> None:
        self._extra = [tuple(words) for name in extra if (words := words_of(name))]
        self._leave = {tuple(words_of(name)) for name in leave}
        self._on = on
        self.known: dict[str, int] = {}
        self._hinting: dict[str, bool] = {}
        self.stems = tuple(dict.fromkeys([*_STEMS, *(max(words, key=len) for words in self._extra)]))
        """A text with none of them (in lower case) has no secret name in it."""

    def verdict(self, name: str) -> int:
        """NO, LONE or BAG."""
        known = self.known.get(name)
        if known is None:
            if len(self.known) > 10_000:
                self.known.clear()
            known = self.known[name] = NO if name in _FOLDERS else self._judged(words_of(name[:200]))
        return known

    def hints(self, name: str) -> bool:
        """The name does not say that it is a secret, but a long random text under it may well be one."""
        known = self._hinting.get(name)
        if known is None:
            if len(self._hinting) > 10_000:
                self._hinting.clear()
            words = words_of(name[:200])
            known = self._on and tuple(words) not in self._leave and not HINTS.isdisjoint(words)
            self._hinting[name] = known
        return known

    def is_of_a_service(self, name: str) -> bool:
        """Of a setting or a variable of the environment: what is a `…_KEY` there is rarely that of a mapping."""
        words = words_of(name[:200])
        return self._on and words[-1:] == ["key"] and tuple(words) not in self._leave

    def _judged(self, words: list[str]) -> int:
        if not words or tuple(words) in self._leave:
            return NO
        if any(tuple(words[-len(extra) :]) == extra for extra in self._extra):
            return BAG
        return _verdict(words) if self._on else NO


def words_of(name: str) -> list[str]:
    """`HTTP_X_Api-Key`, `xApiKey` → http, x, api, key."""
    return [word.lower() for word in _WORD.findall(name)]


def _verdict(words: list[str]) -> int:
    if words[0] in _ASKS or (words[0] in _COUNTS and words[-1].endswith("s")):
        return NO
    found = _of_ending(words)
    while found == NO and len(words) > 1 and words[-1] in _LEFT_ASIDE:
        words = words[:-1]
        found = _of_ending(words)
    return found


def _of_ending(words: list[str]) -> int:
    """By the last word, which is what the thing is, or the last few."""
    if words[-1] in _BAG_WORDS or (len(words[-1]) > 8 and words[-1].endswith(_ENDINGS)):
        return BAG
    for kind, phrases in ((BAG, _BAG_PHRASES), (LONE, _LONE_PHRASES)):
        if any(tuple(words[-length:]) in phrases for length in (2, 3)) or (len(words) == 1 and (*words,) in phrases):
            return kind
    return LONE if words[-1] in _LONE_WORDS else NO


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for line in text.strip().splitlines() for phrase in line.split("|"))


_LEFT_ASIDE, _ASKS = frozenset(_AT_THE_END.split()), frozenset(_ASKING.split())
_COUNTS, HINTS = frozenset(_COUNTING.split()), frozenset(_HINTING.split())
_BAG_WORDS, _LONE_WORDS = frozenset(_BAGS.split()), frozenset(_LONES.split())
_BAG_PHRASES, _LONE_PHRASES = _phrases(_PHRASES_BAG), _phrases(_PHRASES_LONE)
_FOLDERS = frozenset(("PWD", "OLDPWD"))
"""What shells call the folder that they are in, and the one before: in each process's environment, and no passwords."""
_STEMS = (
    *("pass", "pwd", "secret", "token", "key", "auth", "cookie", "sess", "csrf", "xsrf", "cred", "sig", "otp", "pin"),
    *("cvv", "cvc", "iban", "ssn", "card", "cc_", "ccn", "sid", "code", "bearer", "jwt", "hook", "security", "appid"),
)
