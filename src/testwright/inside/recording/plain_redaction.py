"""Walks plain values for the redactor: what names say of each part, and which texts have to be looked at."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Container
from typing import Any

from .plain_tree import Plain
from .secret_names import BAG, NO, SecretNames
from .secret_patterns import is_random
from .secret_texts import NEUTRAL_KEYS, SecretTexts, is_no_value

__all__ = ["PlainWalk", "gather"]

_SEQUENCES = frozenset(("list", "tuple", "set", "frozenset"))
_WHOLE_STANDARD = frozenset(("uuid.UUID", "builtins.bytearray", "builtins.memoryview", "builtins.str"))
"""Standard values that hold a text, and are secret as a whole."""
_MANY_DIGITS = 100_000
"""Smaller numbers are not looked for."""
_FEWEST_DIGITS = 100
"""Smaller numbers under a secret name stay: they count, or are ids of rows."""
_PROSE = re.compile(r"[A-Z][^\n]*\s\S+\s[^\n]*[.!?:]")
_LOOKED_AT = frozenset((str, int, list))
_FIRST_CHILD = {"is": 2, "std": 2, "cut": 4}


def gather(plain: Plain, texts: list[str], names: SecretNames) -> bool:
    """All texts in it; True where a name says that something is a secret."""
    kind = type(plain)
    if kind is str:
        texts.append(plain)
        return False
    if kind is not list:
        if kind is int and (plain >= _MANY_DIGITS or plain <= -_MANY_DIGITS):
            texts.append(str(plain))
        return False
    tag = plain[0]
    if tag == "dict":
        return _gather_pairs(plain, 1, texts, names)
    if tag == "object":
        return _gather_pairs(plain, 3, texts, names)
    if tag == "function":
        return _gather_pairs(plain, 6, texts, names)
    if tag == "items":
        return gather(plain[3], texts, names) | _gather_pairs(plain, 4, texts, names)
    if tag in _SEQUENCES:
        return _gather_items(plain, texts, names)
    if tag == "bytes":
        texts.append(base64.b64decode(plain[1]).decode("utf-8", "replace"))
        return False
    if tag == "=":
        return _gather_pairs([plain[1:]], 0, texts, names)
    start = _FIRST_CHILD.get(tag)
    return False if start is None else True in [gather(child, texts, names) for child in plain[start:]]


def _gather_pairs(plain: list[Any], start: int, texts: list[str], names: SecretNames) -> bool:
    found, known, add = False, names.known, texts.append
    for key, value in plain[start:]:
        if type(key) is str:
            add(key)
            verdict = known.get(key)
            if verdict or (verdict is None and names.verdict(key)):
                found = True
        else:
            found = gather(key, texts, names) or found
        kind = type(value)
        if kind is str:
            add(value)
            if len(value) >= 20 and type(key) is str and names.hints(key):
                found = True
        elif kind in _LOOKED_AT:
            found = gather(value, texts, names) or found
    return found


def _gather_items(plain: list[Any], texts: list[str], names: SecretNames) -> bool:
    """Also where a name stands before its value: in a pair, or as an option of a command line."""
    found = False
    for item in plain[1:]:
        if type(item) is str:
            texts.append(item)
            if (item[:1] == "-" or len(plain) == 3) and names.verdict(item):
                found = True
        elif type(item) in _LOOKED_AT:
            found = gather(item, texts, names) or found
    return found


class PlainWalk:
    """One walk. `replace` gives stand-ins, `issued` has all; texts are looked into by `inside`, or not at all."""

    def __init__(
        self,
        names: SecretNames,
        texts: SecretTexts,
        replace: Callable[[str], str],
        issued: Container[str],
        inside: Callable[[str], str] | None,
    ) -> None:
        self._names, self._texts, self._replace = names, texts, replace
        self._issued, self._inside = issued, inside

    def redacted(self, plain: Plain, name: str, verdict: int) -> Plain:
        kind = type(plain)
        if kind is str:
            return self._walk_text(plain, name, verdict)
        if kind is int:
            return self._walk_number(plain, verdict)
        if kind is not list or plain[0] == "secret":
            return plain
        walk = _WALKS.get(plain[0])
        if walk is not None:
            return walk(self, plain, name, verdict)
        start = _FIRST_CHILD.get(plain[0])
        return (
            plain
            if start is None
            else [*plain[:start], *(self.redacted(child, name, verdict) for child in plain[start:])]
        )

    def _walk_text(self, text: str, name: str, verdict: int) -> Plain:
        if verdict != NO and not is_no_value(text):
            found = self._texts.value(name, text)
            return found if "cookie" in name.lower() and "=" in found else ["secret", found]
        if len(text) >= 20 and name and self._names.hints(name) and is_random(text):
            return ["secret", self._replace(text)]
        found = text if self._inside is None else self._inside(text)
        return ["secret", found] if found != text and found in self._issued else found

    def _walk_number(self, number: int, verdict: int) -> Plain:
        if verdict != NO and abs(number) >= _FEWEST_DIGITS:
            return ["secret", self._number(number)]
        if abs(number) >= _MANY_DIGITS:
            digits = str(abs(number))
            if self._inside is not None and self._inside(digits) != digits:
                return ["secret", self._number(number)]
        return number

    def _number(self, number: int) -> int:
        found = int(self._replace(str(abs(number))))
        return -found if number < 0 else found

    def _walk_bytes(self, plain: list[Any], name: str, verdict: int) -> Plain:
        octets = base64.b64decode(plain[1])
        if not octets:
            return plain
        if verdict != NO:
            return ["secret", ["bytes", base64.b64encode(_octets(octets, self._replace)).decode()]]
        if self._inside is None:
            return plain
        found = _octets(octets, self._inside)
        return plain if found == octets else ["bytes", base64.b64encode(found).decode()]

    def _walk_items(self, plain: list[Any], name: str, verdict: int) -> Plain:
        """A container: of its parts all, where the name says so; texts one level down for names of single values."""
        found: list[Any] = [plain[0]]
        before: Any = None
        for place, item in enumerate(plain[1:]):
            own = verdict if verdict == BAG or type(item) in (str, int) else NO
            pair = len(plain) == 3 and place == 1
            if type(before) is str and own == NO and (pair or before[:1] == "-") and type(item) in (str, int, list):
                found.append(self.redacted(item, before, self._names.verdict(before)))
            elif type(item) is str and verdict != NO and _PROSE.fullmatch(item):
                found.append(self.redacted(item, name, NO))
            else:
                found.append(self.redacted(item, name, own))
            before = item
        return found

    def _walk_dict(self, plain: list[Any], name: str, verdict: int) -> Plain:
        return ["dict", *(self._walk_pair(key, value, verdict) for key, value in plain[1:])]

    def _walk_pair(self, key: Plain, value: Plain, verdict: int) -> list[Any]:
        own = self._names.verdict(key) if type(key) is str else NO
        inherited = verdict == BAG and not (type(key) is str and key.lower() in NEUTRAL_KEYS)
        name = key if type(key) is str else ""
        return [self.redacted(key, "", NO), self.redacted(value, name, own or (BAG if inherited else NO))]

    def _walk_object(self, plain: list[Any], name: str, verdict: int) -> Plain:
        """Its attributes have names of their own."""
        return [*plain[:3], *(self._walk_attribute(attribute) for attribute in plain[3:])]

    def _walk_function(self, plain: list[Any], name: str, verdict: int) -> Plain:
        """The variables that it has from outside."""
        return [*plain[:6], *(self._walk_attribute(attribute) for attribute in plain[6:])]

    def _walk_attribute(self, attribute: list[Any]) -> list[Any]:
        return [attribute[0], self.redacted(attribute[1], attribute[0], self._names.verdict(attribute[0]))]

    def _walk_derived(self, plain: list[Any], name: str, verdict: int) -> Plain:
        return [*plain[:3], self.redacted(plain[3], name, verdict), *(self._walk_attribute(each) for each in plain[4:])]

    def _walk_named(self, plain: list[Any], name: str, verdict: int) -> Plain:
        own = self._names.verdict(plain[1])
        return ["=", plain[1], self.redacted(plain[2], plain[1], own or (verdict if verdict == BAG else NO))]

    def _walk_standard(self, plain: list[Any], name: str, verdict: int) -> Plain:
        if verdict == NO or plain[1].startswith(("collections.", "types.")):
            return [*plain[:2], *(self.redacted(child, name, verdict) for child in plain[2:])]
        if plain[1] not in _WHOLE_STANDARD:
            return plain
        first = self.redacted(plain[2], name, verdict)
        first = first[1] if type(first) is list and first[0] == "secret" else first
        return ["secret", [*plain[:2], first, *plain[3:]]]

    def _walk_cut(self, plain: list[Any], name: str, verdict: int) -> Plain:
        """The hash of a secret would tell whether a guess is right."""
        begun = self.redacted(plain[4], name, verdict)
        return [*plain[:3], plain[3] if begun == plain[4] else "", begun]


def _octets(octets: bytes, change: Callable[[str], str]) -> bytes:
    return change(octets.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


_WALKS = {
    **dict.fromkeys(_SEQUENCES, PlainWalk._walk_items),
    "dict": PlainWalk._walk_dict,
    "object": PlainWalk._walk_object,
    "function": PlainWalk._walk_function,
    "items": PlainWalk._walk_derived,
    "bytes": PlainWalk._walk_bytes,
    "std": PlainWalk._walk_standard,
    "=": PlainWalk._walk_named,
    "cut": PlainWalk._walk_cut,
}
