"""Applies edits to files, each wholly or not at all, and shows them as a diff."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from testwright.errors import ProjectError
from testwright.nouns.edit import Edit
from testwright.write.ownership import Ownership

__all__ = ["apply_edits", "diff_of", "write_atomically"]


def apply_edits(edits: Sequence[Edit], ownership: Ownership) -> list[Path]:
    """Writes the edits that change something, then records them as ours. Gives the paths written."""
    written: list[Path] = []
    for edit in edits:
        path = Path(edit.path)
        _check_unchanged(path, edit)
        if edit.after != edit.before:
            write_atomically(path, edit.after)
            written.append(path)
        ownership.note(path, edit.after)
        write_atomically(ownership.record_path, ownership.to_text())  # at once: an interrupt must not lose it
    return written


def diff_of(edits: Sequence[Edit], root: Path) -> str:
    """The edits as one unified diff that `git apply` and `patch -p1` take."""
    return "".join(_diff(edit, root) for edit in edits)


def write_atomically(path: Path, text: str) -> None:
    """Readers see the old file or the new one, also after a crash. Raises ProjectError when it cannot be written."""
    target = path.resolve()  # a symbolic link stays one
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _discard_abandoned(target)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        os.replace(temporary, target)
    except OSError as error:
        raise _not_writable(path, error) from error
    finally:
        _discard(temporary)


def _discard_abandoned(target: Path) -> None:
    """What processes left that were killed between writing and renaming."""
    for left in target.parent.iterdir():
        writer = left.name.removeprefix(f".{target.name}.").removesuffix(".tmp")
        if left.name == f".{target.name}.{writer}.tmp" and writer.isdecimal() and not _lives(int(writer)):
            _discard(left)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _discard(temporary: Path) -> None:
    try:
        temporary.unlink(missing_ok=True)
    except OSError:
        return  # the folder itself cannot be reached: nothing of ours is in it


def _not_writable(path: Path, error: OSError) -> ProjectError:
    return ProjectError(
        f"{str(path)!r} cannot be written: {error.strerror or error}",
        slug="output-not-writable",
        where=str(path.parent),
        hint="choose a folder that you may write to with -o",
    )


def _check_unchanged(path: Path, edit: Edit) -> None:
    """Between planning and applying, the file may have been changed by a person or another run."""
    try:
        now: str | None = path.read_bytes().decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        now = None
    except OSError as error:
        raise _not_writable(path, error) from error
    if now != edit.before:
        raise ProjectError(
            f"{str(path)!r} changed while testwright was at work",
            slug="file-changed-meanwhile",
            where=str(path),
            hint="run the command again; nothing in that file was touched",
        )


def _diff(edit: Edit, root: Path) -> str:
    path = Path(edit.path)
    name = (path.relative_to(root) if path.is_relative_to(root) else path).as_posix().lstrip("/")
    before, after = _lines(edit.before or ""), _lines(edit.after)
    start = "/dev/null" if edit.before is None else f"a/{name}"
    lines = list(difflib.unified_diff(before, after, start, f"b/{name}"))
    marked = [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]
    return "".join(marked)


def _lines(text: str) -> list[str]:
    """Lines with their line feeds; nothing else ends a line of a diff."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
