"""Tells what SQLAlchemy's models say of the tables of a database: columns, keys, and which table refers to which."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from .known_tables import Parent, Table, Tables

__all__ = ["known_tables"]

_LEFT_OUT = frozenset(("alembic_version",))
_known: list[tuple[int, Tables]] = []


def known_tables() -> Tables | None:
    """Of all classes that are mapped by now, and of tables beside them that relations go through."""
    mappers = sys.modules.get("sqlalchemy.orm.mapper")
    if mappers is None:
        return None
    registries = list(mappers._mapper_registries)
    count = sum(len(each.metadata.tables) for each in registries)
    if not _known or _known[0][0] != count:
        _known[:] = [(count, Tables(_tables(registries)))]
    return _known[0][1]


def _tables(registries: list[Any]) -> Iterator[Table]:
    for registry in registries:
        labels = _labels(registry)
        everything = list(registry.metadata.tables.values())
        through = [table for table in everything if table not in labels]
        for table in everything:
            if table.primary_key.columns and table.name not in _LEFT_OUT:
                yield _table(table, labels.get(table, ""), through)


def _labels(registry: Any) -> dict[Any, str]:
    """By table the class whose rows it has, of several the one that others extend."""
    found: dict[Any, str] = {}
    for mapper in sorted(registry.mappers, key=lambda each: len(list(each.iterate_to_root()))):
        kind = mapper.class_
        found.setdefault(mapper.local_table, f"{kind.__module__}.{kind.__qualname__}")
    return found


def _table(table: Any, label: str, through: list[Any]) -> Table:
    columns = list(table.columns)
    names = [str(column.name) for column in columns]
    key = tuple(str(column.name) for column in table.primary_key.columns)
    links = [str(each.name) for each in through if any(_refers(each_key, table) for each_key in each.foreign_keys)]
    return Table(
        str(table.name),
        label or str(table.name),
        tuple(names),
        key,
        tuple(columns),
        tuple(parent for column in columns for parent in _parents(column, table.metadata)),
        tuple(links),
        tuple(names.index(name) for name in key),
    )


def _parents(column: Any, metadata: Any) -> Iterator[Parent]:
    for key in column.foreign_keys:
        schema, target, name = key._column_tokens
        if target in metadata.tables or f"{schema}.{target}" in metadata.tables:
            yield Parent(str(column.name), str(target), str(name or column.name))


def _refers(key: Any, table: Any) -> bool:
    return bool(key._column_tokens[1] == table.name)
