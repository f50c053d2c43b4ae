"""Finds what a text is made of (brackets, quotes, listed items, lines with those below them), repeats and nests such parts."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

__all__ = ["CLOSING", "Part", "nested", "parts_of", "repeated"]

CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
OPENING = {closing: opening for opening, closing in CLOSING.items()}
QUOTED = re.compile(r"""("|')(?:\\.|(?!\1)[^\\\n])*\1""")
SEPARATORS = ",;|&"
STEP = "    "


class Part(NamedTuple):
    """`shape`: an opening bracket, a quote, the separator of a list that it is an item of, or "line"."""

    start: int
    end: int
    shape: str


@lru_cache(maxsize=512)
def parts_of(text: str) -> tuple[Part, ...]:
    """Of all levels: what is quoted first, then what stands in brackets and lists, then lines."""
    quoted = [Part(*found.span(), found[1]) for found in QUOTED.finditer(text)]
    inside = {place for part in quoted for place in range(part.start, part.end)}
    return (*quoted, *_bracketed(text, inside), *_lines(text))


def _bracketed(text: str, inside: set[int]) -> list[Part]:
    """Pairs of brackets, and what separators part on each level; quoted text is left alone."""
    found: list[Part] = []
    levels: list[tuple[int, list[int]]] = [(-1, [])]
    for place, sign in enumerate(text):
        if place in inside:
            continue
        if sign in CLOSING:
            levels.append((place, []))
        elif sign in OPENING and len(levels) > 1 and text[levels[-1][0]] == OPENING[sign]:
            start, cuts = levels.pop()
            found += [Part(start, place + 1, text[start]), *_items(text, start + 1, place, cuts)]
        elif sign in SEPARATORS:
            levels[-1][1].append(place)
    return [*found, *_items(text, 0, len(text), levels[0][1])]


def _items(text: str, start: int, end: int, cuts: list[int]) -> list[Part]:
    if not cuts:
        return []
    edges = [start - 1, *cuts, end]
    return [Part(a + 1, b, text[cuts[0]]) for a, b in pairwise(edges) if b > a + 1]


def _lines(text: str) -> list[Part]:
    """Each line with those below it that are deeper; a single line is none."""
    if "\n" not in text:
        return []
    starts, found = [0], []
    for place, sign in enumerate(text):
        if sign == "\n":
            starts.append(place + 1)
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    margins = [_margin(text[a:b]) for a, b in zip(starts, ends, strict=True)]
    for number, start in enumerate(starts):
        last = number
        while last + 1 < len(starts) and margins[last + 1] > margins[number]:
            last += 1
        if ends[number] > start:
            found.append(Part(start, ends[last], "line"))
    return found


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _joint(part: Part) -> str:
    return "\n" if part.shape == "line" else part.shape if part.shape in SEPARATORS else ""


def repeated(text: str, part: Part, times: int) -> str:
    """The part so many times more."""
    return text[: part.end] + (_joint(part) + text[part.start : part.end]) * times + text[part.end :]


def _cut(text: str, part: Part) -> str:
    return text[part.start : part.end]


def nested(text: str, part: Part, times: int) -> str:
    """Lines get themselves below them, each time indented more; other parts get brackets of the part's shape around."""
    own = _cut(text, part)
    if part.shape == "line":
        below = "".join("\n" + STEP * n + line for n in range(1, times + 1) for line in own.split("\n"))
        return text[: part.end] + below + text[part.end :]
    return text[: part.start] + part.shape * times + own + CLOSING[part.shape] * times + text[part.end :]
