"""Finds and kills all descendants of a process, whatever sessions and groups they moved to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

__all__ = ["descendants", "is_running", "kill_descendants"]

_MOST_ROUNDS = 50


def is_running(process: int) -> bool:
    """Also of another user's; of what is no process's number, False."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return process > 0


def descendants(root: int) -> list[int]:
    """The live processes below `root`."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def kill_descendants(root: int) -> None:
    """Kill until none is left: one that forks while we look is found in the next round."""
    for _ in range(_MOST_ROUNDS):
        living = descendants(root)
        if not living:
            return
        for pid in living:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _parents() -> list[tuple[int, int]]:
    """(process, its parent) of all that have not ended."""
    return _parents_from_proc() if sys.platform.startswith("linux") else _parents_from_ps()


def _parents_from_proc() -> list[tuple[int, int]]:
    found = []
    for name in os.listdir("/proc"):
        if not name.isdecimal():
            continue
        try:
            text = Path(f"/proc/{name}/stat").read_text("utf-8", "replace")
        except OSError:  # it ended while we looked
            continue
        state, parent = text.rpartition(")")[2].split()[:2]
        if state not in "ZX":
            found.append((int(name), int(parent)))
    return found


def _parents_from_ps() -> list[tuple[int, int]]:
    answer = subprocess.run(["/bin/ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=False)
    rows = [line.split() for line in answer.stdout.splitlines()]
    own = {row[0] for row in rows if len(row) == 3 and row[2].startswith("Z")}
    return [(int(row[0]), int(row[1])) for row in rows if len(row) == 3 and row[0] not in own]
