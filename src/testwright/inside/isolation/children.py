"""Runs work in a forked child and says how it ended; the child and all it started are gone afterwards."""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any, NoReturn

from ..channel import ENDED, MESSAGE, Channel, LineSplitter, Notes, write_all
from . import audit_hook, limits, output
from .level import SHARED_MEMORY, Isolation
from .process_tree import kill_descendants

__all__ = ["ChildEnd", "in_child", "restrict_child", "restrict_fork"]

_WORK_FAILED = 70
_OUT_OF_MEMORY = 71
_POLL_SECONDS = 0.05
_READ_SIZE = 2**18

_now = time.monotonic
_exit = os._exit


@dataclass(frozen=True, slots=True)
class ChildEnd:
    """How a child ended; `code` is the exit status or signal number, `last_*` what it noted last.

    kind: "ok" (the work returned) | "exit" | "signal" | "timeout" (wall or processor time) | "silent" | "memory".
    """

    kind: str
    code: int
    last_number: int
    last_text: str


def in_child(
    work: Callable[[Channel], None],
    channel: Channel,
    *,
    wall_seconds: float,
    silence_seconds: float | Callable[[], float] = inf,
    cpu_seconds: float | None = None,
    fold: str = "",
    may_fork: bool = False,
) -> ChildEnd:
    """Fork, run `work` there under all restrictions, pass on its messages; `fold` is its working folder ("": scratch).

    `silence_seconds` may be a function where it changes as the work goes on.
    `may_fork` spares fork and kill from the system call filter, not from the audit hook: for work of ours that
    bypasses the hook to fork, and puts the whole filter on what it forks.
    An exception that leaves `work` is a bug of ours: its traceback goes to our standard error, kind is "exit".
    """
    reading, writing = os.pipe()
    notes = Notes()
    token = os.urandom(8).hex().encode()
    pid = os.fork()
    if pid == 0:
        child = Channel(writing, token=token, notes=notes, isolation=channel.isolation)
        _be_child(work, child, fold, partial(restrict_child, cpu_seconds=cpu_seconds, may_fork=may_fork))
    os.close(writing)
    supervision = _Supervision(pid, reading, token, notes, channel)
    try:
        silence = silence_seconds if callable(silence_seconds) else lambda: silence_seconds
        kind = supervision.watch(wall_seconds, silence)
    finally:
        supervision.clear_away()
    return supervision.end(kind)


def restrict_child(isolation: Isolation, *, cpu_seconds: float | None = None, may_fork: bool = False) -> None:
    """Take from this process, for ever, what code under test must not have."""
    if sys.platform.startswith("linux"):
        from . import privileges, syscall_filter, system_calls

        limits.limit_resources(isolation.memory_mb, cpu_seconds=cpu_seconds, limit_processes=isolation.as_nobody)
        privileges.drop_rights(as_nobody=isolation.as_nobody)
        system_calls.die_with_parent()  # after the change of user, which clears it
        instructions = syscall_filter.build_filter(os.getpid(), may_fork=may_fork) if isolation.syscall_filter else None
        if may_fork:
            syscall_filter.build_filter(os.getpid())  # what its forks will take is made once, here
        if instructions is not None:
            system_calls.install_filter(instructions)
    else:
        limits.limit_resources(isolation.memory_mb, cpu_seconds=cpu_seconds)
    audit_hook.arm(isolation.scratch, shared_memory=SHARED_MEMORY if isolation.own_shared_memory else "")


def restrict_fork(filtered: bool) -> None:
    """In the fork of a child that might fork: take that too, where a filter of system calls can (`filtered`)."""
    if not sys.platform.startswith("linux"):
        return
    from . import syscall_filter, system_calls

    system_calls.die_with_parent()
    instructions = syscall_filter.build_filter(os.getpid()) if filtered else None
    if instructions:
        system_calls.install_filter(instructions)


def _be_child(
    work: Callable[[Channel], None], channel: Channel, fold: str, restrict: Callable[[Isolation], None]
) -> NoReturn:
    out_of_memory = channel.line(ENDED, b"memory")  # made now: later there may be no memory to make it
    code = _WORK_FAILED
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        output.discard_output()
        output.close_inherited(keep=channel.descriptor)
        isolation = channel.isolation or Isolation(os.getcwd(), 2048)
        os.chdir(fold or isolation.scratch)
        restrict(isolation)
        work(channel)
        channel.send_raw(ENDED, b"ok")
        code = 0
    except SystemExit as request:
        code = _exit_code(request.code)
    except MemoryError:
        code = _OUT_OF_MEMORY
        with suppress(OSError):
            write_all(channel.descriptor, out_of_memory)
    except BaseException:  # noqa: BLE001 - the process ends here; what happened is told to the supervisor
        with suppress(OSError):
            channel.send_raw(ENDED, _one_line(traceback.format_exc()))
    finally:
        _exit(code)


