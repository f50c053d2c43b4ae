"""What Django's models say of the tables of a database: columns, keys, and which table refers to which."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["Parent", "Table", "Tables"]

_LEFT_OUT = frozenset(("django_migrations", "django_session"))
_ONLY_AS_PARENT = frozenset(("django_content_type",))
_MADE_BY_DJANGO = frozenset(("auth_permission", "django_content_type"))
"""Large, the same everywhere, and named by those who ask for them."""
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
    """That of one model. `fields` are Django's, one for each column; `through` the tables of many-to-many fields."""

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
    """Of all models of the project."""

    def __init__(self, models: Iterable[Any]) -> None:
        found = [_table(model) for model in models if not model._meta.proxy and model._meta.local_concrete_fields]
        self._by_name = {table.name.lower(): table for table in found if table.name not in _LEFT_OUT}
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
        named = tuple(self._by_name[word] for word in words if word in self._by_name and word not in _ONLY_AS_PARENT)
        if _EMPTIED.match(sql):
            return named, named
        changed = {_unquoted(match[1]).lower() for match in _WRITTEN.finditer(sql)}
        return named, tuple(table for table in named if table.name.lower() in changed)


def _unquoted(name: str) -> str:
    """Without a schema."""
    return [*("".join(match.groups("")) for match in _NAME.finditer(name)), ""][-2]


def _table(model: Any) -> Table:
    meta = model._meta
    fields = tuple(field for field in meta.local_concrete_fields if not getattr(field, "generated", False))
    key = getattr(meta, "pk_fields", None) or [meta.pk]
    columns = [field.column for field in fields]
    parents = [_parent(field) for field in fields if field.remote_field is not None and hasattr(field, "target_field")]
    through = [
        _table_name(field.remote_field.through._meta)
        for field in meta.local_many_to_many
        if field.remote_field.model._meta.db_table not in _MADE_BY_DJANGO
    ]
    return Table(
        _table_name(meta),
        meta.label,
        tuple(columns),
        tuple(field.column for field in key),
        fields,
        tuple(parents),
        tuple(through),
        tuple(columns.index(field.column) for field in key),
    )


def _parent(field: Any) -> Parent:
    return Parent(field.column, _table_name(field.remote_field.model._meta), field.target_field.column)


def _table_name(meta: Any) -> str:
    """Some have a schema in it: `"schema"."table"`."""
    return _unquoted(meta.db_table) if '"."' in meta.db_table else str(meta.db_table).strip('"')
