"""Looks at all rows of mapped classes, and says what came, went and changed between two looks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, time
from typing import Any

from ...recording.values import Limits, snapshot
from ..identities import Known
from .mapped_classes import Link, label_of, links
from .row_holders import Holder, holders

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


def look(session: Any, root: str) -> Rows:
    from sqlalchemy import select

    found: Rows = {}
    with _connection(session) as connection:
        for holder in holders(root):
            keys = [holder.table.columns[name] for name in holder.key]
            rows = connection.execute(select(holder.table).order_by(*keys).limit(_MOST_ROWS)).mappings().all()
            found[holder.label] = {holder.key_of(row): holder.row(row) for row in rows}
        for link in links():
            pairs = connection.execute(select(link.own, link.other).order_by(link.own, link.other)).all()
            found[link.label] = {tuple(pair): {} for pair in pairs[:_MOST_ROWS]}
    return found


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


def rows_known(known: Known, before: Rows, after: Rows, named: Mapping[str, Any], root: str) -> None:
    """Adds all rows: those that a variable holds by its name, others by their class and place."""
    all_holders = holders(root)
    by_mapper = {each.mapper: each for each in all_holders}
    for name, thing in named.items():
        mapper = getattr(type(thing), "__mapper__", None)
        key = None if mapper is None else sys.modules["sqlalchemy"].inspect(thing).identity
        while mapper is not None and key:
            if mapper in by_mapper:
                holder = by_mapper[mapper]
                known.add(holder.label, key[0] if len(key) == 1 else tuple(key), name, holder.key_attribute)
            mapper = mapper.inherits
    for holder in all_holders:
        label, old, rows = holder.label, before.get(holder.label, {}), after.get(holder.label, {})
        for place, key in enumerate(old):
            known.add(label, key, f"there:{label}:{place}", holder.key_attribute)
        for place, key in enumerate(key for key in rows if key not in old):
            known.add(label, key, f"new:{label}:{place}", holder.key_attribute)


def changes(known: Known, before: Rows, after: Rows, root: str) -> dict[str, Any]:
    """By class: "created" rows, "changed" attributes by the row's name, names of "deleted" rows, and how many are "left"; of
    a table without one, what was changed is "gone" as it was, and created.
    """
    all_holders = holders(root)
    found: dict[str, Any] = {}
    for holder in all_holders:
        old, rows = before.get(holder.label, {}), after.get(holder.label, {})
        told = (_changes_told if holder.mapper is not None else _bare_changes_told)(
            known, holder, all_holders, old, rows
        )
        if any(told[name] for name in ("changed", "created", "deleted", "gone") if name in told):
            found[holder.label] = told
    for link in links():
        there = after.get(label_of(link.mapper), {})
        was, now = ([pair for pair in rows.get(link.label, {}) if pair[0] in there] for rows in (before, after))
        linked = _links_told(known, link, was, now)
        if linked["owners"]:
            found[link.label] = linked
    return found


def _changes_told(
    known: Known, holder: Holder, others: list[Holder], old: dict[Any, Any], rows: dict[Any, Any]
) -> dict[str, Any]:
    changed = {
        known.name_of(holder.label, key): _told(known, holder, others, _differing(row, old[key]))
        for key, row in rows.items()
        if key in old and row != old[key]
    }
    created = [
        {"name": known.name_of(holder.label, key), "values": _told(known, holder, others, row)}
        for key, row in rows.items()
        if key not in old
    ]
    deleted = [known.name_of(holder.label, key) for key in old if key not in rows]
    return {"created": created, "changed": changed, "deleted": deleted, "left": len(rows)}


def _differing(row: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value != other[name]}


def _bare_changes_told(
    known: Known, holder: Holder, others: list[Holder], old: dict[Any, Any], rows: dict[Any, Any]
) -> dict[str, Any]:
    created = [
        {"name": known.name_of(holder.label, key), "values": _told(known, holder, others, row)}
        for key, row in rows.items()
        if row != old.get(key)
    ]
    gone = [_told(known, holder, others, row) for key, row in old.items() if row != rows.get(key)]
    return {"created": created, "changed": {}, "deleted": [], "gone": gone, "left": len(rows)}


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


def _told(known: Known, holder: Holder, others: list[Holder], row: Mapping[str, Any]) -> dict[str, Any]:
    """A foreign key is told by the row that it leads to."""
    columns = {name: holder.table.columns[column] for column, name in holder.names.items()}
    found: dict[str, Any] = {}
    for name, value in row.items():
        if _is_of_the_databases_clock(columns[name], value):
            found[name] = {"$": "any"}
            continue
        target = _target_name(known, columns[name], others, value)
        found[name] = known.key_of(target) if target else known.written(snapshot(value, _LIMITS))
    return found


def _is_of_the_databases_clock(column: Any, value: Any) -> bool:
    """Which no test can stop."""
    is_given = column.server_default is not None or column.server_onupdate is not None
    return is_given and isinstance(value, date | time)


def _target_name(known: Known, column: Any, others: list[Holder], value: Any) -> str:
    for key in column.foreign_keys:
        for other in others:
            if other.mapper is not None and other.table is key.column.table and other.key == (key.column.name,):
                return known.name_of(other.label, value)
    return ""
