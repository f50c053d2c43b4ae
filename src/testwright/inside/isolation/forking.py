"""Forks a process for one piece of work and takes its reply, in a process that may not fork by itself any more.

The audit hook refuses `os.fork` and `os.kill` to everything in the process. This module binds the C functions before
the hook is armed; the restricted grandchildren do get the system call filter, so there they are of no use.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

__all__ = ["Reply", "fork_for"]

LONGEST_REPLY = 4 * 2**20
LOOK, AWAKE = 0.05, 0.001
"""Seconds between two looks at what a fork does, and of processor time that it has to use in between to be awake."""

_library = ctypes.PyDLL(None)
_before_fork = ctypes.pythonapi.PyOS_BeforeFork
_after_in_parent = ctypes.pythonapi.PyOS_AfterFork_Parent
_after_in_child = ctypes.pythonapi.PyOS_AfterFork_Child
for _function in (_before_fork, _after_in_parent, _after_in_child):
    _function.restype = None
_c_fork, _c_kill = _library.fork, _library.kill
_pipe, _read, _write, _close, _wait, _exit = os.pipe, os.read, os.write, os.close, os.waitpid, os._exit
_now, _poll, _clock = time.monotonic, select.poll, time.clock_gettime


@dataclass(frozen=True, slots=True)
class Reply:
    """kind: "ok" (data is what the work gave), "slow" (it was killed), "ended" (it went without a reply, or with one that is
    none, as it came).

    `code` tells how it ended without a reply: its exit status, or the number of the signal below zero.
    """

    kind: str
    data: bytes = b""
    code: int = 0


def fork_for(work: Callable[[], bytes], *, seconds: float, idle: Callable[[], float] | None = None) -> Reply:
    """Run `work` in a fork of this process; it has so many seconds, and nothing of it is left afterwards.

    With `idle` it is slow as well when it has computed nothing for as many seconds as that says: it waits for what never
    comes.
    """
    reading, writing = _pipe()
    pid = _fork()
    if pid == 0:
        _be_child(work, reading, writing)
    _close(writing)
    try:
        return _listen(pid, reading, _now() + seconds, _Sleep(pid, idle))
    finally:
        _close(reading)


def _fork() -> int:
    _before_fork()
    pid = int(_c_fork())
    if pid == 0:
        _after_in_child()
    else:
        _after_in_parent()
    if pid < 0:
        raise OSError("cannot fork")
    return pid


def _be_child(work: Callable[[], bytes], reading: int, writing: int) -> NoReturn:
    code = 1
    try:
        _close(reading)
        data = work()
        framed = len(data).to_bytes(8, "big") + data
        while framed:
            framed = framed[_write(writing, framed) :]
        code = 0
    finally:  # the copy of the forking process must not go on, whatever happened
        _exit(code)


class _Sleep:
    """Whether a process has done nothing for as long as `seconds` says: seen in so many looks that a busy machine cannot
    be the reason.
    """

    def __init__(self, pid: int, seconds: Callable[[], float] | None) -> None:
        self.seconds = seconds
        self._clock = (~pid << 3) | 2  # what clock_getcpuclockid(3) gives on Linux
        self._used, self._asleep = 0.0, 0

    def is_long(self) -> bool:
        """To be asked every `LOOK` seconds."""
        if self.seconds is None:
            return False
        try:
            used = _clock(self._clock)
        except OSError:  # no such clock here, or the process is gone
            self.seconds = None
            return False
        self._asleep = self._asleep + 1 if used - self._used < AWAKE else 0
        self._used = used
        return self._asleep * LOOK >= self.seconds()


def _listen(pid: int, reading: int, deadline: float, sleep: _Sleep) -> Reply:
    chunks: list[bytes] = []
    poll = _poll()
    poll.register(reading, select.POLLIN)
    size = 0
    while size <= LONGEST_REPLY:
        left = deadline - _now()
        if left <= 0:
            _end(pid)
            return Reply("slow")
        if not poll.poll(min(left, 0.5 if sleep.seconds is None else LOOK) * 1000):
            if sleep.is_long():
                _end(pid)
                return Reply("slow")
            continue
        chunk = _read(reading, 2**16)
        if not chunk:
            break
        size += len(chunk)
        chunks.append(chunk)
    code = _end(pid)
    data = b"".join(chunks)
    whole = len(data) >= 8 and int.from_bytes(data[:8], "big") == len(data) - 8
    return Reply("ok", data[8:]) if whole else Reply("ended", data, code)


def _end(pid: int) -> int:
    """Kill what may be left of the fork (it has replied, or has no more time) and collect it."""
    _c_kill(pid, int(signal.SIGKILL))
    return os.waitstatus_to_exitcode(_wait(pid, 0)[1])
