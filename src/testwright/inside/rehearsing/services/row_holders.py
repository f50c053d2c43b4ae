"""Tells of classes that SQLAlchemy maps and of tables without one alike what holds rows, and how these are told from others."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from .databases import tables
from .mapped_classes import label_of, links, mappers, table_facts

__all__ = ["Holder", "bare_table_facts", "holders"]


@dataclass(frozen=True, slots=True)
class Holder:
    """`names` are attributes by column, `key` the columns that tell a row; `mapper` is None of a table without a class."""

    label: str
    table: Any
    names: Mapping[str, str]
    key: tuple[str, ...]
    mapper: Any = None

    @property
    def key_attribute(self) -> str:
        """ "" where a key has several columns."""
        return self.names.get(self.key[0], "") if len(self.key) == 1 else ""

    def key_of(self, row: Mapping[str, Any]) -> Any:
        """What cannot be a key of a dictionary, as lists cannot, by its text."""
        found = [row[name] if isinstance(row[name], Hashable) else repr(row[name]) for name in self.key]
        return found[0] if len(found) == 1 else tuple(found)

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """By attribute."""
        return {name: row[column] for column, name in self.names.items()}


def holders(root: str) -> list[Holder]:
    """Classes first, in the order in which they refer to one another."""
    bare = [_of_table(table) for table, _ in _bare_tables(root)]
    return [*map(_of_mapper, mappers()), *bare]


def _of_mapper(mapper: Any) -> Holder:
    known = set(mapper.columns.values())
    columns = [column for column in mapper.local_table.columns if column in known]
    names = {column.name: str(mapper.get_property_by_column(column).key) for column in columns}
    key = list(mapper.local_table.primary_key.columns) or [each for each in mapper.primary_key if each in known]
    return Holder(label_of(mapper), mapper.local_table, names, tuple(column.name for column in key), mapper)


def _of_table(table: Any) -> Holder:
    key = list(table.primary_key.columns) or list(table.columns)
    names = {column.name: str(column.name) for column in table.columns}
    return Holder(str(table.name), table, names, tuple(column.name for column in key))


def _bare_tables(root: str) -> list[tuple[Any, tuple[str, str]]]:
    """Those of no class, but for the ones that relations go through, which rows are linked by."""
    taken = {each.local_table for each in mappers()} | {each.table for each in links()}
    return [(table, place) for table, place in tables(root) if table not in taken and len(table.columns)]


def bare_table_facts(root: str) -> list[dict[str, Any]]:
    return [table_facts(table, place) for table, place in _bare_tables(root)]
