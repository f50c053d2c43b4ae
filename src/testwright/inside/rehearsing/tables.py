"""Looks at all rows of a project's databases, and says what came, went and changed between two looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from ..recording.values import Limits, snapshot
from .django_project import databases
from .identities import Known

__all__ = ["changes", "look", "rows_known"]

_KNOWN = ("sqlite", "postgresql", "mysql")
_LEFT_OUT = ("sessions.Session", "contenttypes.ContentType", "auth.Permission", "admin.LogEntry")
_MOST_ROWS = 2000
_LIMITS = Limits(nodes=2000, items=500)
Tables = dict[str, dict[Any, dict[str, Any]]]
"""By model and primary key, the values by the names of attributes; of a row that is not in the database where its model
belongs, that one's name too, by `_DATABASE`.
"""
_DATABASE = "@database"


def look() -> Tables:
    from django.apps import apps
    from django.db import router

    models = [model for model in apps.get_models(include_auto_created=True) if _is_looked_at(model._meta)]
    found: Tables = {model._meta.label: {} for model in models}
    for alias in databases():
        there = [model for model in models if router.allow_migrate_model(alias, model)]
        for model in _with_rows(alias, there) if there else ():
            label, home = model._meta.label, router.db_for_read(model)
            if alias == home:
                found[label] = _rows(model._base_manager.using(alias)) | found[label]
                continue
            elsewhere = {key: row | {_DATABASE: alias} for key, row in _rows(model._base_manager.using(alias)).items()}
            found[label] |= {key: row for key, row in elsewhere.items() if key not in found[label]}
    return found


def _is_looked_at(meta: Any) -> bool:
    return not (meta.label in _LEFT_OUT or not meta.managed or meta.proxy)


def _with_rows(alias: str, models: list[type[Any]]) -> list[type[Any]]:
    """Those whose tables are there and not empty; one statement asks for all, as most are empty, and each takes its time."""
    from django.db import DatabaseError, connections

    if connections[alias].vendor not in _KNOWN:
        return models
    try:
        return _filled(alias, models)
    except DatabaseError:  # one of the tables is not there
        found: list[type[Any]] = []
        for model in models:
            with suppress(DatabaseError):
                found += _filled(alias, [model])
        return found


def _filled(alias: str, models: list[type[Any]]) -> list[type[Any]]:
    from django.db import connections, transaction

    quoted = [connections[alias].ops.quote_name(model._meta.db_table) for model in models]
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1, " + ", ".join(f"EXISTS(SELECT 1 FROM {table})" for table in quoted))
        return [model for model, filled in zip(models, cursor.fetchone()[1:], strict=True) if filled]


def _rows(of: Any) -> dict[Any, dict[str, Any]]:
    """By their keys; `of` is a manager or a query."""
    meta = of.model._meta
    names = [field.attname for field in meta.concrete_fields]
    return {row[meta.pk.attname]: row for row in of.order_by(meta.pk.attname).values(*names)[:_MOST_ROWS]}


def rows_known(known: Known, before: Tables, after: Tables, named: Mapping[str, Any]) -> None:
    """Adds all rows: those that a variable holds by its name, others by their model and place."""
    for name, thing in named.items():
        meta = getattr(thing, "_meta", None)
        if meta is not None and getattr(thing, "pk", None) is not None and not isinstance(thing, type):
            known.add(meta.concrete_model._meta.label, thing.pk, name)
            for parent in meta.get_parent_list():
                known.add(parent._meta.label, getattr(thing, parent._meta.pk.attname), name)
    for label in sorted(before, key=_depth, reverse=True):
        for place, (key, row) in enumerate(before[label].items()):
            _add(known, label, key, row, f"there:{label}:{place}")
    for label in sorted(after, key=_depth, reverse=True):
        new = {key: row for key, row in after[label].items() if key not in before.get(label, {})}
        for place, (key, row) in enumerate(new.items()):
            _add(known, label, key, row, f"new:{label}:{place}")


def _add(known: Known, label: str, key: Any, row: Mapping[str, Any], name: str) -> None:
    """Under the same name the rows of the models that its model extends."""
    known.add(label, key, name)
    for parent, its_key in _beginnings(label, row):
        known.add(parent, its_key, name)


def _depth(label: str) -> int:
    """How many models its model extends."""
    from django.apps import apps

    return len(apps.get_model(label)._meta.get_parent_list())


def _beginnings(label: str, row: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The rows of the models that the row's extends, by model and key."""
    from django.apps import apps

    parents = apps.get_model(label)._meta.get_parent_list()
    return [(parent._meta.label, row[parent._meta.pk.attname]) for parent in parents if parent._meta.label != label]


