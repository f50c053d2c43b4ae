"""Keeps the state of the database that a request found, and the one that it left, table by table."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from .known_tables import Parent, Row, Table, Tables
from .plain_tree import Plain
from .real_clock import now_ns
from .selected_keys import condition_of, inserted_keys, selected_keys
from .session import Scope, Session

__all__ = ["Database", "Reader", "RequestRows"]

_MOST_ROWS, _FIRST_ROWS, _MOST_KEYS, _MOST_TABLES = 200, 50, 200, 60


class Reader(Protocol):
    """Reads rows over a connection aside of the program. What the driver raises, it raises."""

    def rows(self, table: Table, most: int, where: str = "", parameters: Sequence[Any] = ()) -> list[Row]: ...

    def rows_with(self, table: Table, columns: Sequence[str], keys: Sequence[Row], most: int) -> list[Row]: ...


class Database(Protocol):
    """What is different from one library to the next. `place` stands for a parameter in its statements."""

    place: str
    is_read_again: bool

    def tables(self) -> Tables | None:
        """None before the models are known."""

    def name_of(self, connection: Any) -> str: ...

    def aside(self, connection: Any) -> AbstractContextManager[Reader]: ...

    def plain_rows(self, connection: Any, table: Table, rows: list[Row]) -> list[Plain]: ...


class _State:
    """Of one table as one request met it."""

    __slots__ = (
        *("after", "alias", "at", "before", "connection", "followed", "more", "new", "number", "problem", "seen"),
        *("table", "thread", "written"),
    )

    def __init__(self, table: Table, connection: Any, alias: str, number: int) -> None:
        self.table, self.connection, self.alias, self.number = table, connection, alias, number
        self.thread, self.at = threading.get_ident(), now_ns()
        self.before: list[Row] = []
        self.after: list[Row] | None = None
        self.more = self.written = self.followed = False
        self.problem = ""
        self.seen: set[Row] = set()
        """The keys of the rows in `before`, of a large table."""
        self.new: dict[Row, None] = {}
        """The keys of rows that the request has added, as far as statements tell."""

    def key_of(self, row: Row) -> Row:
        return tuple(row[place] for place in self.table.key_places)

    def add(self, rows: Iterable[Row]) -> list[Row]:
        """Those that were not there yet."""
        found = [row for row in rows if self.key_of(row) not in self.seen]
        self.before += found
        self.seen.update(self.key_of(row) for row in found)
        return found


class RequestRows:
    """Of one request, from its first statement until its end. `before` and `returned` may raise; nothing is lost then."""

    def __init__(self, session: Session, scope: Scope, database: Database) -> None:
        self._session, self._scope, self._database = session, scope, database
        self._states: dict[tuple[str, str], _State] = {}

    @property
    def has_any(self) -> bool:
        return bool(self._states)

    # -- before statements ---------------------------------------------------------------------------------------------

    def before(self, connection: Any, sql: str, params: Any) -> None:
        """The statement is about to be sent."""
        tables = self._database.tables()
        if tables is None:
            return
        named, changed = tables.named(sql)
        states = self._states
        for table in named:
            state = states.get((self._database.name_of(connection), table.name))
            if state is None or not state.followed:
                self._read(connection, tables, named)
                break
        for table in changed:
            state = states.get((self._database.name_of(connection), table.name))
            if state is not None:
                self._about_to_change(state, sql, params)

    def _read(self, connection: Any, tables: Tables, named: Sequence[Table]) -> None:
        try:
            with self._database.aside(connection) as aside:
                for table in named:
                    self._named(_Reading(aside, connection, tables), table)
        except Exception as error:  # noqa: BLE001  the driver's; it is told with the table
            for table in named:
                state = self._state(table, connection)
                if state is not None and not state.followed:
                    state.followed, state.problem = True, _told(error)

    def _named(self, reading: _Reading, table: Table) -> None:
        state = self._captured(reading, table)
        if state is None or state.followed:
            return
        state.followed = True
        for parent in table.parents:
            self._reach(reading, state, parent, state.before)
        for name in table.through:
            through = reading.tables.get(name)
            if through is not None:
                self._captured(reading, through)

    def _captured(self, reading: _Reading, table: Table) -> _State | None:
        known = self._states.get((self._database.name_of(reading.connection), table.name))
        if known is not None:
            return known
        state = self._state(table, reading.connection)
        if state is None:
            return None
        try:
            rows = reading.aside.rows(table, _MOST_ROWS + 1)
        except Exception as error:  # noqa: BLE001  no permission, no such table: told with the table
            state.problem = _told(error)
            return state
        state.more = len(rows) > _MOST_ROWS
        if state.more:
            state.add(rows[:_FIRST_ROWS])
        else:
            state.before = rows
        for parent in table.parents if state.before else ():
            self._reach(reading, state, parent, state.before)
        return state

    def _state(self, table: Table, connection: Any) -> _State | None:
        known = self._states.get((self._database.name_of(connection), table.name))
        if known is not None:
            return known
        number = self._session.number(self._scope, "rows") if len(self._states) < _MOST_TABLES else 0
        if not number:
            self._scope.dropped["rows"] += 1
            return None
        state = self._states[self._database.name_of(connection), table.name] = _State(
            table, connection, self._database.name_of(connection), number
        )
        return state

    def _reach(self, reading: _Reading, child: _State, parent: Parent, rows: Iterable[Row]) -> None:
        """The table that others refer to, with the rows that they refer to."""
        table = reading.tables.get(parent.table)
        state = None if table is None else self._captured(reading, table)
        if state is None or not state.more or state.written or parent.target not in state.table.columns:
            return
        (place,) = child.table.places((parent.column,))
        (target,) = state.table.places((parent.target,))
        there = {row[target] for row in state.before}
        missing = list(dict.fromkeys(row[place] for row in rows if row[place] is not None and row[place] not in there))
        self._add_rows(reading, state, (parent.target,), [(value,) for value in missing])

    def _add_rows(self, reading: _Reading, state: _State, columns: Sequence[str], keys: Sequence[Row]) -> None:
        """To a table that is too large to be kept as a whole."""
        if not keys:
            return
        found = reading.aside.rows_with(state.table, columns, keys[:_MOST_KEYS], _MOST_KEYS)
        added = state.add(found)
        for parent in state.table.parents if added else ():
            self._reach(reading, state, parent, added)

    # -- large tables --------------------------------------------------------------------------------------------------

    def _about_to_change(self, state: _State, sql: str, params: Any) -> None:
        """Of a large table, the rows that will be changed are read before."""
        if state.more and not state.problem and isinstance(params, (tuple, list)):
            where, parameters = condition_of(sql, params, self._database.place)
            if where:
                tables = self._database.tables()
                with self._database.aside(state.connection) as aside:
                    if tables is not None:
                        self._add_changed(_Reading(aside, state.connection, tables), state, where, parameters)
            state.new |= dict.fromkeys(inserted_keys(sql, state.table, params))
        state.written = True

    def _add_changed(self, reading: _Reading, state: _State, where: str, parameters: Sequence[Any]) -> None:
        try:
            state.add(reading.aside.rows(state.table, _MOST_KEYS, where, parameters))
        except Exception as error:  # noqa: BLE001  a condition that cannot stand alone
            state.problem = _told(error)

    def returned(self, connection: Any, sql: str, columns: list[str], rows: list[Any]) -> None:
        """What a statement gave: of a large table, those rows are kept as well."""
        tables = self._database.tables()
        if tables is None or not rows:
            return
        named, changed = tables.named(sql)
        for table in named:
            state = self._states.get((self._database.name_of(connection), table.name))
            if state is None or not state.more:
                continue
            keys = selected_keys(sql, table, columns, rows, alone=len(named) == 1)
            if table in changed:
                state.new |= dict.fromkeys(keys)
            elif not state.written and (missing := [key for key in keys if key not in state.seen]):
                with self._database.aside(connection) as aside:
                    self._add_rows(_Reading(aside, connection, tables), state, table.key, missing)

    # -- the end -------------------------------------------------------------------------------------------------------

    def finish(self, read: bool = True) -> None:
        """Tables that were written are read again; then all that was kept is written down. It never raises."""
        states = list(self._states.values())
        self._states = {}
        for state in states:
            if state.written and not state.problem and self._database.is_read_again:
                self._read_again(state, read)
        for state in states:
            try:
                self._write(state)
            except Exception as error:  # noqa: BLE001  a driver's values that we do not understand
                self._scope.dropped["rows"] += 1
                self._scope.about.setdefault("problems", []).append(f"{state.table.name}: {type(error).__name__}")

    def _read_again(self, state: _State, read: bool) -> None:
        try:
            if not read or state.thread != threading.get_ident() or _in_event_loop():
                raise RuntimeError("it was changed where it could not be read again")
            with self._database.aside(state.connection) as aside:
                if not state.more:
                    state.after = aside.rows(state.table, 2 * _MOST_ROWS)
                    return
                keys = [*map(state.key_of, state.before), *(key for key in state.new if key not in state.seen)]
                state.after = []
                for first in range(0, len(keys), _MOST_KEYS):
                    part = keys[first : first + _MOST_KEYS]
                    state.after += aside.rows_with(state.table, state.table.key, part, _MOST_KEYS)
        except Exception as error:  # noqa: BLE001  the driver's; it is told with the table
            state.problem = _told(error)

    def _write(self, state: _State) -> None:
        table = state.table
        before = _in_order(state, state.before)
        after = None if state.after is None else _in_order(state, state.after)
        data: dict[str, Any] = {
            "table": table.name,
            "model": table.label,
            "connection": state.alias,
            "columns": list(table.columns),
            "pk": table.key[0] if len(table.key) == 1 else list(table.key),
            "before": self._database.plain_rows(state.connection, table, before),
            "after": None if after is None else self._database.plain_rows(state.connection, table, after),
            "more": state.more,
            "written": state.written,
        }
        if state.written and after is not None:
            data["reverted"] = after == before
        if state.problem:
            data["problem"] = state.problem
        self._session.write(self._scope, state.number, self._scope.root, "rows", table.name, state.at, data)


class _Reading:
    """What is needed to read, in one transaction."""

    __slots__ = ("aside", "connection", "tables")

    def __init__(self, aside: Reader, connection: Any, tables: Tables) -> None:
        self.aside, self.connection, self.tables = aside, connection, tables


def _in_event_loop() -> bool:
    events = sys.modules.get("asyncio.events")
    return events is not None and events._get_running_loop() is not None


def _in_order(state: _State, rows: list[Row]) -> list[Row]:
    """By the primary key, where rows were added one after the other."""
    try:
        return sorted(rows, key=state.key_of) if state.more else rows
    except TypeError:  # keys that have no order
        return rows


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
