"""Moves the supervisor into namespaces of its own (Linux): it becomes process 1, without network, on read-only mounts.

Whether the system allows it is found by doing it in a child first, so that a refusal half-way harms nobody.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from . import system_calls as system

__all__ = ["Plan", "enter", "works"]

_MOUNT_FLAGS = {"ro": 1, "nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "nodiratime": 2048, "relatime": 1 << 21}


@dataclass(frozen=True, slots=True)
class Plan:
    """Which namespaces to make; all make process, network and IPC ones."""

    user: bool
    mounts: bool
    scratch: str

    @property
    def flags(self) -> int:
        flags = system.CLONE_NEWPID | system.CLONE_NEWNET | system.CLONE_NEWIPC
        if self.user:
            flags |= system.CLONE_NEWUSER
        return flags | system.CLONE_NEWNS if self.mounts else flags


def works(plan: Plan) -> bool:
    """Carry the plan out in a child that ends at once."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            enter(plan)
            status = 0
        except OSError:
            status = 1
        finally:  # whatever happened, the copy of the supervisor must not go on
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def enter(plan: Plan) -> None:
    """Returns in a new process, number 1 of its namespace; the calling process waits for it and ends as it does."""
    user, group = os.getuid(), os.getgid()
    system.unshare(plan.flags)
    if plan.user:
        _map_to_itself(user, group)
    pid = os.fork()
    if pid:
        _end_as(pid)
    system.die_with_parent()
    if plan.mounts:
        _protect_files(plan.scratch)


def _map_to_itself(user: int, group: int) -> None:
    """Keep the numbers that code under test sees; outside of the namespace they carry no rights."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _end_as(pid: int) -> None:
    os.closerange(3, 1024)  # the report pipe ends with the supervisor, not with us
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os._exit(status if status >= 0 else 128 - status)


def _protect_files(scratch: str) -> None:
    system.mount(None, "/", None, system.MS_REC | system.MS_PRIVATE)
    _mount_optional("proc", "/proc", "proc")  # container managers may forbid it; the old one shows too much, no more
    _mount_optional("tmpfs", "/dev/shm", "tmpfs", "size=64m,mode=1777")
    system.mount(scratch, scratch, None, system.MS_BIND)
    try:
        system.set_read_only("/", read_only=True, recursive=True)
        system.set_read_only(scratch, read_only=False, recursive=False)
        if os.path.ismount("/dev/shm"):
            _try_writable("/dev/shm")
    except OSError:
        _remount_each_read_only(keep={scratch, "/dev/shm"})
    os.chdir(scratch)  # the folder we stood in is the one below the new mount


def _try_writable(path: str) -> None:
    try:
        system.set_read_only(path, read_only=False, recursive=False)
    except OSError:  # then it stays read-only: semaphores fail, nothing leaks
        return


def _mount_optional(source: str, target: str, kind: str, data: str | None = None) -> None:
    flags = system.MS_NOSUID | system.MS_NODEV | system.MS_NOEXEC
    try:
        system.mount(source, target, kind, flags, data)
    except OSError:
        return


def _remount_each_read_only(keep: set[str]) -> None:
    """Before Linux 5.12 every mount is asked separately; flags that it has must be repeated."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        target = fields[4].encode().decode("unicode_escape")
        if target in keep:
            continue
        flags = sum(_MOUNT_FLAGS.get(option, 0) for option in fields[5].split(",") if option != "ro")
        system.mount(None, target, None, system.MS_REMOUNT | system.MS_BIND | system.MS_RDONLY | flags)
