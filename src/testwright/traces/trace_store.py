"""Keeps recorded traces in one SQLite file: lists, finds, pins, deletes them, and lets the oldest go for room."""

from __future__ import annotations

import difflib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from testwright.errors import ProjectError, UsageError
from testwright.inside.recording.log_file import LOGS
from testwright.nouns import Span, Trace
from testwright.traces.intake import Intake
from testwright.traces.log_merging import Merged, merge_log, transaction
from testwright.traces.log_reader import Record
from testwright.traces.store_file import explained, open_store
from testwright.traces.trace_filters import TraceFilter
from testwright.traces.value_caps import StoreCaps, read_data

__all__ = ["LOGS", "STORE", "TraceStore"]

STORE = "traces.sqlite"
"""In the folder `.testwright` of a project."""
_COLUMNS = "id, kind, name, started, took, status, method, path, user, node, spans, size, pinned, process, about, dropped, complete"
_SPAN_COLUMNS = "trace, n, parent, kind, name, file, line, thread, started, took, data"
_MOST_DATA = 256 * 2**20
"""Bytes that the data of a span may have when it is unpacked."""
_NEWEST_FIRST = "ORDER BY started DESC, id DESC"
_LATEST = re.compile(r"latest(?:~(\d{1,9}))?")
_NAMED = 5


