"""Tells what has to be known of classes that SQLAlchemy maps to write a test that makes rows of them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from ...recording.values import snapshot

__all__ = ["Link", "label_of", "links", "mappers", "model_facts", "table_facts", "through_facts"]

_CALLED = ["opaque", "", "a function"]


def mappers() -> list[Any]:
    """Of all classes that have a table; those that others refer to come first."""
    orm = sys.modules.get("sqlalchemy.orm")
    mapping = sys.modules.get("sqlalchemy.orm.mapper")
    if orm is None or mapping is None:
        return []
    orm.configure_mappers()
    found = [each for registry in list(mapping._mapper_registries) for each in registry.mappers]
    ours = [each for each in found if hasattr(each.local_table, "name")]
    own = [each for each in ours if each.inherits is None or each.inherits.local_table is not each.local_table]
    order = {table: place for each in own for place, table in enumerate(each.local_table.metadata.sorted_tables)}
    return sorted(own, key=lambda each: (order[each.local_table], label_of(each)))


def label_of(mapper: Any) -> str:
    return f"{mapper.class_.__module__}.{mapper.class_.__qualname__}"


def table_facts(table: Any, place: tuple[str, str]) -> dict[str, Any]:
    """Of a table that no class is mapped to, by the name that it has in a module; a row without a key is told by all it has."""
    by_table = {mapper.local_table: mapper for mapper in mappers()}
    keys = list(table.primary_key.columns) or list(table.columns)
    by_itself = {"auto": False}  # what the database would give cannot be read from a row that no variable holds
    fields = [
        _column(column, column.name, by_table, None) | by_itself | {"pk": column in keys} for column in table.columns
    ]
    return {
        "label": str(table.name),
        "module": place[0],
        "name": place[1],
        "table": table.name,
        "pk": keys[0].name,
        "auto_created": None,
        "is_user": False,
        "is_table": True,
        "fields": fields,
    }


def model_facts() -> list[dict[str, Any]]:
    """As those of Django's models are told; of a class its label is its module and name."""
    known = mappers()
    by_table = {mapper.local_table: mapper for mapper in known}
    return [_facts(mapper, by_table) for mapper in known]


def _facts(mapper: Any, by_table: dict[Any, Any]) -> dict[str, Any]:
    fields = [_field(mapper, each, by_table) for each in mapper.column_attrs if hasattr(each.columns[0], "table")]
    return {
        "label": label_of(mapper),
        "module": mapper.class_.__module__,
        "name": mapper.class_.__qualname__,
        "table": mapper.local_table.name,
        "pk": next((each["name"] for each in fields if each["pk"]), ""),
        "auto_created": None,
        "is_user": False,
        "fields": fields,
    }


def _field(mapper: Any, attribute: Any, by_table: dict[Any, Any]) -> dict[str, Any]:
    column = next((each for each in attribute.columns if each.table is mapper.local_table), attribute.columns[0])
    told = _column(column, attribute.key, by_table, mapper.inherits)
    return told | {"pk": bool(column.primary_key) or column in mapper.primary_key}


def _column(column: Any, name: str, by_table: dict[Any, Any], inherits: Any) -> dict[str, Any]:
    target = _target(column, by_table)
    key = bool(column.primary_key)
    kind = column.type
    has_default = column.default is not None or column.server_default is not None
    return {
        "name": name,
        "attname": name,
        "column": column.name,
        "type": type(kind).__name__,
        "to": "" if target is None else label_of(by_table[target.table]),
        "to_field": "" if target is None else by_table[target.table].get_property_by_column(target).key,
        "pk": key,
        "null": bool(column.nullable) and not key,
        "blank": False,
        "unique": bool(column.unique),
        "auto": key and target is None and _counts(column),
        "now": False,
        "file": False,
        "parent": target is not None and inherits is not None and key,
        "has_default": has_default,
        "default": _default(column) if has_default else None,
    }


def _target(column: Any, by_table: dict[Any, Any]) -> Any:
    """The column that a foreign key refers to, if its table is that of a class. One of several that refer to a row together
    leads on to what that row's own refers to.
    """
    seen = {column}
    while True:
        key = next((each for each in column.foreign_keys if each.column.table in by_table), None)
        if key is None or key.column in seen:
            return None
        if key.constraint is None or len(key.constraint.columns) == 1:
            return key.column
        column = key.column
        seen.add(column)


def _counts(column: Any) -> bool:
    """The database gives the key."""
    return column.table.autoincrement_column is column and column.default is None


def _default(column: Any) -> Any:
    """Of a function that is called only what is always the same."""
    default = column.default
    if default is None or not default.is_scalar:
        called = getattr(getattr(default, "arg", None), "__name__", "")
        return {"dict": ["dict"], "list": ["list"]}.get(called, _CALLED)
    return snapshot(default.arg)


@dataclass(frozen=True, slots=True)
class Link:
    """A table of two foreign keys that a relation of many to many goes through: whose it is, to what, and the columns."""

    table: Any
    mapper: Any
    relation: Any
    own: Any
    other: Any

    @property
    def label(self) -> str:
        return str(self.table.name)


def links() -> list[Link]:
    """Each table once, by the first relation that goes through it."""
    found: dict[Any, Link] = {}
    known = {mapper.local_table for mapper in mappers() if len(mapper.primary_key) == 1}
    for mapper in (each for each in mappers() if each.local_table in known):
        for relation in mapper.relationships:
            table = relation.secondary
            if table is None or table in found or len(table.columns) != 2 or relation.viewonly:
                continue
            if len(relation.synchronize_pairs) != 1 or len(relation.secondary_synchronize_pairs) != 1:
                continue
            own, other = (pairs[0][1] for pairs in (relation.synchronize_pairs, relation.secondary_synchronize_pairs))
            if relation.mapper.local_table in known:
                found[table] = Link(table, mapper, relation, own, other)
    return list(found.values())


def through_facts() -> list[dict[str, Any]]:
    """Of `links`, as models that nobody has written."""
    by_table = {each.local_table: each for each in mappers()}
    return [_through(link, by_table) for link in links()]


def _through(link: Link, by_table: dict[Any, Any]) -> dict[str, Any]:
    fields = []
    for column in (link.own, link.other):
        told = _field(link.mapper, _Plain(column), by_table)
        fields.append(told | {"pk": column is link.own, "auto": False, "parent": False})
    made = {"owner": label_of(link.mapper), "name": link.relation.key, "from": link.own.name, "to": link.other.name}
    return {
        "label": link.label,
        "module": "",
        "name": link.label,
        "table": link.label,
        "pk": link.own.name,
        "auto_created": {**made, "model": label_of(link.relation.mapper)},
        "is_user": False,
        "fields": fields,
    }


class _Plain:
    """A column that no class has an attribute for."""

    def __init__(self, column: Any) -> None:
        self.key, self.columns = column.name, [column]
