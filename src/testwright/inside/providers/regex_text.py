"""Offers texts that a regular expression matches, built from the standard library's own parse of it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

try:
    import re._constants as constants  # type: ignore[import-not-found]
    import re._parser as parser  # type: ignore[import-not-found]
except ImportError:  # pragma: no cover - the private names moved: regex-shaped texts are then not offered
    parser = constants = None

__all__ = ["matching_text"]

WORD = "abcxyzABC012_"
ANY = "abc 1.-_x"
CATEGORIES = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_SPACE": " \t\n",
    "CATEGORY_WORD": WORD,
    "CATEGORY_NOT_DIGIT": "abc -",
    "CATEGORY_NOT_SPACE": "abc12",
    "CATEGORY_NOT_WORD": " -.!",
}


def matching_text(pattern: str | bytes | re.Pattern[Any], rng: random.Random, tries: int = 4) -> str | None:
    """A text in which `pattern` is found, mostly one that it matches at the start; None when none was found."""
    compiled = _compiled(pattern)
    if compiled is None or parser is None:
        return None
    best = None
    for _ in range(tries):
        text = _Writer(rng, compiled.flags).write(_parsed(compiled))
        if compiled.fullmatch(text):
            return text
        if compiled.search(text):
            best = text
    return best


def _compiled(pattern: str | bytes | re.Pattern[Any]) -> re.Pattern[str] | None:
    flags = pattern.flags if isinstance(pattern, re.Pattern) else 0
    source = pattern.pattern if isinstance(pattern, re.Pattern) else pattern
    if isinstance(source, bytes):
        source, flags = source.decode("latin-1"), flags & ~re.ASCII
    try:
        return re.compile(source, flags & ~re.DEBUG)
    except (re.error, ValueError, OverflowError, RecursionError):
        return None


def _parsed(pattern: re.Pattern[str]) -> Any:
    return parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)


class _Writer:
    """Writes one text along the parse tree; groups are kept for back-references."""

    def __init__(self, rng: random.Random, flags: int) -> None:
        self.rng = rng
        self.flags = flags
        self.groups: dict[int, str] = {}

    def write(self, nodes: Any) -> str:
        return "".join(self._node(str(op), value) for op, value in nodes)

    def _node(self, op: str, value: Any) -> str:
        writer: Callable[[Any], str] | None = getattr(self, "_" + op.lower(), None)
        return writer(value) if writer else ""

    def _literal(self, value: int) -> str:
        return chr(value)

    def _not_literal(self, value: int) -> str:
        return self.rng.choice([c for c in ANY if ord(c) != value])

    def _any(self, _: Any) -> str:
        return self.rng.choice(ANY)

    def _in(self, items: Any) -> str:
        allowed: list[str] = []
        negated = False
        for op, value in items:
            if str(op) == "NEGATE":
                negated = True
            else:
                allowed.extend(self._members(str(op), value))
        if negated:
            allowed = [c for c in ANY + "ABCdef789 ,;:<>()\"'/\\=+*" if c not in allowed] or ["~"]
        return self.rng.choice(allowed) if allowed else ""

    def _members(self, op: str, value: Any) -> list[str]:
        if op == "LITERAL":
            return [chr(value)]
        if op == "RANGE":
            low, high = value
            return [chr(c) for c in range(low, min(high, low + 200) + 1)]
        return list(CATEGORIES.get(str(value), "a"))

    def _category(self, value: Any) -> str:
        return self.rng.choice(CATEGORIES.get(str(value), "a"))

    def _branch(self, value: Any) -> str:
        return self.write(self.rng.choice(value[1]))

    def _subpattern(self, value: Any) -> str:
        group, *_, nodes = value
        text = self.write(nodes)
        if group is not None:
            self.groups[group] = text
        return text

    def _max_repeat(self, value: Any) -> str:
        low, high, nodes = value
        top = min(int(high), low + self.rng.choice((0, 1, 1, 2, 3)))
        return "".join(self.write(nodes) for _ in range(min(self.rng.randint(low, max(low, top)), 300)))

    _min_repeat = _max_repeat
    _possessive_repeat = _max_repeat

    def _groupref(self, value: int) -> str:
        return self.groups.get(value, "")

    def _groupref_exists(self, value: Any) -> str:
        group, yes, no = value
        return self.write(yes) if group in self.groups else self.write(no or ())

    def _atomic_group(self, value: Any) -> str:
        return self.write(value)
