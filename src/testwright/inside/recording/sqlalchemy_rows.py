"""Reads the rows that a request finds over SQLAlchemy, past its events, sessions and the classes of the project."""

from __future__ import annotations

import importlib
import weakref
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
_MOST_KEPT = 1000
_GOES_ON = frozenset(("sqlite", "mysql", "mariadb", "oracle"))
"""Where a statement that fails does not end the transaction."""


class _Known:
    """Of one table and dialect: how all rows are selected, how a row is read, and what rows were written as. Few change in
    between.
    """

    def __init__(self, table: Table, dialect: Any) -> None:
        self.read = row_reader(table.fields, dialect)
        self.selections: dict[int, tuple[str, Any]] = {}
        self.written: dict[Row, Plain] = {}

    def plain(self, row: Row) -> Plain:
        try:
            found = self.written.get(row)
        except TypeError:  # it has a list in it
            return snapshot(self.read(row), _LIMITS)
        if found is None:
            found = self.written[row] = snapshot(self.read(row), _LIMITS)
        return found


_known: weakref.WeakKeyDictionary[Table, dict[int, tuple[Any, _Known]]] = weakref.WeakKeyDictionary()


def _known_of(table: Table, dialect: Any) -> _Known:
    by_dialect = _known.setdefault(table, {})
    if id(dialect) not in by_dialect:
        by_dialect[id(dialect)] = (dialect, _Known(table, dialect))  # which keeps the dialect, and so its identity
    return by_dialect[id(dialect)][1]


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
        known = _known_of(table, connection.dialect)
        if len(known.written) > _MOST_KEPT:
            known.written.clear()
        return ["list", *(known.plain(row) for row in rows)]


class _Aside:
    """Sends by a cursor of its own."""

    def __init__(self, connection: Any) -> None:
        self._dialect = connection.dialect
        self._raw = connection.connection
        automatic = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
        self._guarded = connection.dialect.name not in _GOES_ON and not automatic

    def rows(self, table: Table, most: int, where: str = "", parameters: Sequence[Any] = ()) -> list[Row]:
        """In the order of the primary key. `where` is a condition as a statement had it."""
        selections = _known_of(table, self._dialect).selections
        if most not in selections:
            selections[most] = self._compiled(_selection(table, most))
        sql, given = selections[most]
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
