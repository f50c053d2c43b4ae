"""Tells what Django's models say of the tables of a database: columns, keys, and which table refers to which."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .known_tables import Parent, Table, Tables, unquoted

__all__ = ["tables_of_models"]

_LEFT_OUT = frozenset(("django_migrations", "django_session"))
_ONLY_AS_PARENT = frozenset(("django_content_type",))
_MADE_BY_DJANGO = frozenset(("auth_permission", "django_content_type"))
"""Large, the same everywhere, and named by those who ask for them."""


def tables_of_models(models: Iterable[Any]) -> Tables:
    found = [_table(model) for model in models if not model._meta.proxy and model._meta.local_concrete_fields]
    return Tables([table for table in found if table.name not in _LEFT_OUT], _ONLY_AS_PARENT)


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
    return unquoted(meta.db_table) if '"."' in meta.db_table else str(meta.db_table).strip('"')
