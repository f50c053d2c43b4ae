"""Knows the last run of a project's suite, and whether it may stand for one now: only where nothing of it has changed."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec

from testwright.execute.suite_coverage import SuiteRun
from testwright.version import VERSION

__all__ = ["kept_run", "may_be_kept", "suite_state", "text_to_keep"]

_HOURS = 12.0
"""A suite may depend on the day, or on what is outside of the project."""
_MEGABYTES = 64
_MOST_FILES = 100_000
_NOT_LOOKED_INTO = frozenset(
    {".git", ".hg", ".testwright", "__pycache__", "node_modules", ".tox", ".nox", ".venv", "venv"}
)
_CACHE = "_cache"
_OF_THE_SHELL = re.compile(
    r"_|PWD|OLDPWD|SHLVL|COLUMNS|LINES|TERM.*|SSH_.*|XDG_SESSION.*|WINDOWID|WINDOW|STY|TMUX.*|VTE_.*"
)
_PATH = re.compile(r"(?:^|['\"])(/[^'\"\n]+)", re.MULTILINE)


class _Kept(msgspec.Struct):
    state: str
    at: float
    run: SuiteRun


def suite_state(root: str, python: str, settings: Iterable[str]) -> str:
    """Stands for all that a run of the suite depends on, as far as that can be seen: the project's files by size and time
    of change, those of folders that packages are imported from in place, the interpreter's packages, the environment
    variables, and `settings`. "" where there are too many files, or some that cannot be
    looked at.
    """
    try:
        return _state(os.path.realpath(root), python, settings)
    except OSError:
        return ""


def _state(here: str, python: str, settings: Iterable[str]) -> str:
    packages = sorted(_packages(python))
    others = {place for folder in packages for place in _installed_in_place(folder)} | _python_path()
    places = [here, *sorted(place for place in others if not _is_in(place, [here, *packages]))]
    stamps = list(islice((stamp for place in places for stamp in _files(place)), _MOST_FILES + 1))
    if len(stamps) > _MOST_FILES:
        return ""
    found = hashlib.blake2b(digest_size=16)
    parts = [
        VERSION,
        python,
        *settings,
        *(f"{name}={value}" for name, value in sorted(os.environ.items()) if not _OF_THE_SHELL.fullmatch(name)),
        *(_stamp(os.path.join(folder, name)) for folder in packages for name in sorted(os.listdir(folder))),
        *stamps,
    ]
    for part in parts:
        found.update(f"{len(part)} {part}\0".encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def may_be_kept(run: SuiteRun) -> bool:
    """A run that came to its end with nothing amiss: what failed is worth running again."""
    sizes = sum(os.path.getsize(file) for file in run.data_files)
    return not run.problem and run.exit_code == 0 and len(run.data_files) == 1 and sizes <= _MEGABYTES << 20


def text_to_keep(run: SuiteRun, state: str) -> bytes:
    """What `kept_run` reads; the data file is to be kept beside it. b"" for a run with a name that is no text, such as that
    of a file in another encoding.
    """
    try:
        return msgspec.json.encode(_Kept(state, time.time(), run))
    except UnicodeEncodeError:
        return b""


def kept_run(text: Path, data: Path, state: str) -> tuple[SuiteRun, float] | None:
    """The run that was kept, with the file `data`, and how many seconds ago that was; None where it does not stand for one
    of now, or cannot be read.
    """
    try:
        kept = msgspec.json.decode(text.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return None
    age = time.time() - kept.at
    if not state or kept.state != state or not 0 <= age <= _HOURS * 3600 or not data.is_file():
        return None
    return replace(kept.run, data_files=(str(data),)), age


def _files(root: str) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _NOT_LOOKED_INTO and not name.endswith(_CACHE))
        for name in sorted(names):
            # What coverage.py leaves is what came of a run, and nothing that one depends on.
            if name != ".coverage" and not name.startswith(".coverage."):
                yield _stamp(os.path.join(folder, name))


def _stamp(path: str) -> str:
    try:
        status = os.stat(path)
    except OSError:
        return f"{path} is not there"
    return f"{path} {status.st_size} {status.st_mtime_ns} {status.st_mode}"


def _packages(python: str) -> set[str]:
    """The folders in which the interpreter's packages are, by the layout that virtual environments have."""
    prefixes = {os.path.dirname(os.path.dirname(path)) for path in (os.path.abspath(python), os.path.realpath(python))}
    found = {
        folder for prefix in prefixes for folder in glob.glob(os.path.join(prefix, "lib*", "python3*", "*-packages"))
    }
    return {os.path.realpath(folder) for folder in found}


def _python_path() -> set[str]:
    return {os.path.realpath(folder) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder}


def _installed_in_place(packages: str) -> Iterator[str]:
    """The folders that a .pth file, or the finder of an installation in place, names."""
    for name in os.listdir(packages):
        path = Path(packages, name)
        if (name.endswith(".pth") or name.startswith("__editable__")) and path.is_file():
            text = path.read_text("utf-8", "replace")
            # A line of a .pth file is relative to its folder.
            lines = (
                [os.path.join(packages, line.strip()) for line in text.splitlines()] if name.endswith(".pth") else []
            )
            yield from (os.path.realpath(place) for place in [*_PATH.findall(text), *lines] if os.path.isdir(place))


def _is_in(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)
