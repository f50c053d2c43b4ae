"""Reads from the statements of a request which columns of which tables it set, and what they were given."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from testwright.nouns.trace import Span

__all__ = ["updated_columns"]

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
