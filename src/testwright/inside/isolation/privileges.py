"""Decides whether children can run as the unprivileged user, and drops what rights a child has."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from . import system_calls as system

__all__ = ["NOBODY", "can_run_as_nobody", "drop_rights", "give_to_nobody"]

NOBODY = 65534
_MOST_ENTRIES = 2000


def can_run_as_nobody(needed: Iterable[str], scratch: str) -> bool:
    """Try it in a child: everything needed is readable there, and the way to the scratch folder is open."""
    way = Path(scratch).parent
    folders = [
        *needed,
        sys.executable,
        sys.prefix,
        sys.base_prefix,
        str(Path(os.__file__).parent),
        str(Path(__file__).parent.parent),
    ]
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            _become_nobody()
            status = 0 if all(_readable(Path(f)) for f in folders) and os.access(way, os.X_OK) else 1
        except OSError:
            status = 1
        finally:  # the copy of the supervisor must not go on
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _readable(path: Path) -> bool:
    if not path.is_dir():
        return not path.exists() or os.access(path, os.R_OK)
    entries = sorted(path.iterdir())[:_MOST_ENTRIES]
    return all(os.access(entry, os.R_OK | os.X_OK if entry.is_dir() else os.R_OK) for entry in entries)


def give_to_nobody(scratch: str) -> None:
    for folder, _, files in os.walk(scratch):
        os.chown(folder, NOBODY, NOBODY)
        for name in files:
            os.chown(os.path.join(folder, name), NOBODY, NOBODY, follow_symlinks=False)


def drop_rights(*, as_nobody: bool) -> None:
    """Linux: no capabilities, no way to regain any; as another user when asked."""
    if as_nobody:
        _become_nobody()
    system.drop_capabilities()
    system.forbid_new_privileges()


def _become_nobody() -> None:
    os.setgroups([])
    if sys.platform != "darwin":  # which lacks these calls; there nobody calls us
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
