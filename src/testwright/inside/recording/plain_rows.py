"""Writes rows of a table as plain values, as Django's own fields would have them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from .known_tables import Row, Table
from .plain_tree import Plain
from .values import Limits, snapshot

__all__ = ["plain_rows"]

_LIMITS = Limits(nodes=2000, items=500)
_MOST_KEPT = 1000
_Convert = Callable[[Any], Any]
_kept: weakref.WeakKeyDictionary[Table, dict[str, tuple[list[tuple[int, _Convert]], dict[Row, Plain]]]] = (
    weakref.WeakKeyDictionary()
)
"""By table and connection: how its columns are converted, and what rows have been written as. Few change in between."""


def plain_rows(connection: Any, table: Table, rows: list[Row]) -> list[Plain]:
    by_alias = _kept.setdefault(table, {})
    if connection.alias not in by_alias:
        by_alias[connection.alias] = (_converters(connection, table), {})
    converters, known = by_alias[connection.alias]
    if len(known) > _MOST_KEPT:
        known.clear()
    return ["list", *(_plain(row, converters, known) for row in rows)]


def _plain(row: Row, converters: list[tuple[int, _Convert]], known: dict[Row, Plain]) -> Plain:
    try:
        found = known.get(row)
    except TypeError:  # it has a list in it
        return snapshot(_converted(row, converters), _LIMITS)
    if found is None:
        found = known[row] = snapshot(_converted(row, converters), _LIMITS)
    return found


def _converted(row: Row, converters: list[tuple[int, _Convert]]) -> Row:
    values = list(row)
    for place, convert in converters:
        try:
            values[place] = convert(values[place])
        except Exception:  # noqa: BLE001  the database holds what the field cannot: it stays as it is
            continue
    return tuple(values)


def _converters(connection: Any, table: Table) -> list[tuple[int, _Convert]]:
    return [
        (place, convert) for place, field in enumerate(table.fields) for convert in _converters_of(connection, field)
    ]


def _converters_of(connection: Any, field: Any) -> list[_Convert]:
    """Those of the database's backend and of Django's fields; what others do to their values is not run."""
    expression = field.get_col(field.model._meta.db_table)
    output = expression.output_field
    found = list(connection.ops.get_db_converters(expression))
    own = getattr(type(output), "from_db_value", None)
    if str(getattr(own, "__module__", "")).startswith("django.") and getattr(output, "decoder", None) is None:
        found += output.get_db_converters(connection)
    return [lambda value, convert=convert: convert(value, expression, connection) for convert in found]  # type: ignore[misc]
