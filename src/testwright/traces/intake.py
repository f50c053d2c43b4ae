"""Puts records into the tables of the store: one trace may come in parts, from several processes, and more than once."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from testwright.inside.recording.checked_lines import encoded
from testwright.traces.log_reader import EndRecord, ProcessRecord, Record, SpanRecord, TraceRecord
from testwright.traces.value_caps import StoreCaps, capped

__all__ = ["Forked", "Intake"]

_HIGHEST = 2**63 - 1
_LONG_TEXT = 500


@dataclass(frozen=True, slots=True)
class Forked:
    """How spans of a fork go into the traces that its parent began: `own` numbers are moved by `shift`, as the parent
    gave the same ones to spans of its own; those from before the fork stay what they are.
    """

    traces: Set[str]
    own: Mapping[str, Set[int]]
    shift: int


@dataclass(slots=True)
class _Known:
    """What the store has of a trace. `is_named`: not only its spans have come."""

    is_named: bool
    size: int
    about: dict[str, Any] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)


class Intake:
    """Takes records within a transaction of somebody else; `finish` counts what has come.

    `again`: what was taken from this log before comes once more, and replaces it. `leave` are traces that are not taken.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        caps: StoreCaps,
        *,
        forked: Forked | None = None,
        again: bool = False,
        leave: Set[str] = frozenset(),
    ) -> None:
        self.dropped = 0
        """Records that could not be taken."""
        self._connection = connection
        self._caps = caps
        self._forked = forked or Forked(frozenset(), {}, 0)
        self._again = again
        self._leave = leave
        self._process = "{}"
        self._known: dict[str, _Known] = {}
        self._ended: set[str] = set()
        self.spans = 0

    @property
    def traces(self) -> Set[str]:
        return self._known.keys()

    @property
    def ended(self) -> Set[str]:
        return self._ended

    def take(self, record: Record, text: bytes) -> None:
        if isinstance(record, ProcessRecord):
            self._process = text.decode("utf-8", "replace")
        elif (record.id if isinstance(record, TraceRecord) else record.trace) in self._leave:
            return
        elif isinstance(record, TraceRecord):
            self._take_trace(record)
        elif isinstance(record, SpanRecord):
            self._take_span(record)
        else:
            self._take_end(record)

    def finish(self) -> None:
        for trace in self._known:
            self._count(trace)

    # ── traces ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _take_trace(self, record: TraceRecord) -> None:
        known = self._trace(record.id, record.at)
        if record.id in self._forked.traces and known.is_named:
            return
        if self._again and record.id not in self._forked.traces:
            known.size, known.dropped = 0, Counter()
        known.about = {**known.about, **record.about}
        self._connection.execute(
            "UPDATE traces SET kind = ?, name = ?, started = ?, process = ? WHERE id = ?",
            (record.kind, record.name, record.at, self._process, record.id),
        )
        known.is_named = True

    def _take_end(self, record: EndRecord) -> None:
        known = self._trace(record.trace, record.at)
        known.dropped.update(record.dropped)
        if record.trace in self._forked.traces:
            return  # the process that began it says how it ended
        known.about |= record.about
        self._ended.add(record.trace)
        self._connection.execute(
            "UPDATE traces SET status = ?, took = max(0, ? - started) WHERE id = ?",
            (record.status, record.at, record.trace),
        )

    def _trace(self, trace: str, at: int) -> _Known:
        """A row is made for a trace of which only spans have come: its beginning may be in the log of another process."""
        if trace in self._known:
            return self._known[trace]
        row = self._connection.execute(
            "SELECT kind, size, about, dropped FROM traces WHERE id = ?", (trace,)
        ).fetchone()
        if row is None:
            self._connection.execute(
                "INSERT INTO traces VALUES (?, '', '', ?, 0, '', '', '', '', '', 0, 0, 0, ?, '{}', '{}', 0)",
                (trace, at, self._process),
            )
            row = ("", 0, "{}", "{}")
        known = _Known(bool(row[0]), row[1], json.loads(row[2]), Counter(json.loads(row[3])))
        self._known[trace] = known
        return known

    def _count(self, trace: str) -> None:
        known = self._known[trace]
        about = known.about
        missing = """SELECT 1 FROM spans AS s WHERE s.trace = traces.id AND s.parent != 0 AND (s.parent >= s.n OR NOT EXISTS
            (SELECT 1 FROM spans AS p WHERE p.trace = s.trace AND p.n = s.parent))"""
        self._connection.execute(
            f"""UPDATE traces SET method = ?, path = ?, user = ?, node = ?, size = ?, about = ?, dropped = ?,
            spans = (SELECT count(*) FROM spans WHERE trace = traces.id),
            took = CASE status WHEN '' THEN coalesce((SELECT max(s.started + s.took) FROM spans AS s
            WHERE s.trace = traces.id) - started, 0) ELSE took END,
            complete = status != '' AND kind != '' AND NOT EXISTS ({missing}) WHERE id = ?""",
            (
                *(_column(about.get(key)) for key in ("method", "path", "user", "node")),
                known.size,
                encoded(about).decode(),
                json.dumps(known.dropped),
                trace,
            ),
        )

    # ── spans ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _take_span(self, record: SpanRecord) -> None:
        known = self._trace(record.trace, record.at)
        n, parent, wins = self._numbers(record)
        data = capped(bytes(record.data), self._caps.value)
        if known.size + len(data) > self._caps.trace:
            known.dropped[record.kind] += 1
            return
        if n > _HIGHEST:
            self.dropped += 1
            return
        known.size += len(data)
        self.spans += 1
        self._connection.execute(
            f"INSERT OR {'REPLACE' if wins else 'IGNORE'} INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(record.trace, n, parent, record.kind, record.name, record.file, record.line, record.thread),
                *(record.at, record.took, zlib.compress(data, 1)),
            ),
        )

    def _numbers(self, record: SpanRecord) -> tuple[int, int, bool]:
        """Number, parent, and whether the span replaces one of the same number."""
        forked = self._forked
        if record.trace not in forked.traces:
            return record.n, record.parent, True
        own = forked.own.get(record.trace, frozenset())
        n = record.n + forked.shift if record.n in own else record.n
        parent = record.parent + forked.shift if record.parent in own else record.parent
        return n, parent, record.n in own


def _column(value: Any) -> str:
    """What can be filtered by: text."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else encoded(value).decode()
    return text[:_LONG_TEXT].encode("utf-8", "replace").decode()