class TraceStore:
    """The traces of a project; `folder` is its `.testwright`, None holds them in memory. May be open in many processes.

    Every method may raise ProjectError: `store-corrupt`, `store-is-newer`, `store-unusable`.
    """

    def __init__(self, folder: Path | None, caps: StoreCaps | None = None) -> None:
        self._folder = folder
        self.path = folder / STORE if folder is not None else None
        self._caps = caps or StoreCaps()
        self._connection = open_store(self.path)

    def __enter__(self) -> TraceStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    # ── taking in ────────────────────────────────────────────────────────────────────────────────────────────────────

    def merge_logs(self) -> Merged:
        """Takes in what has been recorded since; logs of forks come after that of their parent."""
        merged = Merged()
        if self._folder is None:
            return merged
        with self._explained():
            logs = sorted((self._folder / LOGS).glob("*.log"), key=_age)
            for path in logs:
                merge_log(self._connection, path, self._caps, merged)
            if not any(path.exists() for path in logs):
                self._connection.execute("DELETE FROM gone")
        if merged.logs:
            self.prune()
        return merged

    def add(self, records: Iterable[tuple[Record, bytes]], *, pinned: bool = False) -> tuple[str, ...]:
        """Takes in the records of whole traces, as one transaction; the ids of those that were not there yet."""
        with self._explained(), transaction(self._connection):
            known = frozenset(each[0] for each in self._connection.execute("SELECT id FROM traces"))
            intake = Intake(self._connection, self._caps, leave=known)
            for record, text in records:
                intake.take(record, text)
            intake.finish()
            for trace in intake.traces:
                self._connection.execute("UPDATE traces SET pinned = ? WHERE id = ?", (int(pinned), trace))
            return tuple(intake.traces)

    # ── finding ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def find(self, wanted: TraceFilter | None = None) -> list[Trace]:
        """The newest first."""
        wanted = wanted or TraceFilter()
        where, values = wanted.condition()
        limit = -1 if wanted.limit is None else wanted.limit
        statement = f"SELECT {_COLUMNS} FROM traces WHERE {where} {_NEWEST_FIRST} LIMIT ?"
        with self._explained():
            return [_trace(row) for row in self._connection.execute(statement, (*values, limit))]

    def resolve(self, text: str) -> str:
        """The id that is meant by "latest", "latest~2", an id or the beginning of one; UsageError when there is none."""
        if latest := _LATEST.fullmatch(text.strip()):
            return self._latest(text, int(latest[1] or 0))
        start = text.strip().lower().removeprefix("trc_")
        if re.fullmatch(r"[0-9a-z]{1,60}", start):
            found = self._beginning_with(start)
            if len(found) == 1:
                return found[0]
            if exact := [each for each in found if each.lower() == f"trc_{start}"]:
                return exact[0]
            if found:
                raise _is_ambiguous(text, found)
        raise self._is_unknown(text)

    def get(self, text: str) -> Trace:
        """The trace that `resolve` finds."""
        trace = self.resolve(text)
        with self._explained():
            row = self._connection.execute(f"SELECT {_COLUMNS} FROM traces WHERE id = ?", (trace,)).fetchone()
        return _trace(row)

    def spans(self, trace: str, *, as_stored: bool = False) -> Iterator[Span]:
        """By number, which is the order of their starts. One whose parent is not there is directly below the trace, but
        for `as_stored`.
        """
        statement = f"SELECT {_SPAN_COLUMNS} FROM spans WHERE trace = ? ORDER BY n"
        numbers: set[int] = set()
        with self._explained():
            for row in self._connection.execute(statement, (trace,)):
                numbers.add(row[1])
                is_lost = row[2] not in numbers or row[2] >= row[1]
                yield _span(row, 0 if is_lost and not as_stored else row[2])

    def _latest(self, text: str, back: int) -> str:
        with self._explained():
            statement = f"SELECT id FROM traces {_NEWEST_FIRST} LIMIT 1 OFFSET ?"
            row = self._connection.execute(statement, (back,)).fetchone()
        if row is None:
            raise self._is_unknown(text)
        return str(row[0])

    def _beginning_with(self, start: str) -> list[str]:
        """Ids are letters and digits: no sign of the pattern can be in `start`."""
        with self._explained():
            rows = self._connection.execute(
                "SELECT id FROM traces WHERE lower(id) GLOB ? ORDER BY id", (f"trc_{start}*",)
            )
            return [str(row[0]) for row in rows]

    def _is_unknown(self, text: str) -> UsageError:
        with self._explained():
            known = [
                str(row[0]) for row in self._connection.execute(f"SELECT id FROM traces {_NEWEST_FIRST} LIMIT 2000")
            ]
        close = difflib.get_close_matches(text, known, n=1, cutoff=0.6)
        hint = f"did you mean {close[0]!r}?" if close else "`testwright trace list` lists them; `latest` is the newest"
        if not known:
            hint = "nothing is recorded here yet"
        return UsageError(f"there is no trace {text!r}", slug="trace-unknown", where=self._place, hint=hint)

    # ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def pin(self, traces: Sequence[str], pinned: bool = True) -> None:
        """What is pinned is never dropped for room."""
        with self._explained(), transaction(self._connection):
            for trace in traces:
                self._connection.execute("UPDATE traces SET pinned = ? WHERE id = ?", (int(pinned), trace))

    def delete(self, traces: Iterable[str]) -> None:
        """Also from the disk: what they held is overwritten."""
        with self._explained():
            with transaction(self._connection):
                for trace in traces:
                    self._connection.execute("DELETE FROM spans WHERE trace = ?", (trace,))
                    self._connection.execute("DELETE FROM traces WHERE id = ?", (trace,))
                    self._connection.execute("INSERT OR IGNORE INTO gone VALUES (?)", (trace,))
            self._connection.executescript("PRAGMA incremental_vacuum")  # `execute` would give back a single page
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def prune(self, most: int | None = None) -> list[str]:
        """Deletes the oldest that are not pinned until the store takes `most` bytes (else its cap); their ids."""
        most = self._caps.store if most is None else most
        dropped: list[str] = []
        while (excess := self.used() - most) > 0 and (oldest := self._oldest(excess)):
            self.delete(oldest)
            dropped += oldest
        return dropped

    def used(self) -> int:
        """Bytes on disk that hold something."""
        with self._explained():
            pages, free, size = (
                self._connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return int((pages - free) * size)

    def _oldest(self, excess: int) -> list[str]:
        """As many as hold about half of `excess`: what a deleted trace gives back is known only afterwards."""
        chosen, freed = [], 0
        with self._explained():
            statement = """SELECT id, (SELECT coalesce(sum(length(data)), 0) FROM spans WHERE trace = id) FROM traces
                WHERE pinned = 0 ORDER BY started, id"""
            for trace, size in self._connection.execute(statement):
                chosen.append(str(trace))
                freed += size
                if freed * 2 >= excess:
                    break
        return chosen

    @property
    def _place(self) -> str:
        return str(self.path or "no store")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            with explained(self.path):
                yield
        except ProjectError:
            self._connection.close()
            raise


def _age(path: Path) -> tuple[int, str]:
    """When the process began to write it, by the name of the log."""
    started = path.stem.rpartition("-")[2]
    return (int(started) if started.isdecimal() else 0, path.name)


def _is_ambiguous(text: str, found: Sequence[str]) -> UsageError:
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return UsageError(
        f"{len(found)} traces begin with {text!r}",
        slug="trace-ambiguous",
        where=", ".join(found[:_NAMED]) + more,
        hint="write more of the id",
    )


def _trace(row: Sequence[Any]) -> Trace:
    *plain, pinned, process, about, dropped, complete = row
    names = [name.strip() for name in _COLUMNS.split(",")]
    return Trace(
        **dict(zip(names, plain, strict=False)),
        pinned=bool(pinned),
        process=_loaded(process),
        about=_loaded(about),
        dropped=_loaded(dropped),
        complete=bool(complete),
    )


def _loaded(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _span(row: Sequence[Any], parent: int) -> Span:
    trace, n, _, kind, name, file, line, thread, started, took, data = row
    return Span(
        trace=trace,
        n=n,
        parent=parent,
        kind=kind,
        name=name,
        file=file,
        line=line,
        thread=thread,
        started=started,
        took=took,
        data=read_data(_unpacked(data)),
    )


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MOST_DATA)
    except (zlib.error, TypeError):
        return b"{}"
