"""Reads the rows that a request of a Django project finds, as Django's models have them."""

from __future__ import annotations

import sys
from typing import Any

from .django_tables import tables_of_models
from .known_tables import Row, Table, Tables
from .plain_rows import plain_rows
from .plain_tree import Plain
from .reading_aside import Aside

__all__ = ["DjangoDatabase"]

_known: list[tuple[Any, Tables]] = []


class DjangoDatabase:
    """All databases of the project."""

    place = "%s"
    is_read_again = True

    def tables(self) -> Tables | None:
        apps = sys.modules["django.apps"].apps
        if not apps.models_ready:
            return None
        models = apps.get_models(include_auto_created=True)  # the same list until the applications change
        if not _known or _known[0][0] is not models:
            _known[:] = [(models, tables_of_models(models))]
        return _known[0][1]

    def name_of(self, connection: Any) -> str:
        return str(connection.alias)

    def aside(self, connection: Any) -> Aside:
        return Aside(connection)

    def plain_rows(self, connection: Any, table: Table, rows: list[Row]) -> list[Plain]:
        return plain_rows(connection, table, rows)
