"""Reads which column each parameter and each selected value of an SQL statement belongs to, as far as names need it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

__all__ = ["parameter_columns", "selected_columns"]

_TOKEN = re.compile(
    r"'(?:[^']|'')*'|(?P<quoted>\"[^\"]+\"|`[^`]+`|\[\w+\])|(?P<place>%s|%\(\w+\)s|\?|:\w+|\$\d+|@\w+)|(?P<word>[A-Za-z_]\w*)|[(),]"
)
_REMEMBERED = 512
_KEYWORDS = frozenset(
    (
        *(
            "and",
            "or",
            "not",
            "in",
            "like",
            "ilike",
            "is",
            "between",
            "any",
            "all",
            "values",
            "set",
            "where",
            "select",
            "on",
        ),
        *("as", "from", "insert", "into", "update", "escape", "limit", "offset", "upper", "lower", "cast", "coalesce"),
    )
)


@functools.lru_cache(maxsize=_REMEMBERED)
def parameter_columns(sql: str) -> tuple[str, ...]:
    """For each placeholder in order: the column that it is compared with, set to or inserted in; "" for none."""
    inserted = _inserted_columns(sql)
    found: list[str] = []
    last, place, in_values = "", 0, False
    for kind, text in _tokens(sql):
        if kind == "place":
            found.append(inserted[place % len(inserted)] if in_values and inserted else last)
        elif kind == "word" and text.lower() == "values":
            in_values = True
        elif kind == "word" and text.lower() in ("on", "returning"):
            in_values = False
        elif kind in ("word", "quoted") and text.lower() not in _KEYWORDS:
            last = text
        if text == "(" and in_values:
            place = 0
        place += text == ","
    return tuple(found)


@functools.lru_cache(maxsize=_REMEMBERED)
def selected_columns(sql: str) -> tuple[str, ...]:
    """The names of the columns of each row that comes back."""
    tokens = list(_tokens(sql))
    words = [text.lower() if kind == "word" else "" for kind, text in tokens]
    start = next((n + 1 for n, word in enumerate(words) if word in ("select", "returning")), len(tokens))
    columns, last, depth = [], "", 0
    for (kind, text), word in zip(tokens[start:], words[start:], strict=True):
        depth += {"(": 1, ")": -1}.get(text, 0)
        if depth == 0 and (word == "from" or text == ","):
            columns.append(last)
            last = ""
            if word == "from":
                return tuple(columns)
        elif kind in ("word", "quoted") and word not in _KEYWORDS and word != "distinct":
            last = text
    return (*columns, last) if last else tuple(columns)


def _inserted_columns(sql: str) -> list[str]:
    found = re.match(r"(?is)\s*(?:insert|replace)\b[^(]*\(([^()]*)\)\s*(?:overriding \w+ value\s*)?values\b", sql)
    return [part.strip().strip('"`[]') for part in found[1].split(",")] if found else []


def _tokens(sql: str) -> Iterator[tuple[str, str]]:
    for token in _TOKEN.finditer(sql):
        text = token[0].strip('"`[]') if token.lastgroup == "quoted" else token[0]
        yield token.lastgroup or "", text
