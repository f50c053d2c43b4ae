"""Watches the SQL that a Django project sends: every statement of every connection, the rows that come back, transactions."""

from __future__ import annotations

import functools
import importlib
import sys
import weakref
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

from ..session import Scope, Session
from ..values import snapshot
from .sql_spans import SqlSpan, end_open_spans, is_wanted, note_problem, safely

__all__ = ["install"]

_SPAN, _QUIET = "_testwright_span", "_testwright_quiet"
_TEED = ("fetchone", "fetchmany", "fetchall", "close")
_READING = ("select", "with", "values", "(")


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is django.db.backends.base.base."""
    watch = _Watch(session)
    cursor_class = importlib.import_module("django.db.backends.utils").CursorWrapper
    undo = [_replace(cursor_class, "__iter__", _iterated)]
    wrapper_class = module.BaseDatabaseWrapper
    undo += [_replace(wrapper_class, name, around) for name, around in watch.transactions().items()]
    created = importlib.import_module("django.db.backends.signals").connection_created

    def connected(connection: Any = None, **_: Any) -> None:
        watch.attach(connection)

    created.connect(connected, weak=False)
    session.on_begin.append(watch.begun)
    session.on_end.append(watch.over)
    watch.attach_all()

    def stop() -> None:
        created.disconnect(connected)
        session.on_begin.remove(watch.begun)
        session.on_end.remove(watch.over)
        watch.detach()
        for each in undo:
            each()

    return stop


class _Watch:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._connections: weakref.WeakSet[Any] = weakref.WeakSet()

    # -- which connections ---------------------------------------------------------------------------------------------

    def attach(self, connection: Any) -> None:
        """As the outermost one, and before those that a `with` takes away again from the end of the list."""
        if self._around not in connection.execute_wrappers:
            connection.execute_wrappers.insert(0, self._around)
            self._connections.add(connection)

    def attach_all(self) -> None:
        """Those that this thread or task has already."""
        database = sys.modules.get("django.db")
        if database is not None and hasattr(database, "connections"):
            for connection in database.connections.all(initialized_only=True):
                self.attach(connection)

    def detach(self) -> None:
        for connection in list(self._connections):
            if self._around in connection.execute_wrappers:
                connection.execute_wrappers.remove(self._around)

    def begun(self, scope: Scope) -> None:
        try:
            self.attach_all()
        except Exception as error:  # noqa: BLE001  settings that name no database that there is: the program will be told
            note_problem(scope, error)

    def over(self, scope: Scope) -> None:
        try:
            end_open_spans(scope)
            rows = scope.kept.pop("rows", None)
            if rows is not None:
                rows.finish()
        except Exception as error:  # noqa: BLE001
            note_problem(scope, error)

    # -- statements ----------------------------------------------------------------------------------------------------

    def _around(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        scope = self._session.scope
        if scope is None or _QUIET in context["connection"].__dict__:
            return execute(sql, params, many, context)
        span = self._begin(scope, sql, params, many, context, sys._getframe(1))
        try:
            found = execute(sql, params, many, context)
        except BaseException as error:
            safely(span, SqlSpan.raised, error)
            raise
        safely(span, _sent, context, sql)
        return found

    def _begin(
        self, scope: Scope, sql: Any, params: Any, many: bool, context: Any, frame: FrameType | None
    ) -> SqlSpan | None:
        try:
            _forget(context["cursor"])
            connection = context["connection"]
            text = _text_of(sql, connection)
            rows = scope.kept.get("rows")
            if rows is not None:
                rows.before(connection, text, () if many else params)
            elif not is_wanted(scope, connection.alias, text):
                return None
            span = SqlSpan(self._session, scope, frame, _data(connection, text, params, many))
            if rows is not None and not many:
                span.then = functools.partial(rows.returned, connection, text)
        except Exception as error:  # noqa: BLE001  ours, or a driver's that we do not know: the statement is sent all the same
            note_problem(scope, error)
            return None
        return span

    # -- transactions --------------------------------------------------------------------------------------------------

    def transactions(self) -> dict[str, Callable[[Any], Any]]:
        """By the method of Django's connections what goes around it."""
        return {
            "commit": functools.partial(self._transaction, "COMMIT"),
            "rollback": functools.partial(self._transaction, "ROLLBACK"),
            "set_autocommit": functools.partial(self._transaction, "BEGIN"),
        }

    def _transaction(self, word: str, original: Any) -> Any:
        @functools.wraps(original)
        def method(connection: Any, *given: Any, **named: Any) -> Any:
            scope = self._session.scope
            if scope is None or (word == "BEGIN" and not _begins(connection, given, named)):
                return original(connection, *given, **named)
            span = self._begin_transaction(scope, word, connection, sys._getframe(1))
            connection.__dict__[_QUIET] = True  # some send BEGIN as a statement, some do not
            try:
                found = original(connection, *given, **named)
            except BaseException as error:
                safely(span, SqlSpan.raised, error)
                raise
            finally:
                connection.__dict__.pop(_QUIET, None)
            safely(span, SqlSpan.sent, -1, None)
            return found

        return method

    def _begin_transaction(self, scope: Scope, word: str, connection: Any, frame: FrameType | None) -> SqlSpan | None:
        try:
            if not is_wanted(scope, connection.alias, word):
                return None
            return SqlSpan(self._session, scope, frame, _data(connection, word, None, False))
        except Exception as error:  # noqa: BLE001
            note_problem(scope, error)
            return None


