"""Offers texts that a regular expression matches, built from the standard library's own parse of it."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

try:
    import re._compiler as compiler  # type: ignore[import-not-found]
    import re._parser as parser  # type: ignore[import-not-found]
except ImportError:  # pragma: no cover - the private names moved: regex-shaped texts are then not offered
    parser = compiler = None

__all__ = ["matching_text"]

LONGEST = 400
RUNS = ("abc", "1", "a", "x y", "12", "2024", "key", "a, b", "a=1", '""', "x.y", "[1, 2]", '"a"', "a()")
"""What stands for a run of free characters: plain words and numbers first, then what programs read."""
WORD = "abcxyzABC012_"
ANY = "abc 1.-_x"
ONE_CHARACTER = {"ANY", "IN", "NOT_LITERAL", "CATEGORY"}
DIGITS, SMALL = "0123456789", "01"
"""Numbers of a fixed width are often days, hours or octets: those of small digits are in range mostly."""
CATEGORIES = {
    "CATEGORY_DIGIT": DIGITS,
    "CATEGORY_SPACE": " \t\n",
    "CATEGORY_WORD": WORD,
    "CATEGORY_NOT_DIGIT": "abc -",
    "CATEGORY_NOT_SPACE": "abc12",
    "CATEGORY_NOT_WORD": " -.!",
}


def matching_text(
    pattern: str | bytes | re.Pattern[Any], rng: random.Random, tries: int = 4, fill: Sequence[str] = ()
) -> str | None:
    """A text in which `pattern` is found, mostly one that it matches at the start; None when none was found.

    Groups and repeated characters take texts of `fill` where they fit.
    """
    program = _program(*_source(pattern))
    if program is None:
        return None
    best = None
    for _ in range(tries):
        text = _Writer(rng, program, fill).write(program.tree)
        if len(text) > LONGEST:
            continue
        if program.compiled.fullmatch(text):
            return text
        if program.compiled.search(text):
            best = text
    return best


class _Program:
    """One pattern, compiled and parsed, with its parts compiled on their own as they are asked for."""

    def __init__(self, compiled: re.Pattern[str], tree: Any) -> None:
        self.compiled = compiled
        self.tree = tree
        self.parts: dict[int, re.Pattern[str] | None] = {}
        self.pairs: dict[tuple[int, int], Any] = {}

    def pair(self, nodes: Any, at: int) -> Any:
        """Two neighbours of the parse tree as one part."""
        return self.pairs.setdefault((id(nodes), at), nodes[at : at + 2])

    def fits(self, part: Any, text: str) -> bool:
        """Whether that part of the parse tree alone matches the whole text."""
        known = self.parts.get(id(part), self)
        if known is self:
            known = self.parts[id(part)] = self._part(part)
        return isinstance(known, re.Pattern) and known.fullmatch(text) is not None

    def _part(self, part: Any) -> re.Pattern[str] | None:
        if compiler is None:
            return None
        try:
            found: re.Pattern[str] = compiler.compile(part, self.compiled.flags)
        except (re.error, ValueError, OverflowError, RecursionError, AttributeError, TypeError, AssertionError):
            return None
        return found


def _source(pattern: str | bytes | re.Pattern[Any]) -> tuple[str, int]:
    flags = pattern.flags if isinstance(pattern, re.Pattern) else 0
    source = pattern.pattern if isinstance(pattern, re.Pattern) else pattern
    if isinstance(source, bytes):
        return source.decode("latin-1"), flags & ~re.ASCII & ~re.DEBUG
    return source, flags & ~re.DEBUG


@functools.lru_cache(maxsize=512)
def _program(source: str, flags: int) -> _Program | None:
    if parser is None:
        return None
    try:
        compiled = re.compile(source, flags)
        return _Program(compiled, parser.parse(source, compiled.flags))
    except (re.error, ValueError, OverflowError, RecursionError):
        return None


def _starts_name(nodes: Any, at: int) -> bool:
    """One character of a class, then more of them: how patterns spell identifiers."""
    if str(nodes[at][0]) != "IN" or at + 1 >= len(nodes) or str(nodes[at + 1][0]) not in ("MAX_REPEAT", "MIN_REPEAT"):
        return False
    repeated = nodes[at + 1][1][2]
    return len(repeated) == 1 and str(repeated[0][0]) == "IN"


class _Writer:
    """Writes one text along the parse tree; groups are kept for back-references."""

    def __init__(self, rng: random.Random, program: _Program, fill: Sequence[str]) -> None:
        self.rng = rng
        self.program = program
        self.fill = fill
        self.groups: dict[int, str] = {}
        self._digits = SMALL if rng.random() < 0.5 else DIGITS

    def write(self, nodes: Any) -> str:
        written: list[str] = []
        at = 0
        while at < len(nodes):
            name = self._filled(self.program.pair(nodes, at), self.fill or RUNS) if _starts_name(nodes, at) else None
            op, value = nodes[at]
            written.append(self._node(str(op), value) if name is None else name)
            at += 1 if name is None else 2
        return "".join(written)

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
        if len(allowed) >= len(DIGITS) and set(allowed) <= set(DIGITS):
            return self.rng.choice(self._digits)
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
        text = self._filled(nodes, self.fill) if group is not None else None
        if text is None:
            text = self.write(nodes)
        if group is not None:
            self.groups[group] = text
        return text

    def _filled(self, part: Any, texts: Sequence[str]) -> str | None:
        """One of the texts, when that part of the pattern would match it."""
        if not texts or self.rng.random() < 0.3:
            return None
        for _ in range(4):
            text = self.rng.choice(texts)
            if text and self.program.fits(part, text):
                return text
        return None

    def _max_repeat(self, value: Any) -> str:
        low, high, nodes = value
        if int(high) > 1 and len(nodes) == 1 and str(nodes[0][0]) in ONE_CHARACTER:
            run = self._run(low, int(high), nodes)
            if run is not None:
                return run
        top = min(int(high), low + self.rng.choice((0, 1, 1, 2, 3)))
        return "".join(self.write(nodes) for _ in range(min(self.rng.randint(low, max(low, top)), 300)))

    def _run(self, low: int, high: int, nodes: Any) -> str | None:
        """A readable text for a repeated character class, or nothing where it may be empty."""
        if low == 0 and self.rng.random() < 0.3:
            return ""
        run = self._run_of(self.fill, low, high, nodes)
        return run if run is not None else self._run_of(RUNS, low, high, nodes)

    def _run_of(self, texts: Sequence[str], low: int, high: int, nodes: Any) -> str | None:
        if not texts or self.rng.random() < 0.3:
            return None
        for _ in range(4):
            text = self.rng.choice(texts)
            if low <= len(text) <= high and all(self.program.fits(nodes, c) for c in set(text)):
                return text
        return None

    def _assert(self, value: Any) -> str:
        """What must follow is written where nothing else may do so."""
        direction, nodes = value
        return self.write(nodes) if direction > 0 and self.rng.random() < 0.5 else ""

    _min_repeat = _max_repeat
    _possessive_repeat = _max_repeat

    def _groupref(self, value: int) -> str:
        return self.groups.get(value, "")

    def _groupref_exists(self, value: Any) -> str:
        group, yes, no = value
        return self.write(yes) if group in self.groups else self.write(no or ())

    def _atomic_group(self, value: Any) -> str:
        return self.write(value)
