"""What is known of the tables of a database: columns, keys, which table refers to which, and which a statement names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Parent", "Row", "Table", "Tables", "unquoted"]

Row: TypeAlias = tuple[Any, ...]
_NAME = re.compile(r'"([^"]+)"|`([^`]+)`|\[(\w+)\]|(\w+)')
_QUOTED = r'(?:"[^"]+"|`[^`]+`|\[\w+\]|\w+)'
_WRITTEN = re.compile(
    rf"(?i)\b(?:insert\s+(?:or\s+\w+\s+|ignore\s+)?into|replace\s+into|merge\s+into|update(?:\s+or\s+\w+)?(?:\s+only)?"
    rf"|delete\s+from(?:\s+only)?)\s+((?:{_QUOTED}\.)?{_QUOTED})"
)
_EMPTIED = re.compile(r"(?i)\s*truncate\b")
_MOST_KNOWN = 2000


@dataclass(frozen=True, slots=True)
class Parent:
    """A foreign key: the column that refers to a column of another table."""

    column: str
    table: str
    target: str


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Table:
    """That of one model. `fields` are what the library has for each column; `through` the tables of many-to-many relations."""

    name: str
    label: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    fields: tuple[Any, ...]
    parents: tuple[Parent, ...]
    through: tuple[str, ...]
    key_places: tuple[int, ...]

    def places(self, columns: Iterable[str]) -> tuple[int, ...]:
        return tuple(self.columns.index(column) for column in columns)


class Tables:
    """Of all models of the project. Those called `only_as_parent` are no reason to look, but where others refer to them."""

    def __init__(self, found: Iterable[Table], only_as_parent: frozenset[str] = frozenset()) -> None:
        self._by_name = {table.name.lower(): table for table in found}
        self._only_as_parent = only_as_parent
        self._known: dict[str, tuple[tuple[Table, ...], tuple[Table, ...]]] = {}

    def get(self, name: str) -> Table | None:
        return self._by_name.get(name.lower())

    def named(self, sql: str) -> tuple[tuple[Table, ...], tuple[Table, ...]]:
        """Those that the statement names, and those of them that it may change."""
        known = self._known.get(sql)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[sql] = self._read(sql)
        return known

    def _read(self, sql: str) -> tuple[tuple[Table, ...], tuple[Table, ...]]:
        words = dict.fromkeys("".join(match.groups("")).lower() for match in _NAME.finditer(sql))
        named = tuple(
            self._by_name[word] for word in words if word in self._by_name and word not in self._only_as_parent
        )
        if _EMPTIED.match(sql):
            return named, named
        changed = {unquoted(match[1]).lower() for match in _WRITTEN.finditer(sql)}
        return named, tuple(table for table in named if table.name.lower() in changed)


def unquoted(name: str) -> str:
    """Without a schema."""
    return [*("".join(match.groups("")) for match in _NAME.finditer(name)), ""][-2]
