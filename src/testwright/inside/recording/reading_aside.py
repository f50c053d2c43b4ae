"""Reads rows over a Django connection aside of the program: past its wrappers and counts, and without harm to its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from .known_tables import Row, Table

__all__ = ["Aside"]

_SAVEPOINT = "testwright_aside"
_GOES_ON = frozenset(("sqlite", "mysql", "oracle"))
"""Where a statement that fails does not end the transaction."""


class Aside:
    """In a transaction that a failing statement would end, what is read here has a savepoint of its own."""

    def __init__(self, connection: Any) -> None:
        """RuntimeError where nothing can be read now."""
        if connection.connection is None:
            raise RuntimeError("the connection is closed")
        if connection.needs_rollback:
            raise RuntimeError("the transaction has failed")
        self._connection = connection
        self._guarded = connection.vendor not in _GOES_ON and (connection.in_atomic_block or not connection.autocommit)

    def __enter__(self) -> Self:
        if self._guarded:
            self._send(self._connection.ops.savepoint_create_sql(_SAVEPOINT))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._guarded:
            self._send(self._connection.ops.savepoint_commit_sql(_SAVEPOINT))

    def rows(self, table: Table, most: int, where: str = "", parameters: Sequence[Any] = ()) -> list[Row]:
        """In the order of the primary key. `where` has %s for each parameter. Raises what the driver does."""
        quoted = self._connection.ops.quote_name
        place = quoted(table.name)  # with each column: SQLite takes one that it does not know for a text
        columns = ", ".join(f"{place}.{quoted(column)}" for column in table.columns)
        order = ", ".join(f"{place}.{quoted(column)}" for column in table.key)
        limit = self._connection.ops.limit_offset_sql(0, most)
        condition = f" WHERE {where}" if where else ""
        try:
            return self._send(f"SELECT {columns} FROM {place}{condition} ORDER BY {order} {limit}", parameters)
        except Exception:
            if self._guarded:
                self._send(self._connection.ops.savepoint_rollback_sql(_SAVEPOINT))
            raise

    def rows_with(self, table: Table, columns: Sequence[str], keys: Sequence[Row], most: int) -> list[Row]:
        """Those in whose columns is one of the keys."""
        quoted = self._connection.ops.quote_name
        if len(columns) == 1:
            where = f"{quoted(columns[0])} IN ({', '.join(['%s'] * len(keys))})"
        else:
            one = " AND ".join(f"{quoted(column)} = %s" for column in columns)
            where = " OR ".join([f"({one})"] * len(keys))
        return self.rows(table, most, where, [value for key in keys for value in key])

    def _send(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        if not sql:
            return []
        cursor = self._connection.create_cursor()
        try:
            cursor.execute(sql, parameters) if parameters else cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            cursor.close()
