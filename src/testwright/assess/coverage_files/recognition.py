"""Tells by its content which kind of evidence a file is, and has it read by the module for that kind."""

from __future__ import annotations

import glob
import os

from testwright.assess.coverage_files import cobertura, coverage_data, coverage_json, lcov
from testwright.assess.coverage_files.told import Reading, unreadable
from testwright.errors import ProjectError

__all__ = ["read_evidence_file"]

_SQLITE = b"SQLite format 3\x00"
_BEFORE_VERSION_5 = b"!coverage.py: This is a private format"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_evidence_file(path: str) -> Reading:
    """What `path` tells. Raises ProjectError: `coverage-not-found`, `coverage-unreadable`."""
    content = _content(path)
    if content.startswith(_SQLITE):
        return coverage_data.read(path)
    if content.startswith(_BEFORE_VERSION_5):
        raise unreadable(
            path, "it is a data file of coverage.py 4 or older", "measure again with coverage.py 5 or newer"
        )
    text = content.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if not text:
        raise unreadable(
            path, "it is empty", "run the tests with coverage again: the last run did not finish writing it"
        )
    if text.startswith(b"{"):
        return coverage_json.read(path, text)
    if text.startswith(b"<"):
        return cobertura.read(path, text)
    if lcov.is_lcov(text):
        return lcov.read(path, text)
    raise unreadable(path, f"it begins with {text[:20]!r}, as no known kind does")


def _content(path: str) -> bytes:
    """All of it, or of a database the beginning."""
    try:
        with open(path, "rb") as stream:
            start = stream.read(len(_SQLITE))
            return start if start == _SQLITE else start + stream.read()
    except FileNotFoundError as error:
        raise _not_found(path) from error
    except IsADirectoryError as error:
        raise unreadable(path, "it is a folder", "name the files in it") from error
    except OSError as error:
        raise unreadable(path, error.strerror or str(error), "check its permissions") from error


def _not_found(path: str) -> ProjectError:
    beside = sorted(glob.glob(glob.escape(path) + ".*"))
    hint = (
        "run the tests with coverage first (`coverage run -m pytest`, `pytest --cov`), or name the file that holds it"
    )
    if beside:
        hint = f"run `coverage combine` first, or name its parts, such as {os.path.basename(beside[0])!r}"
    return ProjectError(f"there is no {path!r}", slug="coverage-not-found", where=os.path.abspath(path), hint=hint)
