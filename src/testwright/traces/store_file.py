"""Opens the file of the store, makes it when it is not there, and says in plain words why it cannot be used."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from testwright.errors import ProjectError
from testwright.inside.recording.log_file import make_remembered

__all__ = ["STORE_VERSION", "explained", "open_store"]

STORE_VERSION = 1
_PATIENCE = 60.0
"""Seconds that one process waits for another, which merges a log."""
_SCHEMA = """
CREATE TABLE traces(id TEXT PRIMARY KEY, kind TEXT, name TEXT, started INTEGER, took INTEGER, status TEXT, method TEXT,
    path TEXT, user TEXT, node TEXT, spans INTEGER, size INTEGER, pinned INTEGER, process TEXT, about TEXT, dropped TEXT,
    complete INTEGER);
CREATE INDEX traces_by_start ON traces(started);
CREATE TABLE spans(trace TEXT, n INTEGER, parent INTEGER, kind TEXT, name TEXT, file TEXT, line INTEGER, thread TEXT,
    started INTEGER, took INTEGER, data BLOB, PRIMARY KEY(trace, n)) WITHOUT ROWID;
CREATE TABLE logs(name TEXT PRIMARY KEY, file INTEGER, offset INTEGER, done INTEGER);
CREATE TABLE gone(id TEXT PRIMARY KEY);
"""
"""`logs` says how far a log is read that is still being written; `gone` which of its traces were deleted meanwhile."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def open_store(path: Path | None) -> sqlite3.Connection:
    """The store at `path`, with mode 0600; None: an empty one in memory. ProjectError when it cannot be used."""
    if path is None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        _create(connection)
        return connection
    with explained(path):
        _make_file(path)
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        with explained(path):
            _prepare(connection, path)
    except BaseException as error:
        connection.close()
        if (
            isinstance(error, ProjectError)
            and error.slug == "store-unusable"
            and (found := _to_look_at(path)) is not None
        ):
            return found
        raise
    return connection


def _to_look_at(path: Path) -> sqlite3.Connection | None:
    """A disk that is full has no room for what SQLite keeps beside a store; what is in it can be read without."""
    ahead = path.with_name(f"{path.name}-wal")
    if not path.stat().st_size or (ahead.exists() and ahead.stat().st_size):
        return None
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    try:
        if _version(connection) == STORE_VERSION:
            connection.execute("SELECT count(*) FROM traces").fetchone()
            return connection
    except sqlite3.Error:
        connection.close()
        return None
    connection.close()
    return None


def _make_file(path: Path) -> None:
    make_remembered(str(path.parent))
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == 0:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only before there is a table
        _use_write_ahead_log(connection)
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) == 0:  # another process may have been quicker
            _create(connection)
        connection.execute("COMMIT")
    version = _version(connection)
    if version > STORE_VERSION:
        raise _is_newer(path, version)
    _use_write_ahead_log(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")  # a secret that was taken out is to be gone
    connection.execute("SELECT count(*) FROM traces JOIN spans ON id = trace WHERE n < 0").fetchone()


def _create(connection: sqlite3.Connection) -> None:
    """Statement by statement: `executescript` would end the transaction."""
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    if tables:
        raise sqlite3.DatabaseError("it holds tables of something else")
    for statement in filter(str.strip, _SCHEMA.split(";\n")):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {STORE_VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Where another process is just doing the same, SQLite does not wait by itself."""
    for pause in (0.01, 0.1, 0.5, 1.0, 2.0):
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError:
            time.sleep(pause)


# ── what can go wrong ────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def explained(path: Path | None) -> Iterator[None]:
    """Turns what SQLite and the system raise into a ProjectError; a damaged store is put aside, as it is."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if path is None:
            raise
        if (code is not None and code & 0xFF in _DAMAGED) or type(error) is sqlite3.DatabaseError or _lacks(error):
            raise _is_damaged(path, error) from error
        raise _is_unusable(path, str(error)) from error
    except OSError as error:
        raise _is_unusable(path or Path(), error.strerror or str(error)) from error


def _lacks(error: sqlite3.Error) -> bool:
    return "no such table" in str(error) or "no such column" in str(error)


def _is_newer(path: Path, version: int) -> ProjectError:
    return ProjectError(
        f"the traces in {str(path)!r} were stored by a newer testwright (format {version}, this one knows {STORE_VERSION})",
        slug="store-is-newer",
        where=str(path),
        hint="upgrade testwright; nothing was changed",
    )


def _is_damaged(path: Path, error: sqlite3.Error) -> ProjectError:
    aside = _put_aside(path)
    return ProjectError(
        f"the store of traces {str(path)!r} is damaged: {error}",
        slug="store-corrupt",
        where=str(aside),
        hint="the file is kept there as it was; the next command begins a new store",
    )


def _put_aside(path: Path) -> Path:
    """With what SQLite keeps beside it: the last transactions may be there alone."""
    aside = path.with_name(f"{path.stem}-damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}{path.suffix}")
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.replace(f"{path}{end}", f"{aside}{end}")
    return aside


def _is_unusable(path: Path, why: str) -> ProjectError:
    return ProjectError(
        f"the store of traces {str(path)!r} cannot be used: {why}",
        slug="store-unusable",
        where=str(path),
        hint="see that the folder can be written to and the disk has room, and that no other command holds the store",
    )
