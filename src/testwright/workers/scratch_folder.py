"""Makes the temporary folders of a run, each held by a lock, and removes those whose run was killed."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":  # where no worker starts, which is for them to say
    import fcntl

__all__ = ["remove_abandoned", "scratch_folder"]

_PREFIX = "testwright-run-"
_OURS = re.compile(rf"{_PREFIX}[a-z0-9_]{{8}}")
_NOBODY = 65534


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder, gone afterwards; the lock on it ends with this process, however that ends."""
    made = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}")).resolve()
    folder = made.with_name(made.name.removeprefix("."))
    if sys.platform == "win32":
        yield made
        return
    with _locked(made):
        made.rename(folder)  # only now it has the name that others look for: one not locked yet is never taken away
        try:
            yield folder
        finally:
            _remove(folder)


def remove_abandoned() -> None:
    """Remove the folders that runs of this user left behind when they were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if _OURS.fullmatch(folder.name):
            with suppress(OSError):  # not a folder, not ours to open, or its run lives
                _remove_if_abandoned(folder)


def _remove_if_abandoned(folder: Path) -> None:
    with _locked(folder) as descriptor:
        owner = os.fstat(descriptor).st_uid
        if owner == os.getuid() or (owner == _NOBODY and os.getuid() == 0):
            _remove(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Raises OSError when it is no folder, may not be opened, or is locked."""
    if sys.platform == "win32":
        raise OSError("no locks")
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield descriptor
    finally:
        os.close(descriptor)


def _remove(folder: Path) -> None:
    """Also when the code under test took its permissions."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for base, names, _ in os.walk(folder):
            for inner in (Path(base, name) for name in names):
                if not inner.is_symlink():
                    inner.chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)