def changes(known: Known, before: Tables, after: Tables) -> dict[str, Any]:
    """By model: "created" rows, "changed" attributes by the row's name, names of "deleted" rows, and how many are "left".

    What a row has of a model that its own extends is told with it, and not once more of that model.
    """
    from django.apps import apps

    found: dict[str, Any] = {}
    told = {
        each
        for look in (before, after)
        for label in look
        for row in look[label].values()
        for each in _beginnings(label, row)
    }
    for label, all_rows in after.items():
        rows = {key: row for key, row in all_rows.items() if (label, key) not in told}
        old = {key: row for key, row in before.get(label, {}).items() if (label, key) not in told}
        write = _Writer(known, apps.get_model(label))
        changed = {
            known.name_of(label, key): write.row({n: v for n, v in row.items() if v != old[key][n]})
            for key, row in rows.items()
            if key in old and row != old[key]
        }
        created = [
            {"name": known.name_of(label, key), "values": write.row(row)} | _elsewhere(row)
            for key, row in rows.items()
            if key not in old
        ]
        deleted = [known.name_of(label, key) for key in old if key not in rows]
        if changed or created or deleted:
            found[label] = {"created": created, "changed": changed, "deleted": deleted, "left": len(all_rows)}
            if write.is_link:
                found[label] |= write.links(rows.values(), [rows[k] for k in rows if k not in old], _gone(old, rows))
    return found


def _elsewhere(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"database": row[_DATABASE]} if _DATABASE in row else {}


def _gone(old: Mapping[Any, dict[str, Any]], rows: Mapping[Any, dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for key, row in old.items() if key not in rows]


class _Writer:
    """Of the rows of one model; a foreign key is told by the row that it leads to."""

    def __init__(self, known: Known, model: type[Any]) -> None:
        self._known = known
        self._fields = {field.attname: field for field in model._meta.concrete_fields}
        self.is_link = bool(model._meta.auto_created)

    def links(
        self, rows: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]], gone: Iterable[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Of a table that Django made for a relation: the "owners" whose links changed, all "links" of theirs, and those
        that are "gone".
        """
        first, second = [name for name, field in self._fields.items() if field.remote_field is not None][:2]

        def pairs(some: Iterable[Mapping[str, Any]]) -> list[list[str]]:
            return [[self._row_name(first, row[first]), self._row_name(second, row[second])] for row in some]

        lost = pairs(gone)
        owners = list(dict.fromkeys(pair[0] for pair in [*pairs(new), *lost]))
        return {"owners": owners, "links": sorted(p for p in pairs(rows) if p[0] in owners), "gone": sorted(lost)}

    def _row_name(self, name: str, key: Any) -> str:
        return self._known.name_of(self._fields[name].remote_field.model._meta.concrete_model._meta.label, key)

    def row(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._value(name, value) for name, value in values.items() if name != _DATABASE}

    def _value(self, name: str, value: Any) -> Any:
        remote = self._fields[name].remote_field
        if remote is not None and value is not None:
            target = self._known.name_of(remote.model._meta.concrete_model._meta.label, value)
            if target:
                return {"$": "row", "of": target}
        return self._known.written(snapshot(value, _LIMITS))
