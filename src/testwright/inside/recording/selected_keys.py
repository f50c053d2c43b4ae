"""Finds the primary keys of rows in statements, and in what these give back."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from typing import Any

from .known_tables import Table
from .sql_columns import parameter_columns

__all__ = ["condition_of", "inserted_keys", "selected_keys"]

_PART = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|\w+|\s+|.", re.DOTALL)
_CHANGES = re.compile(r"(?i)\s*(?:update|delete)\b")
_INSERTS = re.compile(r"(?i)\s*(?:insert|replace)\b")
_NOT_OURS = frozenset(("returning", "order", "limit"))


def condition_of(sql: str, params: Sequence[Any], place: str = "%s") -> tuple[str, list[Any]]:
    """Of an UPDATE or DELETE, what follows WHERE and its parameters; "" where that is not plain."""
    if not _CHANGES.match(sql):
        return "", []
    parts = _top_level(sql)
    words = [word for word, _ in parts]
    if "where" not in words or not _NOT_OURS.isdisjoint(words):
        return "", []
    where = sql[parts[words.index("where")][1] + len("where") :]
    count = where.count(place)
    if sql.count(place) != len(params):
        return "", []
    return where.strip(), list(params[len(params) - count :])


def inserted_keys(sql: str, table: Table, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Those that are among the parameters of an INSERT."""
    if not _INSERTS.match(sql):
        return []
    columns = parameter_columns(sql)
    if len(columns) != len(params):
        return []
    values = [[value for name, value in zip(columns, params, strict=True) if name == column] for column in table.key]
    return list(zip(*values, strict=False))


def selected_keys(
    sql: str, table: Table, columns: Sequence[str], rows: Sequence[Any], *, alone: bool
) -> list[tuple[Any, ...]]:
    """Those of the table's rows that are part of a result; `alone`: the statement names no other table."""
    selected = _selected(sql)
    names = list(selected) if len(selected) == len(columns) else []
    places = []
    for column in table.key:
        wanted = f"{table.name}.{column}".lower()
        if wanted in names:
            places.append(names.index(wanted))
        elif alone and column in columns:
            places.append(list(columns).index(column))
        else:
            return []
    found = [tuple(row[place] for place in places) for row in rows if isinstance(row, (tuple, list))]
    return [key for key in dict.fromkeys(found) if None not in key]


@functools.lru_cache(maxsize=512)
def _selected(sql: str) -> tuple[str, ...]:
    """`table.column` of each item of the result, in lower case and without quotes."""
    parts = _top_level(sql)
    words = [word for word, _ in parts]
    start = next((n for n, word in enumerate(words) if word in ("select", "returning")), len(words))
    begin = parts[start][1] + len(words[start]) if start < len(words) else len(sql)
    end = next((place for word, place in parts[start + 1 :] if word == "from"), len(sql))
    commas = [place for word, place in parts if word == "," and begin <= place < end]
    edges = [begin - 1, *commas, end]
    texts = [sql[first + 1 : last] for first, last in itertools.pairwise(edges)]
    return tuple(re.split(r"(?i)\s+as\s+", text.strip())[0].translate(_UNQUOTED).lower() for text in texts)


_UNQUOTED = str.maketrans("", "", '"`[]')


@functools.lru_cache(maxsize=512)
def _top_level(sql: str) -> list[tuple[str, int]]:
    """Words and commas outside of parentheses and quotes, in lower case, and where they begin."""
    found, depth = [], 0
    for part in _PART.finditer(sql):
        text = part[0]
        if text in "()":
            depth += 1 if text == "(" else -1
        elif depth == 0 and (text == "," or text[0].isalpha()):
            found.append((text.lower(), part.start()))
    return found
