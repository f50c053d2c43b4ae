"""Reads from the statements of a request which columns of which tables it set, what they were given, and in which rows."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence

from testwright.nouns.trace import Span

__all__ = ["updated_by_condition", "updated_columns"]

_ONE_COLUMN = re.compile(r'(?:["`\w]+\.)?["`]?(\w+)["`]? = \S+')
_SET_IN_UPDATE = re.compile(r'UPDATE ["`]?(?P<table>[^"`\s]+)["`]? SET (?P<what>.*?)(?:\s+WHERE |$)', re.DOTALL)


def updated_columns(spans: Sequence[Span]) -> dict[str, tuple[list[str], set[str]]]:
    """By table, the columns that statements set, where it was a few (saving a whole row sets all of them), and what
    they were given, the keys of rows among it.
    """
    found: dict[str, tuple[list[str], set[str]]] = {}
    for span in spans:
        match = _SET_IN_UPDATE.match(str(span.data.get("sql"))) if span.kind == "sql" else None
        columns = re.findall(r'(?:^|, )["`]?(\w+)["`]? ?= ?', match["what"]) if match is not None else []
        if match is not None and len(columns) <= 3:
            known, given = found.setdefault(match["table"], ([], set()))
            known += [column for column in columns if column not in known]
            parameters = span.data.get("parameters")
            given.update(json.dumps(each) for each in (parameters if isinstance(parameters, list) else ()))
    return found


def updated_by_condition(spans: Sequence[Span], keys: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """By table, the columns that were set in rows which the program had not looked at: those of some condition, and not of a
    key (`keys` has each table's columns of it).
    """
    found: dict[str, list[str]] = {}
    for span in spans:
        sql = str(span.data.get("sql")) if span.kind == "sql" else ""
        match = _SET_IN_UPDATE.match(sql)
        if match is None or match["table"] not in keys:
            continue
        condition = sql[match.end() :].partition(" RETURNING ")[0].strip()
        parts = [_ONE_COLUMN.fullmatch(part.strip()) for part in condition.split(" AND ")]
        if all(part is not None and part[1] in keys[match["table"]] for part in parts):
            continue
        known = found.setdefault(match["table"], [])
        known += [name for name in re.findall(r'(?:^|, )["`]?(\w+)["`]? ?= ?', match["what"]) if name not in known]
    return found