def _exit_code(code: Any) -> int:
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1


def _one_line(text: str) -> bytes:
    return b"failed " + text[-4000:].replace("\n", "\0").encode("utf-8", "replace")


class _Supervision:
    """The supervisor's side of one child."""

    def __init__(self, pid: int, reading: int, token: bytes, notes: Notes, channel: Channel) -> None:
        os.set_blocking(reading, False)
        self.pid = pid
        self.status: int | None = None
        self._reading = reading
        self._token = token
        self._notes = notes
        self._channel = channel
        self._splitter = LineSplitter()
        self._ended = ""
        self._pipe_open = True

    def watch(self, wall_seconds: float, silence_seconds: Callable[[], float]) -> str:
        """Pass messages on until the child ends or breaks a limit; "" when it ended by itself."""
        started = heard = _now()
        counter = 0
        with self._selector() as selector:
            while True:
                now = _now()
                left = min(started + wall_seconds - now, heard + silence_seconds() - now, _POLL_SECONDS)
                for key, _ in selector.select(max(left, 0.0)):
                    if key.fd == self._reading and not self._read_some():
                        selector.unregister(self._reading)
                if self._reap():
                    return ""
                latest = self._notes.read()[0]
                if latest != counter:
                    counter, heard = latest, _now()
                if _now() - started >= wall_seconds:
                    return "timeout"
                if _now() - heard >= silence_seconds():
                    return "silent"

    @contextmanager
    def _selector(self) -> Iterator[selectors.BaseSelector]:
        """Wakes for messages and, where the system can, for the child's end."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._reading, selectors.EVENT_READ)
            descriptor = None
            if sys.platform.startswith("linux"):
                with suppress(OSError):
                    descriptor = os.pidfd_open(self.pid)
                    selector.register(descriptor, selectors.EVENT_READ)
            try:
                yield selector
            finally:
                if descriptor is not None:
                    os.close(descriptor)

    def clear_away(self) -> None:
        """Kill the child and all its descendants, take what they had sent, wait for them."""
        if self.status is None:
            self._drain()
            if not sys.platform.startswith("linux"):
                kill_descendants(self.pid)  # where orphans do not come to us they are found now or never
            _kill(self.pid)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._reap_all()
        self._drain()
        os.close(self._reading)

    def _kill_rest(self) -> None:
        isolation = self._channel.isolation
        if isolation is not None and isolation.namespaces:
            with suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)  # all of our namespace but ourselves
        else:
            kill_descendants(os.getpid())

    def end(self, kind: str) -> ChildEnd:
        _, number, text = self._notes.read()
        self._notes.close()
        status = self.status if self.status is not None else -signal.SIGKILL
        if self._ended.startswith("failed"):
            sys.stderr.write(self._ended.removeprefix("failed ").replace("\0", "\n"))
            sys.stderr.flush()
        return ChildEnd(kind or self._kind_of(status), abs(status), number, text)

    def _kind_of(self, status: int) -> str:
        if status == -signal.SIGXCPU:
            return "timeout"
        if status < 0:
            return "signal"
        if self._ended == "memory" and status == _OUT_OF_MEMORY:
            return "memory"
        return "ok" if self._ended == "ok" and status == 0 else "exit"

    def _reap(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def _reap_all(self) -> None:
        """Kill and wait until we have no child: orphans become ours (Linux), so that then no descendant is left.

        Not for ever: a process can be stuck in the kernel.
        """
        deadline = _now() + 5.0
        while _now() < deadline:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == self.pid:
                self.status = os.waitstatus_to_exitcode(status)
            if not pid:
                self._kill_rest()
                time.sleep(0.001)

    def _drain(self) -> None:
        deadline = _now() + 2.0  # a writer that we cannot kill must not hold us
        while self._pipe_open and _now() < deadline and self._read_some(drained_is_end=True):
            pass

    def _read_some(self, *, drained_is_end: bool = False) -> bool:
        """Read once and pass on; False when the pipe has ended (or has nothing more now)."""
        try:
            data = os.read(self._reading, _READ_SIZE)
        except BlockingIOError:
            return not drained_is_end
        if not data:
            self._pipe_open = False
            return False
        for line in self._splitter.feed(data):
            self._take(line)
        return True

    def _take(self, line: bytes) -> None:
        if not line.startswith(self._token):
            return  # garbage or a forged message
        kind, payload = line[len(self._token) :][:1], line[len(self._token) + 1 :]
        if kind == MESSAGE:
            self._channel.send_raw(MESSAGE, payload)
        elif kind == ENDED:
            self._ended = payload.decode("utf-8", "replace")


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
