"""Decides which system calls a child may make: those that reach other processes, the network or mounts are refused.

The audit hook sees what Python code does; this filter also sees C extensions and ctypes.
"""

from __future__ import annotations

import errno
import functools
import os
import struct
from dataclasses import dataclass

__all__ = ["build_filter"]


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The system calls of one architecture; `denied` fail with EPERM, `missing` with ENOSYS (callers fall back)."""

    architecture: int
    denied: tuple[int, ...]
    forks: tuple[int, ...]
    clone: int
    sendto: int
    kill: int
    tgkill: int


_MISSING = (425, 435)  # io_uring_setup (would pass by this filter), clone3 (its flags are out of a filter's sight)
_DENIED_EVERYWHERE = (424, 428, 429, 430, 431, 432, 433, 438, 442)  # pidfd_send_signal, mount calls, pidfd_getfd
_NUMBERS = {
    # connect bind execve execveat ptrace process_vm_{readv,writev} tkill rt_sigqueueinfo
    # rt_tgsigqueueinfo mount umount2 unshare setns pivot_root chroot bpf add_key request_key keyctl reboot
    # init_module finit_module delete_module settimeofday clock_settime sethostname setdomainname
    # perf_event_open userfaultfd acct swapon swapoff
    "x86_64": _Numbers(
        0xC000003E,
        (
            *(42, 49, 59, 322, 101, 310, 311, 200, 129, 297, 165, 166, 272, 308, 155, 161, 321, 248, 249, 250),
            *(169, 175, 313, 176, 164, 227, 170, 171, 298, 323, 163, 167, 168),
        ),
        forks=(57, 58),  # fork vfork
        clone=56,
        sendto=44,
        kill=62,
        tgkill=234,
    ),
    "aarch64": _Numbers(
        0xC00000B7,
        (
            *(203, 200, 221, 281, 117, 270, 271, 130, 138, 240, 40, 39, 97, 268, 41, 51, 280, 217, 218, 219),
            *(142, 105, 273, 106, 170, 112, 161, 162, 241, 282, 89, 224, 225),
        ),
        forks=(),
        clone=220,
        sendto=206,
        kill=129,
        tgkill=131,
    ),
}

_LOAD, _JUMP_EQUAL, _JUMP_SET, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW = 0x7FFF0000
_FAIL = 0x00050000
_KILL_PROCESS = 0x80000000
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_CLONE_THREAD = 0x00010000
_X32_BIT = 0x40000000
_PID = b"\xfd\xfe\xfd\xfe"
"""A mark that is part of no instruction."""


def build_filter(pid: int, *, may_fork: bool = False) -> bytes | None:
    """The filter for the process `pid`, which may signal itself alone; None on an architecture that we do not know.

    With `may_fork` it may start and signal other processes (which can take a stricter filter on top), all else holds.
    """
    anybodys = _anybodys_filter(may_fork)
    return anybodys.replace(_PID, struct.pack("<I", pid)) if anybodys is not None else None


@functools.cache
def _anybodys_filter(may_fork: bool) -> bytes | None:
    """With a mark where the process is named: it takes a while to make, and is needed for each of thousands of forks."""
    numbers = _NUMBERS.get(os.uname().machine)
    if numbers is None or struct.calcsize("P") != 8:
        return None
    alone = b"" if may_fork else _only_threads(numbers.clone) + _only_self(numbers.kill)
    return b"".join(
        [
            _instruction(_LOAD, 0, 0, _ARCHITECTURE_AT),
            _instruction(_JUMP_EQUAL, 1, 0, numbers.architecture),
            _instruction(_RETURN, 0, 0, _KILL_PROCESS),
            _instruction(_LOAD, 0, 0, _NUMBER_AT),
            _instruction(_JUMP_AT_LEAST, 0, 1, _X32_BIT),
            _fail(errno.EPERM),
            *(_refuse(number, errno.EPERM) for number in numbers.denied + _DENIED_EVERYWHERE),
            *(_refuse(number, errno.EPERM) for number in numbers.forks if not may_fork),
            *(_refuse(number, errno.ENOSYS) for number in _MISSING),
            alone,
            _only_self(numbers.tgkill),
            _only_connected(numbers.sendto),
            _instruction(_RETURN, 0, 0, _ALLOW),
        ]
    )


def _instruction(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _fail(number: int) -> bytes:
    return _instruction(_RETURN, 0, 0, _FAIL | number)


def _refuse(number: int, error: int) -> bytes:
    return _instruction(_JUMP_EQUAL, 0, 1, number) + _fail(error)


def _only_threads(clone: int) -> bytes:
    """clone without CLONE_THREAD is a fork."""
    return (
        _instruction(_JUMP_EQUAL, 0, 4, clone)
        + _load_argument(0)
        + _instruction(_JUMP_SET, 1, 0, _CLONE_THREAD)
        + _fail(errno.EPERM)
        + _instruction(_RETURN, 0, 0, _ALLOW)
    )


def _only_self(call: int) -> bytes:
    return (
        _instruction(_JUMP_EQUAL, 0, 4, call)
        + _load_argument(0)
        + struct.pack("<HBB", _JUMP_EQUAL, 1, 0)
        + _PID
        + _fail(errno.EPERM)
        + _instruction(_RETURN, 0, 0, _ALLOW)
    )


def _only_connected(sendto: int) -> bytes:
    """sendto with an address reaches anyone; without one it is `send` on a connected socket."""
    return (
        _instruction(_JUMP_EQUAL, 0, 6, sendto)
        + _load_argument(4)
        + _instruction(_JUMP_EQUAL, 0, 3, 0)
        + _load_argument(4, high=True)
        + _instruction(_JUMP_EQUAL, 0, 1, 0)
        + _instruction(_RETURN, 0, 0, _ALLOW)
        + _fail(errno.EPERM)
    )


def _load_argument(index: int, *, high: bool = False) -> bytes:
    return _instruction(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * index + (4 if high else 0))
