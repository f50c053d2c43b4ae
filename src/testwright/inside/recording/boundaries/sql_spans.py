"""A statement that is sent to a database: one span, with the rows that the program has fetched of its result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from ..plain_tree import Plain
from ..raised_errors import raised_plain
from ..real_clock import now_ns
from ..session import Scope, Session
from ..values import Limits, snapshot

__all__ = ["SqlSpan", "end_open_spans", "is_wanted", "note_problem", "safely"]

MOST_ROWS = 100
"""Of one result; the others are counted."""
_LIMITS = Limits(nodes=4000, items=200)
_MOST_OPEN = 200
_MOST_PROBLEMS = 5
_OF_SAVEPOINTS = frozenset(("SAVEPOINT", "RELEASE S", "ROLLBACK "))
_OPEN, _SENT = "sql", "sql sent"


def is_wanted(scope: Scope, connection: str, text: str) -> bool:
    """Whether the trace has few such statements yet; one that is not wanted costs this look, and is counted."""
    counts = scope.kept.get(_SENT)
    if counts is None:
        counts = scope.kept[_SENT] = {}
    which = hash((connection, _what_is_alike(text)))
    count = counts.get(which, 0)
    if count >= scope.most_alike:
        scope.dropped["sql"] += 1
        return False
    counts[which] = count + 1
    return True


def _what_is_alike(text: str) -> str:
    """Savepoints have numbers in their names; lists and rows that are inserted are of any length."""
    begun = text[:9]
    return begun if begun in _OF_SAVEPOINTS else text.replace("%s, ", "").replace("(%s), ", "")


class SqlSpan:
    """From before the statement is sent until its result has been read, or given up."""

    __slots__ = ("_at", "_count", "_data", "_number", "_parent", "_rows", "_session", "_took", "ended", "scope", "then")

    def __init__(self, session: Session, scope: Scope, frame: FrameType | None, data: dict[str, Any]) -> None:
        """`data` has what is known by now."""
        self._session, self.scope, self._data = session, scope, data
        self._number = session.number(scope, "sql")
        self._parent = session.parent_of(frame, scope) if self._number else 0
        self._rows: list[Any] = []
        self._count = 0
        self.ended = False
        self.then: Callable[[list[str], list[Any]], object] | None = None
        """Is told the columns and rows when there are no more."""
        self._took = -1
        self._at = now_ns()

    def sent(self, rowcount: int, columns: Sequence[str] | None) -> None:
        """The database has answered; None: there are no rows to come."""
        self._took = now_ns() - self._at
        self._data["rowcount"] = rowcount
        if columns is None:
            self.end()
            return
        self._data |= {"columns": list(columns), "rows": ["list"]}
        still_open = self.scope.kept.setdefault(_OPEN, {})
        while len(still_open) >= _MOST_OPEN:
            next(iter(list(still_open.values()))).end()
        still_open[id(self)] = self

    def fetched(self, rows: Sequence[Any]) -> None:
        room = MOST_ROWS - len(self._rows)
        self._count += len(rows)
        if room > 0:
            self._rows += rows[:room]

    def raised(self, error: BaseException) -> None:
        self._data["raised"] = raised_plain(error, snapshot)
        self.end()

    def give_up(self) -> None:
        """The rows go another way from here on."""
        self._data.pop("columns", None)
        self._data["rows"] = None
        self.end()

    def end(self) -> None:
        if self.ended:
            return
        self.ended = True
        self.scope.kept.get(_OPEN, {}).pop(id(self), None)
        if self.then is not None:
            self.then(self._data.get("columns", []), self._rows)
        if "columns" in self._data:
            self._data["rows"] = self._plain_rows()
        if self._number:
            name = str(self._data["sql"]).split(None, 1)[:1]
            self._session.write(
                self.scope,
                self._number,
                self._parent,
                "sql",
                (name[0] if name else "").upper(),
                self._at,
                self._data,
                took=self._took,
            )

    def _plain_rows(self) -> Plain:
        plain = snapshot(self._rows, _LIMITS)
        if self._count <= len(self._rows) or type(plain) is not list or plain[0] != "list":
            return plain
        return ["cut", "list", self._count, "", plain]


def safely(span: SqlSpan | None, do: Callable[..., object], *given: Any) -> None:
    """Nothing that goes wrong here is the program's business."""
    if span is None:
        return
    try:
        do(span, *given)
    except Exception as error:  # noqa: BLE001
        note_problem(span.scope, error)


def note_problem(scope: Scope, error: Exception) -> None:
    """Told with the trace, at its end."""
    scope.dropped["sql"] += 1
    problems = scope.about.setdefault("problems", [])
    if len(problems) < _MOST_PROBLEMS:
        problems.append(f"SQL: {type(error).__name__}")


def end_open_spans(scope: Scope) -> None:
    """Those whose result nobody has read to its end."""
    for each in list(scope.kept.get(_OPEN, {}).values()):
        each.end()
