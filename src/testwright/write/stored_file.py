"""Writes files wholly or not at all, and keeps what is remembered of a project where git does not see it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from testwright.errors import ProjectError
from testwright.inside.isolation.process_tree import is_running
from testwright.inside.recording.log_file import REMEMBERED

__all__ = ["REMEMBERED", "not_writable", "remember", "write_atomically"]


def remember(path: Path, text: str | bytes) -> None:
    """Writes a file below a folder REMEMBERED, which says of itself that it is not to be committed, when it is made."""
    folder = next(folder for folder in path.parents if folder.name == REMEMBERED)
    if not folder.exists():
        write_atomically(folder / ".gitignore", "*\n")
    write_atomically(path, text)


def write_atomically(path: Path, text: str | bytes) -> None:
    """Readers see the old file or the new one, also after a crash. Raises ProjectError when it cannot be written."""
    target = path.resolve()  # a symbolic link stays one
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _discard_abandoned(target)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        os.replace(temporary, target)
    except OSError as error:
        raise not_writable(path, error) from error
    finally:
        _discard(temporary)


def _discard_abandoned(target: Path) -> None:
    """What processes left that were killed between writing and renaming."""
    for left in target.parent.iterdir():
        writer = left.name.removeprefix(f".{target.name}.").removesuffix(".tmp")
        if left.name == f".{target.name}.{writer}.tmp" and writer.isdecimal() and not is_running(int(writer)):
            _discard(left)


def _discard(temporary: Path) -> None:
    try:
        temporary.unlink(missing_ok=True)
    except OSError:
        return  # the folder itself cannot be reached: nothing of ours is in it


def not_writable(path: Path, error: OSError) -> ProjectError:
    """The error for a file that cannot be."""
    return ProjectError(
        f"{str(path)!r} cannot be written: {error.strerror or error}",
        slug="output-not-writable",
        where=str(path.parent),
        hint="choose a folder that you may write to with -o",
    )
