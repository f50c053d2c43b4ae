"""Makes stand-ins of secrets: of the same shape, the same each time for the same secret, and telling nothing of it.

Each character becomes another of its class (upper, lower, digit); separators and what only names a kind stay.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from .secret_patterns import CARD, HASHES, KEY_PREFIX, PEM, is_card

__all__ = ["StandIns"]

_UPPER, _LOWER, _DIGIT = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"
_HEX_UPPER, _HEX_LOWER = "ABCDEF", "abcdef"
_SEPARATORS = frozenset("-_./:+=~@ ,;|$\t\r\n")
_SYMBOLS = "!#%*()^"
_SAME_BYTES = ((0x80, "àáâãäåæçèéêëìíîïðñòóôõöøùúûüý"), (0x800, "一二三四五六七八九十百千"), (0x10000, "𐌰𐌱𐌲𐌳𐌴𐌵𐌶𐌷"))
_NO_TEXT = "".join(map(chr, range(0xDC80, 0xDD00)))
"""How bytes that are no text are read."""
_HEX = re.compile(r"(?:[0-9a-f]{2}|-){8,}|(?:[0-9A-F]{2}|-){8,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_JWT = re.compile(r"(eyJ[\w-]*)\.(eyJ[\w-]*|[\w-]*)(?:\.([\w-]*))?")
_KEPT_CLAIMS = frozenset(("typ", "alg", "token_type", "iss", "aud", "kid"))
_KEPT_UUID = (14, 19)
"""Where a UUID says its version and variant."""


class StandIns:
    """Made with a salt: whoever has it makes the same ones."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    def of_text(self, secret: str) -> str:
        """Never the secret itself, unless it is empty."""
        for shaped in (self._pem, self._jwt, self._hash, self._card):
            found = shaped(secret)
            if found is not None:
                return found
        prefix = KEY_PREFIX.match(secret)
        kept = prefix.end() if prefix is not None and prefix.end() < len(secret) else 0
        return secret[:kept] + self._like(secret[kept:], secret)

    def of_number(self, secret: int) -> int:
        """Of as many digits."""
        number = int(self.of_text(str(abs(secret))))
        return -number if secret < 0 else number

    # -- shapes --------------------------------------------------------------------------------------------------------

    def _pem(self, secret: str) -> str | None:
        """Its lines of base64; what stands between line breaks that were written as `\\n` too."""
        found = PEM.search(secret)
        if found is None:
            return None
        body = found["body"]
        parts = re.split(r"(\\[nr])", body)
        made = "".join(part if n % 2 else self._like(part, body) for n, part in enumerate(parts) if part)
        before, after = secret[: found.start("body")], secret[found.end("body") :]
        return before + made + after

    def _jwt(self, secret: str) -> str | None:
        """The header stays, the claims keep their names, and times their values."""
        found = _JWT.fullmatch(secret)
        if found is None or found[3] is None:
            return None
        return f"{found[1]}.{self._claims(found[2])}.{self._like(found[3], secret)}"

    def _claims(self, part: str) -> str:
        try:
            claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except ValueError:
            return part[:3] + self._like(part[3:], part)
        if not isinstance(claims, dict):
            return part[:3] + self._like(part[3:], part)
        made = {key: self._claim(key, value) for key, value in claims.items()}
        return base64.urlsafe_b64encode(json.dumps(made, separators=(",", ":")).encode()).decode().rstrip("=")

    def _claim(self, name: str, value: Any) -> Any:
        return self.of_text(value) if isinstance(value, str) and value and name not in _KEPT_CLAIMS else value

    def _hash(self, secret: str) -> str | None:
        """Salt and digest; the algorithm and what it was told stay."""
        found = next((match for each in HASHES if (match := each.fullmatch(secret))), None)
        if found is None:
            return None
        kept = found.end("kept")
        return secret[:kept] + self._like(secret[kept:], secret)

    def _card(self, secret: str) -> str | None:
        """Of the same brand, and still with the right last digit."""
        if not CARD.fullmatch(secret) or not is_card(secret):
            return None
        made = list(self._like(secret, secret))
        places = [place for place, character in enumerate(secret) if character.isdigit()]
        for place in places[:2]:
            made[place] = secret[place]
        for last in _DIGIT:
            made[places[-1]] = last
            if is_card("".join(made)):
                break
        found = "".join(made)
        return found if found != secret else None

    # -- characters ----------------------------------------------------------------------------------------------------

    def _like(self, text: str, secret: str) -> str:
        """Something of the shape of `text`, which is (a part of) `secret`; another one."""
        hexadecimal = _HEX.fullmatch(text) is not None
        for attempt in range(50):
            numbers = iter(self._numbers(secret, attempt))
            made = "".join(_other(character, next(numbers), hexadecimal) for character in text)
            if made[:1] == "0" != text[:1] and text.isdigit():
                made = f"{1 + next(numbers) % 9}{made[1:]}"  # it may be written as a number somewhere
            if made != text or not text:
                break
        else:
            made = "".join(_LOWER[number % 26] for number, _ in zip(self._numbers(secret, 0), text, strict=False))
        if _UUID.fullmatch(text):
            made = "".join(text[n] if n in _KEPT_UUID else character for n, character in enumerate(made))
        return made

    def _numbers(self, secret: str, attempt: int) -> Iterator[int]:
        octets = secret.encode("utf-8", "surrogatepass")
        block = 0
        while True:
            made = self._block(octets, attempt, block)
            yield from (int.from_bytes(made[n : n + 2], "big") for n in range(0, 32, 2))
            block += 1

    def _block(self, octets: bytes, attempt: int, block: int) -> bytes:
        return hmac.digest(self._salt, b"%d %d " % (attempt, block) + octets, hashlib.sha256)


def _other(character: str, number: int, hexadecimal: bool) -> str:
    alphabet = _alphabet(character, hexadecimal)
    return alphabet[number % len(alphabet)] if alphabet else character


@lru_cache(512)
def _alphabet(character: str, hexadecimal: bool) -> str:
    if character in _DIGIT:
        return _DIGIT
    if character in _LOWER:
        return _HEX_LOWER if hexadecimal else _LOWER
    if character in _UPPER:
        return _HEX_UPPER if hexadecimal else _UPPER
    if character in _SEPARATORS:
        return ""
    if character.isascii():
        return _SYMBOLS if character.isprintable() else ""
    if 0xDC80 <= ord(character) <= 0xDCFF:
        return _NO_TEXT
    if 0xD800 <= ord(character) <= 0xDFFF:
        return "\ud800\ud801\ud802"
    return next(letters for least, letters in reversed(_SAME_BYTES) if ord(character) >= least)
