"""Looks at all rows of mapped classes, and says what came, went and changed between two looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ...recording.values import Limits, snapshot
from ..identities import Known
from .mapped_classes import label_of, mappers

__all__ = ["KeysFrom", "changes", "look", "rows_known"]

_MOST_ROWS = 2000
_OF_A_MODEL = 10_000
_LIMITS = Limits(nodes=2000, items=500)
Rows = dict[str, dict[Any, dict[str, Any]]]
"""By class and primary key, the values by the names of attributes."""


class KeysFrom:
    """Keys that the database would assign count from `base`, each class's from another number."""

    def __init__(self, base: int) -> None:
        self._base = base
        self._next: dict[Any, int] = {}

    def watch(self) -> None:
        from sqlalchemy import event
        from sqlalchemy.orm import Mapper

        event.listen(Mapper, "before_insert", self._assign)

    def _assign(self, mapper: Any, connection: Any, target: Any) -> None:
        table = mapper.base_mapper.local_table
        column = getattr(table, "autoincrement_column", None)
        if column is None or column.default is not None:
            return
        name = mapper.get_property_by_column(column).key
        if getattr(target, name) is None:
            number = self._next.setdefault(table, self._base + _OF_A_MODEL * len(self._next))
            self._next[table] = number + 1
            setattr(target, name, number)


def look(session: Any) -> Rows:
    from sqlalchemy import select

    found: Rows = {}
    with _connection(session) as connection:
        for mapper in mappers():
            names = {column.name: _attribute(mapper, column) for column in mapper.local_table.columns}
            key = next(iter(mapper.local_table.primary_key.columns))
            rows = connection.execute(select(mapper.local_table).order_by(key).limit(_MOST_ROWS)).mappings().all()
            found[label_of(mapper)] = {
                row[key.name]: {name: row[column] for column, name in names.items() if name} for row in rows
            }
    return found


def _attribute(mapper: Any, column: Any) -> str:
    return str(mapper.get_property_by_column(column).key) if column in mapper.columns.values() else ""


@contextmanager
def _connection(session: Any) -> Iterator[Any]:
    """The session's own, where it has been given one."""
    bind = session.get_bind()
    engine = getattr(sys.modules["sqlalchemy.engine"], "Engine")  # noqa: B009  it is no part of ours
    if not isinstance(bind, engine):
        yield bind
        return
    with bind.connect() as connection:
        yield connection


def rows_known(known: Known, before: Rows, after: Rows, named: Mapping[str, Any]) -> None:
    """Adds all rows: those that a variable holds by its name, others by their class and place."""
    keys = {label_of(mapper): mapper for mapper in mappers()}
    attributes = {label: _key_name(mapper) for label, mapper in keys.items()}
    for name, thing in named.items():
        mapper = getattr(type(thing), "__mapper__", None)
        if mapper is None:
            continue
        key = sys.modules["sqlalchemy"].inspect(thing).identity
        while mapper is not None and key:
            if label_of(mapper) in keys:
                known.add(label_of(mapper), key[0], name, attributes[label_of(mapper)])
            mapper = mapper.inherits
    for label, rows in before.items():
        for place, key in enumerate(rows):
            known.add(label, key, f"there:{label}:{place}", attributes[label])
    for label, rows in after.items():
        new = [key for key in rows if key not in before.get(label, {})]
        for place, key in enumerate(new):
            known.add(label, key, f"new:{label}:{place}", attributes[label])


def _key_name(mapper: Any) -> str:
    return str(mapper.get_property_by_column(mapper.primary_key[0]).key)


def changes(known: Known, before: Rows, after: Rows) -> dict[str, Any]:
    """By class: "created" rows, "changed" attributes by the row's name, names of "deleted" rows, and how many are "left"."""
    by_label = {label_of(mapper): mapper for mapper in mappers()}
    found: dict[str, Any] = {}
    for label, rows in after.items():
        old = before.get(label, {})
        mapper = by_label[label]
        changed = {
            known.name_of(label, key): _told(known, mapper, {n: v for n, v in row.items() if v != old[key][n]})
            for key, row in rows.items()
            if key in old and row != old[key]
        }
        created = [
            {"name": known.name_of(label, key), "values": _told(known, mapper, row)}
            for key, row in rows.items()
            if key not in old
        ]
        deleted = [known.name_of(label, key) for key in old if key not in rows]
        if changed or created or deleted:
            found[label] = {"created": created, "changed": changed, "deleted": deleted, "left": len(rows)}
    return found


def _told(known: Known, mapper: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """A foreign key is told by the row that it leads to."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        target = _target_name(known, mapper, name, value)
        found[name] = known.key_of(target) if target else known.written(snapshot(value, _LIMITS))
    return found


def _target_name(known: Known, mapper: Any, name: str, value: Any) -> str:
    column = mapper.columns[name]
    for key in column.foreign_keys:
        for other in mappers():
            if other.local_table is key.column.table and other.primary_key[0] is key.column:
                return known.name_of(label_of(other), value)
    return ""