def _begins(connection: Any, given: tuple[Any, ...], named: dict[str, Any]) -> bool:
    wanted = given[0] if given else named.get("autocommit", True)
    return not wanted and bool(connection.autocommit)


def _data(connection: Any, sql: str, params: Any, many: bool) -> dict[str, Any]:
    return {
        "sql": sql,
        "parameters": snapshot(params),
        "rows": None,
        "rowcount": -1,
        "connection": connection.alias,
        "vendor": connection.vendor,
        "many": many,
        "savepoints": len(connection.savepoint_ids),
        "atomic": bool(connection.in_atomic_block),
    }


def _text_of(sql: Any, connection: Any) -> str:
    """Also of what psycopg composes."""
    if isinstance(sql, str):
        return str.__str__(sql)
    return str(sql.as_string(connection.connection))


# -- the result ------------------------------------------------------------------------------------------------------


def _sent(span: SqlSpan, context: Any, sql: Any) -> None:
    cursor = context["cursor"]
    description = cursor.description
    if description is None and not _reads_later(cursor, sql):
        span.sent(cursor.rowcount, None)
        return
    span.sent(cursor.rowcount, [str(column[0]) for column in description or ()])
    _tee(cursor, span)


def _reads_later(cursor: Any, sql: Any) -> bool:
    """A cursor with a name, whose columns one driver knows only with the first row."""
    named = getattr(cursor.cursor, "name", None)
    return isinstance(named, str) and isinstance(sql, str) and sql.lstrip().lower().startswith(_READING)


def _tee(cursor: Any, span: SqlSpan) -> None:
    """The cursor's own functions, and what they give. None of ours refers to the cursor, which goes when it always went."""
    held = cursor.__dict__
    held[_SPAN] = span
    for name in _TEED:
        original = getattr(cursor, name, None)
        if original is not None:
            held[name] = _TEES[name](original, span)


def _forget(cursor: Any) -> None:
    """Another statement is sent by the same cursor: there will be no more rows of the last one."""
    span = cursor.__dict__.pop(_SPAN, None)
    if span is not None:
        for name in _TEED:
            cursor.__dict__.pop(name, None)
        safely(span, SqlSpan.end)


def _one(fetch: Any, span: SqlSpan) -> Any:
    def fetchone(*given: Any, **named: Any) -> Any:
        row = fetch(*given, **named)
        safely(span, SqlSpan.fetched, () if row is None else (row,))
        if row is None:
            safely(span, SqlSpan.end)
        return row

    return fetchone


def _some(fetch: Any, span: SqlSpan) -> Any:
    def fetchmany(*given: Any, **named: Any) -> Any:
        rows = fetch(*given, **named)
        safely(span, SqlSpan.fetched, rows)
        if not rows:
            safely(span, SqlSpan.end)
        return rows

    return fetchmany


def _all(fetch: Any, span: SqlSpan) -> Any:
    def fetchall(*given: Any, **named: Any) -> Any:
        rows = fetch(*given, **named)
        safely(span, SqlSpan.fetched, rows)
        safely(span, SqlSpan.end)
        return rows

    return fetchall


def _close(original: Any, span: SqlSpan) -> Any:
    def close(*given: Any, **named: Any) -> Any:
        safely(span, SqlSpan.end)
        return original(*given, **named)

    return close


_TEES = {"fetchone": _one, "fetchmany": _some, "fetchall": _all, "close": _close}


def _iterated(original: Any) -> Any:
    @functools.wraps(original)
    def method(self: Any) -> Any:
        span = self.__dict__.get(_SPAN)
        return original(self) if span is None else _along(original(self), span)

    return method


def _along(rows: Iterator[Any], span: SqlSpan) -> Iterator[Any]:
    for row in rows:
        safely(span, SqlSpan.fetched, (row,))
        yield row
    safely(span, SqlSpan.end)


def _replace(owner: Any, name: str, around: Callable[[Any], Any]) -> Callable[[], None]:
    original = owner.__dict__[name]
    ours = around(original)
    setattr(owner, name, ours)

    def undo() -> None:
        if owner.__dict__.get(name) is ours:
            setattr(owner, name, original)

    return undo
