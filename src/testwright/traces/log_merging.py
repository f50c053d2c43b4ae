"""Takes the logs of recorded processes into the store, one transaction each; a log goes when it is safely there."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from testwright.inside.isolation.process_tree import is_running
from testwright.traces.intake import Forked, Intake
from testwright.traces.log_reader import LogReader, ProcessRecord, Record, SpanRecord, TraceRecord
from testwright.traces.value_caps import StoreCaps

__all__ = ["Merged", "merge_log", "transaction"]

_SHIFT = 2**40
"""Numbers of spans that one process can give in a trace."""


@dataclass(slots=True)
class Merged:
    """What came of some logs. `left_out` are bytes behind damage, by log, `dropped` records of no known shape."""

    logs: int = 0
    traces: set[str] = field(default_factory=set)
    spans: int = 0
    dropped: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing; others who write wait."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def merge_log(connection: sqlite3.Connection, path: Path, caps: StoreCaps, merged: Merged) -> None:
    """A log that somebody still writes is read as far as it goes, and from there on the next time."""
    try:
        with transaction(connection):
            is_final = _read(connection, path, caps, merged)
        if is_final:
            with suppress(FileNotFoundError):
                path.unlink()
            connection.execute("DELETE FROM logs WHERE name = ?", (path.name,))
    except FileNotFoundError:
        connection.execute("DELETE FROM logs WHERE name = ?", (path.name,))
    except OSError as error:
        merged.unreadable[path.name] = error.strerror or str(error)


def _read(connection: sqlite3.Connection, path: Path, caps: StoreCaps, merged: Merged) -> bool:
    """Whether nothing more is to be expected of the log."""
    row = connection.execute("SELECT file, offset, done FROM logs WHERE name = ?", (path.name,)).fetchone()
    is_final = not _is_written(path)  # asked before it is read: what is written meanwhile makes it not final
    file = path.stat().st_ino
    known, offset, done = row or (file, 0, 0)
    if done and known == file:
        return is_final
    opening = _Opening(path)
    inherited = opening.inherited
    start = offset if known == file and not (is_final and inherited) else 0
    forked = _forked(path, opening) if is_final and inherited else None
    gone = frozenset(each[0] for each in connection.execute("SELECT id FROM gone"))
    intake = Intake(
        connection,
        caps,
        forked=forked,
        again=start < offset,
        leave=gone if is_final else gone | inherited,
    )
    reader = LogReader(path, start=start)
    if opening.process is not None:
        intake.take(*opening.process)
    for record, text in reader:
        intake.take(record, text)
    intake.finish()
    _note(merged, path, intake, reader, is_final)
    connection.execute(
        "INSERT OR REPLACE INTO logs VALUES (?, ?, ?, ?)", (path.name, file, reader.offset, int(is_final))
    )
    return is_final


def _note(merged: Merged, path: Path, intake: Intake, reader: LogReader, is_final: bool) -> None:
    merged.logs += 1
    merged.traces |= intake.traces
    merged.spans += intake.spans
    merged.dropped += intake.dropped + reader.dropped
    if reader.left_out and is_final:
        merged.left_out[path.name] = reader.left_out


class _Opening:
    """What the first lines of a log say: which process, and which traces its parent had begun before it forked."""

    def __init__(self, path: Path) -> None:
        self.process: tuple[Record, bytes] | None = None
        self.inherited: frozenset[str] = frozenset()
        self.forked, self.number = 0, 0
        for record, text in LogReader(path):
            if isinstance(record, ProcessRecord):
                self.process = record, text
                self.forked, self.number = record.at if record.parent else 0, record.pid
            elif isinstance(record, TraceRecord) and record.at < self.forked:
                self.inherited |= {record.id}
            else:
                return


def _forked(path: Path, opening: _Opening) -> Forked:
    own: dict[str, set[int]] = {}
    for record, _ in LogReader(path):
        if isinstance(record, SpanRecord) and record.trace in opening.inherited and record.at >= opening.forked:
            own.setdefault(record.trace, set()).add(record.n)
    return Forked(opening.inherited, own, opening.number * _SHIFT)


def _is_written(path: Path) -> bool:
    """Its process lives; or somebody holds the lock on it, whose number means nothing here (another container)."""
    number = path.name.partition("-")[0]
    if number.isdecimal() and is_running(int(number)):
        return True
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # a file system without locks
    finally:
        os.close(descriptor)
    return False
