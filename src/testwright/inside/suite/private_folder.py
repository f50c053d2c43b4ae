"""Puts something of our own in the place of the project's folder, so that whatever tests write there is gone afterwards.

For a process in mount namespaces of its own whose mounts are read-only, all but the scratch folder.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from ..isolation import system_calls as system

__all__ = ["HEAVY", "put_in_place"]

HEAVY = frozenset({".git", ".hg", ".svn", ".venv", "venv", "node_modules", ".tox", ".nox"})
"""Folders that are not copied but shown as they are, read-only; like any with a pyvenv.cfg."""


def put_in_place(root: str, scratch: str, place: Path, *, layered: bool = True) -> str:
    """How it was done: "layer" (Linux's overlay file system, nothing is copied) or "copy".

    `place` is a folder in `scratch`. OSError when neither can be had.
    """
    if layered and _can_be_layered(root, scratch) and _layer(root, place):
        return "layer"
    _mount_copy(root, scratch, place / "project")
    return "copy"


def _can_be_layered(root: str, scratch: str) -> bool:
    """A layer shows one file system alone, and its options have no way to write some characters."""
    plain = not set(root + scratch) & set(',:\\"')
    return plain and not _is_in(scratch, root) and not any(_is_in(point, root) for point in _mount_points())


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")


def _mount_points() -> list[str]:
    lines = Path("/proc/self/mounts").read_bytes().splitlines()
    return [line.split()[1].decode("unicode_escape") for line in lines]


def _layer(root: str, place: Path) -> bool:
    """False where the system refuses: an old kernel, or a scratch folder that is a layer itself, as in containers."""
    upper, work = place / "upper", place / "work"
    upper.mkdir()
    work.mkdir()
    shutil.copystat(root, upper)
    try:
        system.mount("overlay", root, "overlay", 0, f"lowerdir={root},upperdir={upper},workdir={work},userxattr")
    except OSError:
        return False
    return True


def _mount_copy(root: str, scratch: str, target: Path) -> None:
    shown: list[str] = []
    _copy(root, str(target), scratch, shown)
    for folder in shown:
        system.mount(folder, str(target / os.path.relpath(folder, root)), None, system.MS_BIND | system.MS_REC)
    system.mount(str(target), root, None, system.MS_BIND | system.MS_REC)


def _copy(source: str, target: str, scratch: str, shown: list[str]) -> None:
    """`shown` takes the folders that are only given a place."""
    os.mkdir(target)
    with os.scandir(source) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            there = os.path.join(target, entry.name)
            if entry.is_dir(follow_symlinks=False):
                if _is_shown(entry.path, entry.name, scratch):
                    os.mkdir(there)
                    shown.append(entry.path)
                elif os.access(entry.path, os.R_OK | os.X_OK):
                    _copy(entry.path, there, scratch, shown)
            elif _is_copied(entry):
                shutil.copy2(entry.path, there, follow_symlinks=False)
    shutil.copystat(source, target)


def _is_shown(path: str, name: str, scratch: str) -> bool:
    is_heavy = name in HEAVY or os.path.exists(os.path.join(path, "pyvenv.cfg"))
    return is_heavy or path == scratch or os.path.ismount(path)


def _is_copied(entry: os.DirEntry[str]) -> bool:
    """No sockets, pipes and devices, and nothing that the user may not read either."""
    if entry.is_symlink():
        return True
    return stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode) and os.access(entry.path, os.R_OK)
