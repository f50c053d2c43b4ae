"""Tells what SQLAlchemy's models say of the tables of a database: columns, keys, and which table refers to which."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

from .known_tables import Parent, Table, Tables

__all__ = ["known_tables"]

_LEFT_OUT = frozenset(("alembic_version",))
_NOT_THE_PROJECTS = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_known: list[tuple[Any, Tables]] = []
_of_modules: list[tuple[int, list[Any]]] = []


def known_tables() -> Tables | None:
    """Of all classes that are mapped by now, of tables beside them, and of those that modules of the program hold."""
    sql = sys.modules.get("sqlalchemy")
    mappers = sys.modules.get("sqlalchemy.orm.mapper")
    if sql is None:
        return None
    registries = [] if mappers is None else list(mappers._mapper_registries)
    found = {id(each): each for each in (*(each.metadata for each in registries), *_held_by_modules(sql.MetaData))}
    state = [(identity, len(each.tables)) for identity, each in found.items()]
    if not _known or _known[0][0] != state:
        _known[:] = [(state, Tables(_tables(list(found.values()), registries)))]
    return _known[0][1]


def _held_by_modules(kind: type[Any]) -> list[Any]:
    """Descriptions of databases that no class is mapped with; looked for again where more has been imported."""
    if not _of_modules or _of_modules[0][0] != len(sys.modules):
        found = [
            thing
            for module in list(sys.modules.values())
            if _is_the_programs(getattr(module, "__file__", None))
            for thing in list(vars(module).values())
            if isinstance(thing, kind)
        ]
        _of_modules[:] = [(len(sys.modules), found)]
    return _of_modules[0][1]


def _is_the_programs(file: Any) -> bool:
    if not isinstance(file, str) or any(part in file for part in _NOT_THE_PROJECTS):
        return False
    return not file.startswith(os.path.dirname(os.__file__))


def _tables(metadatas: list[Any], registries: list[Any]) -> Iterator[Table]:
    labels = {table: label for registry in registries for table, label in _labels(registry).items()}
    for metadata in metadatas:
        everything = list(metadata.tables.values())
        through = [table for table in everything if table not in labels]
        for table in everything:
            if len(table.columns) and table.name not in _LEFT_OUT:
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
    key = tuple(str(column.name) for column in table.primary_key.columns) or tuple(names)
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
