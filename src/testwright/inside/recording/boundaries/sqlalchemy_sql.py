"""Watches the SQL that goes through SQLAlchemy: statements of all engines, their rows, transactions."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from ..request_rows import RequestRows
from ..session import Scope, Session
from ..sqlalchemy_rows import SqlalchemyDatabase
from ..values import snapshot
from .sql_spans import SqlSpan, end_open_spans, is_wanted, note_problem, safely

__all__ = ["install"]

_SPAN, _ROWS, _ROWS_WANTED = "_testwright_span", "sqlalchemy rows", "rows wanted"


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is sqlalchemy, as a whole: its parts import each other in circles."""
    event = importlib.import_module("sqlalchemy.event")
    engine = importlib.import_module("sqlalchemy.engine.base").Engine
    watch = _Watch(session, importlib.import_module("sqlalchemy.engine.cursor"))
    listeners = {
        "before_cursor_execute": watch.before,
        "after_cursor_execute": watch.after,
        "handle_error": watch.failed,
        **{name: watch.transaction(name.upper()) for name in ("begin", "commit", "rollback")},
    }
    for name, told in listeners.items():
        event.listen(engine, name, told)
    session.on_end.append(watch.over)

    def stop() -> None:
        session.on_end.remove(watch.over)
        for name, told in listeners.items():
            event.remove(engine, name, told)

    return stop


class _Watch:
    """Savepoints are statements here, and seen as such."""

    def __init__(self, session: Session, cursors: ModuleType) -> None:
        self._session = session
        self._default = cursors._DEFAULT_FETCH
        self._teed = _teed_class(cursors.CursorFetchStrategy)

    def over(self, scope: Scope) -> None:
        try:
            end_open_spans(scope)
            rows = scope.kept.pop(_ROWS, None)
            if rows is not None:
                rows.finish()
        except Exception as error:  # noqa: BLE001
            note_problem(scope, error)

    def before(
        self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
    ) -> None:
        scope = self._session.scope
        if scope is not None:
            rows = self._rows(scope, connection, statement, () if executemany else parameters)
            span = None
            if rows is not None or is_wanted(scope, str(id(connection.engine)), statement):
                span = self._begin(scope, connection, statement, parameters, executemany, sys._getframe(1))
            if rows is not None and span is not None and not executemany:
                span.then = functools.partial(rows.returned, connection, statement)
            if context is not None:
                context.__dict__[_SPAN] = span

    def _rows(self, scope: Scope, connection: Any, sql: str, parameters: Any) -> RequestRows | None:
        """What it keeps of the tables that the statement names, if that is wanted."""
        if not scope.kept.get(_ROWS_WANTED):
            return None
        try:
            rows: RequestRows = scope.kept.setdefault(_ROWS, RequestRows(self._session, scope, SqlalchemyDatabase()))
            rows.before(connection, sql, parameters)
        except Exception as error:  # noqa: BLE001  ours, or a driver's that we do not know: the statement is sent all the same
            note_problem(scope, error)
            return None
        return rows

    def _begin(
        self, scope: Scope, connection: Any, sql: str, parameters: Any, many: bool, frame: FrameType | None
    ) -> SqlSpan | None:
        try:
            data = {
                "sql": sql,
                "parameters": snapshot(parameters),
                "rows": None,
                "rowcount": -1,
                "connection": str(connection.engine.url.database or ""),
                "vendor": connection.dialect.name,
                "many": many,
                "savepoints": int(connection.in_nested_transaction()),
                "atomic": bool(connection.in_transaction()),
            }
            return SqlSpan(self._session, scope, frame, data)
        except Exception as error:  # noqa: BLE001  ours: the statement is sent all the same
            note_problem(scope, error)
            return None

    def after(
        self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
    ) -> None:
        span = None if context is None else context.__dict__.pop(_SPAN, None)
        safely(span, self._sent, cursor, context, executemany)

    def _sent(self, span: SqlSpan, cursor: Any, context: Any, many: bool) -> None:
        """Rows are kept where the program fetches them from the driver's cursor one after the other."""
        streams = context._is_server_side or context.execution_options.get("stream_results", False)
        if cursor.description is None or many or streams or context.cursor_fetch_strategy is not self._default:
            span.sent(cursor.rowcount, None)
            return
        span.sent(cursor.rowcount, [str(column[0]) for column in cursor.description])
        context.cursor_fetch_strategy = self._teed(span)

    def failed(self, problem: Any) -> None:
        context = problem.execution_context
        span = None if context is None else context.__dict__.pop(_SPAN, None)
        error = problem.sqlalchemy_exception or problem.original_exception
        safely(span, SqlSpan.raised, error)

    def transaction(self, word: str) -> Callable[[Any], None]:
        def told(connection: Any) -> None:
            scope = self._session.scope
            if scope is not None and is_wanted(scope, str(id(connection.engine)), word):
                span = self._begin(scope, connection, word, None, False, sys._getframe(1))
                safely(span, SqlSpan.sent, -1, None)

        return told


def _teed_class(default: Any) -> Any:
    """Fetches as SQLAlchemy's own does."""

    class Teed(default):  # type: ignore[misc]
        __slots__ = ("_span",)

        def __init__(self, span: SqlSpan) -> None:
            self._span = span

        def soft_close(self, result: Any, dbapi_cursor: Any) -> None:
            safely(self._span, SqlSpan.end)
            super().soft_close(result, dbapi_cursor)

        def hard_close(self, result: Any, dbapi_cursor: Any) -> None:
            safely(self._span, SqlSpan.end)
            super().hard_close(result, dbapi_cursor)

        def yield_per(self, result: Any, dbapi_cursor: Any, num: int) -> None:
            safely(self._span, SqlSpan.give_up)
            super().yield_per(result, dbapi_cursor, num)

        def fetchone(self, result: Any, dbapi_cursor: Any, hard_close: bool = False) -> Any:
            row = super().fetchone(result, dbapi_cursor, hard_close)
            if row is not None:
                safely(self._span, SqlSpan.fetched, (row,))
            return row

        def fetchmany(self, result: Any, dbapi_cursor: Any, size: int | None = None) -> Any:
            rows = super().fetchmany(result, dbapi_cursor, size)
            safely(self._span, SqlSpan.fetched, rows)
            return rows

        def fetchall(self, result: Any, dbapi_cursor: Any) -> Any:
            """The span is written by what closes the result, which comes before the rows are given."""
            rows = dbapi_rows(self, result, dbapi_cursor)
            safely(self._span, SqlSpan.fetched, rows)
            result._soft_close()
            return rows

    def dbapi_rows(strategy: Any, result: Any, dbapi_cursor: Any) -> Any:
        try:
            return dbapi_cursor.fetchall()
        except BaseException as error:
            strategy.handle_exception(result, dbapi_cursor, error)
            raise

    return Teed
