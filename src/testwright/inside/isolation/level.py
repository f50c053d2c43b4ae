"""Decides how strongly this system can isolate, and sets up what is done once per worker."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SHARED_MEMORY", "Isolation", "Refused", "set_up"]

SHARED_MEMORY = "/dev/shm"  # where multiprocessing keeps what its processes share

_PARTS = frozenset({"namespaces", "read-only", "unprivileged", "seccomp"})


class Refused(Exception):
    """This job cannot be isolated at all."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """What holds for all children of this worker."""

    scratch: str
    memory_mb: int
    namespaces: bool = False  # own processes, network, IPC: this process is number 1
    read_only: bool = False  # all mounts but scratch
    own_shared_memory: bool = False  # /dev/shm is empty and ours alone
    as_nobody: bool = False
    syscall_filter: bool = False

    @property
    def text(self) -> str:
        parts = {
            "namespaces": self.namespaces,
            "read-only": self.read_only,
            "unprivileged": self.as_nobody,
            "seccomp": self.syscall_filter,
        }
        return "+".join([name for name, on in parts.items() if on] + ["rlimits", "audit"])


def set_up(job: dict[str, Any]) -> Isolation:
    """Isolate the supervisor; it may go on as another process.

    job["isolation"]: "auto" is all that the system gives, "basic" no more than limits and hook, else parts joined by +.
    """
    wanted = _wanted_parts(str(job.get("isolation", "auto")))
    if not sys.platform.startswith(("linux", "darwin")):
        raise Refused(f"unsupported platform {sys.platform!r}")
    scratch = str(Path(job["scratch"]).resolve())
    os.chdir(scratch)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as process 1 this shields from it; children get theirs back
    memory_mb = int(job.get("memory_mb", 2048))
    if not sys.platform.startswith("linux"):
        _watch_descendants()
        return Isolation(scratch, memory_mb)
    return _set_up_linux(job, wanted, scratch, memory_mb)


def _wanted_parts(text: str) -> frozenset[str]:
    if text in ("auto", "basic"):
        return _PARTS if text == "auto" else frozenset()
    parts = frozenset(text.split("+"))
    if parts - _PARTS:
        raise Refused(f"unknown isolation {text!r}, expected auto, basic or some of {', '.join(sorted(_PARTS))}")
    return parts


def _set_up_linux(job: dict[str, Any], wanted: frozenset[str], scratch: str, memory_mb: int) -> Isolation:
    from . import namespaces, privileges

    needed = [*job.get("sys_path", []), *job.get("readable", [])]
    as_nobody = "unprivileged" in wanted and os.getuid() == 0 and privileges.can_run_as_nobody(needed, scratch)
    plan = next((plan for plan in _plans(scratch, wanted, as_nobody) if namespaces.works(plan)), None)
    if as_nobody:
        privileges.give_to_nobody(scratch)
    shared = _device_of(SHARED_MEMORY)
    if plan is not None:
        namespaces.enter(plan)
    _watch_descendants()
    return Isolation(
        scratch,
        memory_mb,
        namespaces=plan is not None,
        read_only=plan is not None and plan.mounts,
        own_shared_memory=plan is not None and _device_of(SHARED_MEMORY) not in (shared, 0),
        as_nobody=as_nobody,
        syscall_filter="seccomp" in wanted and _filter_works(),
    )


def _device_of(folder: str) -> int:
    """The file system that the folder is on, 0 when there is no such folder."""
    try:
        return os.stat(folder).st_dev
    except OSError:
        return 0


def _plans(scratch: str, wanted: frozenset[str], as_nobody: bool) -> list[Any]:
    """Strongest first. A user namespace would know one user only, so that none is made when nobody is to be used."""
    from .namespaces import Plan

    if "namespaces" not in wanted:
        return []
    with_user = [] if as_nobody else [True]
    users = with_user + ([False] if os.getuid() == 0 else [])
    mounts = [True, False] if "read-only" in wanted else [False]
    return [Plan(user, own_mounts, scratch) for own_mounts in mounts for user in users]


def _filter_works() -> bool:
    """Try the filter in a child."""
    from . import privileges, syscall_filter, system_calls

    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            instructions = syscall_filter.build_filter(os.getpid())
            privileges.drop_rights(as_nobody=False)
            if instructions is not None:
                system_calls.install_filter(instructions)
                status = 0
        except OSError:
            status = 1
        finally:  # the copy of the supervisor must not go on
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _watch_descendants() -> None:
    if sys.platform.startswith("linux"):
        from . import system_calls

        system_calls.become_reaper()
        system_calls.hide_memory()
        if os.getpid() != 1:
            system_calls.die_with_parent()
