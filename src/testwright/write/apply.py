"""Applies edits to files, each wholly or not at all, and shows them as a diff."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from testwright.errors import ProjectError
from testwright.nouns.edit import Edit
from testwright.write.ownership import Ownership
from testwright.write.stored_file import not_writable, remember, write_atomically

__all__ = ["apply_edits", "diff_of"]


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
        remember(ownership.record_path, ownership.to_text())  # at once: an interrupt must not lose it
    return written


def diff_of(edits: Sequence[Edit], root: Path) -> str:
    """The edits as one unified diff that `git apply` and `patch -p1` take."""
    return "".join(_diff(edit, root) for edit in edits)


def _check_unchanged(path: Path, edit: Edit) -> None:
    """Between planning and applying, the file may have been changed by a person or another run."""
    try:
        now: str | None = path.read_bytes().decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        now = None
    except OSError as error:
        raise not_writable(path, error) from error
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
