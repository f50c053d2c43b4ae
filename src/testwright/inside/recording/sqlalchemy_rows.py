"""Reads the rows that a request finds over SQLAlchemy, past its events, sessions and the classes of the project."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .known_tables import Row, Table, Tables
from .plain_tree import Plain
from .sqlalchemy_tables import known_tables
from .values import Limits, snapshot

__all__ = ["SqlalchemyDatabase", "row_reader"]

_LIMITS = Limits(nodes=2000, items=500)
_SAVEPOINT = "testwright_aside"
_GOES_ON = frozenset(("sqlite", "mysql", "mariadb", "oracle"))
"""Where a statement that fails does not end the transaction."""


class SqlalchemyDatabase:
    """All engines of the process. What was written is not read again: the connection is not the request's any more."""

    place = "?"
    is_read_again = False

    def tables(self) -> Tables | None:
        return known_tables()

    def name_of(self, connection: Any) -> str:
        return str(connection.engine.url.database or "")

    @contextmanager
    def aside(self, connection: Any) -> Iterator[_Aside]:
        yield _Aside(connection)

    def plain_rows(self, connection: Any, table: Table, rows: list[Row]) -> list[Plain]:
        read = row_reader(table.fields, connection.dialect)
        return ["list", *(snapshot(read(row), _LIMITS) for row in rows)]


class _Aside:
    """Sends by a cursor of its own."""

    def __init__(self, connection: Any) -> None:
        self._dialect = connection.dialect
        self._raw = connection.connection
        automatic = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
        self._guarded = connection.dialect.name not in _GOES_ON and not automatic

    def rows(self, table: Table, most: int, where: str = "", parameters: Sequence[Any] = ()) -> list[Row]:
        """In the order of the primary key. `where` is a condition as a statement had it."""
        statement = _selection(table, most)
        sql, given = self._compiled(statement)
        if where:  # its parameters come before the one of the limit
            sql = sql.replace(" ORDER BY", f" WHERE {where} ORDER BY", 1).replace("\nFROM", " FROM")
            given = (*parameters, *given)
        return self._sent(sql, given)

    def rows_with(self, table: Table, columns: Sequence[str], keys: Sequence[Row], most: int) -> list[Row]:
        """Those in whose columns is one of the keys, which are as the driver gave them."""
        core = importlib.import_module("sqlalchemy")
        by_name = dict(zip(table.columns, table.fields, strict=True))
        alternatives = [
            core.and_(
                *(
                    core.type_coerce(by_name[name], core.types.NullType()) == value
                    for name, value in zip(columns, key, strict=True)
                )
            )
            for key in keys
        ]
        return self._sent(*self._compiled(_selection(table, most).where(core.or_(*alternatives))))

    def _compiled(self, statement: Any) -> tuple[str, Any]:
        compiled = statement.compile(dialect=self._dialect, compile_kwargs={"render_postcompile": True})
        named = compiled.params
        if not compiled.positional:
            return str(compiled), named
        return str(compiled), tuple(named[name] for name in compiled.positiontup)

    def _sent(self, sql: str, parameters: Any) -> list[Row]:
        cursor = self._raw.cursor()
        try:
            if self._guarded:
                cursor.execute(f"SAVEPOINT {_SAVEPOINT}")
            try:
                cursor.execute(sql, parameters)
                return [tuple(row) for row in cursor.fetchall()]
            except Exception:
                if self._guarded:
                    cursor.execute(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
                raise
            finally:
                if self._guarded:
                    cursor.execute(f"RELEASE SAVEPOINT {_SAVEPOINT}")
        finally:
            cursor.close()


def _selection(table: Table, most: int) -> Any:
    core = importlib.import_module("sqlalchemy")
    by_name = dict(zip(table.columns, table.fields, strict=True))
    coerced = [core.type_coerce(column, core.types.NullType()) for column in table.fields]
    return core.select(*coerced).order_by(*(by_name[name] for name in table.key)).limit(most)


def row_reader(columns: Sequence[Any], dialect: Any) -> Callable[[Row], Row]:
    """Makes of a driver's row what SQLAlchemy's own types make of it; what the project's types would do is not run."""
    converters = [(place, found) for place, column in enumerate(columns) if (found := _converter(column.type, dialect))]

    def read(row: Row) -> Row:
        values = list(row)
        for place, convert in converters:
            try:
                values[place] = convert(values[place])
            except Exception:  # noqa: BLE001  the database holds what the type cannot: it stays as it is
                continue
        return tuple(values)

    return read


def _converter(kind: Any, dialect: Any) -> Callable[[Any], Any] | None:
    types = importlib.import_module("sqlalchemy.types")
    if isinstance(kind, types.TypeDecorator) and not isinstance(kind, types.Interval):
        kind = kind.impl_instance if hasattr(kind, "impl_instance") else kind.impl
    if not type(kind).__module__.startswith("sqlalchemy.") or isinstance(kind, types.PickleType):
        return None
    if isinstance(kind, types.JSON) and getattr(dialect, "_json_deserializer", None) is not None:
        return None
    found: Callable[[Any], Any] | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return found
