"""Reads coverage.py's data file: the lines and arcs that ran, and in which contexts."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from testwright.assess.coverage_files.told import Executed, Reading, node_ids, unreadable

if TYPE_CHECKING:
    from coverage import CoverageData

__all__ = ["read"]


def read(path: str) -> Reading:
    """The files in it that are Python source. Nothing is executed, and no configuration read."""
    from coverage import CoverageData
    from coverage.exceptions import CoverageException

    _check_tables(path)
    data = CoverageData(basename=os.path.abspath(path))
    try:
        data.read()
        return _read(path, data)
    except (CoverageException, sqlite3.Error, ValueError, TypeError) as error:
        raise unreadable(
            path, str(error), "run the tests with coverage again; it is damaged or of another version"
        ) from error
    finally:
        data.close(force=True)


def _check_tables(path: str) -> None:
    """Before coverage.py opens it, which would add its tables to any other database."""
    try:
        with closing(sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        raise unreadable(path, str(error), "run the tests with coverage again; it is damaged") from error
    if not tables >= {"coverage_schema", "file", "context"}:
        raise unreadable(path, "it is a database of something else than coverage.py")


def _read(path: str, data: CoverageData) -> Reading:
    arcs = data.has_arcs()
    contexts = any(data.measured_contexts())
    # A file tracer measured something else than Python, such as templates.
    names = sorted(name for name in data.measured_files() if not data.file_tracer(name))
    files = tuple((name, _executed(data, name, arcs, contexts)) for name in names)
    return Reading(path, files, bases=(os.path.dirname(os.path.abspath(path)),), has_branches=arcs)


def _executed(data: CoverageData, name: str, arcs: bool, contexts: bool) -> Executed:
    return Executed(
        lines=frozenset(data.lines(name) or ()),
        arcs=frozenset(data.arcs(name) or ()) if arcs else None,
        tests=_tests(data.contexts_by_lineno(name)) if contexts else {},
    )


def _tests(by_line: Mapping[int, list[str]]) -> dict[int, frozenset[str]]:
    tests = {line: node_ids(contexts) for line, contexts in by_line.items() if line > 0}
    return {line: names for line, names in tests.items() if names}
