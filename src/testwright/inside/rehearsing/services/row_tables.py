"""Looks at all rows of mapped classes, and says what came, went and changed between two looks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ...recording.values import Limits, snapshot
from ..identities import Known
from .mapped_classes import Link, label_of, links, mappers

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
        for link in links():
            pairs = connection.execute(select(link.own, link.other).order_by(link.own, link.other)).all()
            found[link.label] = {tuple(pair): {} for pair in pairs[:_MOST_ROWS]}
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
    for label, attribute in attributes.items():
        for place, key in enumerate(before.get(label, {})):
            known.add(label, key, f"there:{label}:{place}", attribute)
        new = [key for key in after.get(label, {}) if key not in before.get(label, {})]
        for place, key in enumerate(new):
            known.add(label, key, f"new:{label}:{place}", attribute)


def _key_name(mapper: Any) -> str:
    return str(mapper.get_property_by_column(mapper.primary_key[0]).key)


def changes(known: Known, before: Rows, after: Rows) -> dict[str, Any]:
    """By class: "created" rows, "changed" attributes by the row's name, names of "deleted" rows, and how many are "left"."""
    by_label = {label_of(mapper): mapper for mapper in mappers()}
    found: dict[str, Any] = {}
    for label, mapper in by_label.items():
        old, rows = before.get(label, {}), after.get(label, {})
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
    for link in links():
        there = after.get(label_of(link.mapper), {})
        was, now = ([pair for pair in rows.get(link.label, {}) if pair[0] in there] for rows in (before, after))
        told = _links_told(known, link, was, now)
        if told["owners"]:
            found[link.label] = told
    return found


def _links_told(known: Known, link: Link, before: list[Any], after: list[Any]) -> dict[str, Any]:
    """The "owners" whose links changed, all "links" of theirs, and those that are "gone"; of owners that are still there."""
    owner, target = label_of(link.mapper), label_of(link.relation.mapper)

    def named(pairs: Iterable[Any]) -> list[list[str]]:
        return [[known.name_of(owner, one), known.name_of(target, other)] for one, other in pairs]

    gone = named(pair for pair in before if pair not in after)
    owners = list(dict.fromkeys(name for name, _ in [*named(pair for pair in after if pair not in before), *gone]))
    left = sorted(pair for pair in named(after) if pair[0] in owners)
    unchanged: dict[str, Any] = {"created": [], "changed": {}, "deleted": [], "left": len(after)}
    return {**unchanged, "owners": owners, "links": left, "gone": sorted(gone)}


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
