"""Writes the records of this process to its log: a few microseconds each, and never a word to the program about it."""

from __future__ import annotations

import _thread
import atexit
import os
import sys
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from .checked_lines import checked, line_of, with_checksum
from .log_file import LogFile
from .real_clock import now_ns

__all__ = ["Source", "TraceLog"]

_MOST_WAITING = 8 * 2**20
"""Bytes: what is written faster than the disk takes it is dropped from there on, and counted."""
_getpid = os.getpid
_start_thread, _new_lock, _new_owned_lock = _thread.start_new_thread, _thread.allocate_lock, _thread.RLock
_own_number, _stat = _thread.get_native_id, os.stat


class Source(Protocol):
    """Has records that are to be written, and are not ready yet."""

    def hand_over(self, *, wait: bool) -> None: ...

    def forget(self) -> None: ...


class TraceLog:
    """The log of one process, in `folder`. `problem` is why nothing more is written, "" as long as all is well.

    A record is in memory until the buffer is full, half a second has gone by, or the process forks or ends in an orderly
    way. No method raises anything. `most_bytes` bounds the file: further spans are counted, and the counts go into the
    "end" of their trace. A fork writes a file of its own, which begins with the traces that were open when it was made;
    "at" in its first line is the time of the fork.
    """

    def __init__(
        self,
        folder: Path,
        header: Mapping[str, Any],
        *,
        every_seconds: float = 0.5,
        buffer_bytes: int = 64 * 1024,
        most_bytes: int = 256 * 2**20,
    ) -> None:
        self.problem = ""
        self._every = every_seconds
        self._buffer = buffer_bytes
        self._most = most_bytes
        self._header = dict(header)
        self._process = _getpid()
        self._parent: int | None = None
        self._forked = 0
        self._file = LogFile(os.path.abspath(folder), self._opening)
        self._lines: deque[bytes] = deque()
        self._waiting = 0
        self._open_traces: dict[str, bytes] = {}
        self._dropped: dict[str, dict[str, int]] = {}
        self._lock = _new_owned_lock()
        self._is_draining = self._is_closed = False
        self._flusher: _Flusher | None = None
        self._source: Source | None = None
        self._guarded(self._file.append, b"")  # so that a folder that takes no files is known at once
        _watch_forks(self)
        atexit.register(self._at_exit)

    @property
    def path(self) -> Path | None:
        """The file of this process, None before there is one."""
        return Path(self._file.path) if self._file.path else None

    @property
    def room(self) -> int:
        """Bytes that may wait before they are written; negative when nothing is written any more."""
        return -1 if self.problem or self._is_closed else self._buffer

    def draw_from(self, source: Source) -> None:
        """What waits there is handed over whenever this log is flushed."""
        self._source = source

    def expect(self) -> None:
        """Something waits there: it is asked for within half a second."""
        if self._flusher is None:
            self._start_flushing()

    def write(self, record: Mapping[str, Any]) -> None:
        """One record, as it is now: what happens to it later does not matter."""
        if self.problem or self._is_closed:
            return
        if _getpid() != self._process:  # forked by something that tells Python nothing of it
            self._after_fork_in_child()
        what = record.get("e")
        if what == "span" and self._file.size + self._waiting > self._most:
            self.drop(record)
            return
        if what == "end":
            record = self._with_dropped(record)
        try:
            line = line_of(record)
        except ValueError:
            self.drop(record)
            return
        if what == "trace" or what == "end":
            self._note_open(record, line)
        elif self._waiting > _MOST_WAITING:
            self.drop(record)
            return
        self._lines.append(line)
        self._waiting += len(line)
        if self._waiting >= self._buffer:
            self._drain(wait=False)  # a signal handler, too, may get here: it must not wait for what it interrupts
        elif self._flusher is None:
            self._start_flushing()

    def drop(self, record: Mapping[str, Any]) -> None:
        """It is counted, by its kind, at the end of its trace."""
        kinds = self._dropped.setdefault(str(record.get("trace")), {})
        kind = str(record.get("kind", record.get("e")))
        kinds[kind] = kinds.get(kind, 0) + 1

    def flush(self) -> None:
        """All that was written until now is in the file afterwards, unless there is a problem."""
        self._draw()
        self._drain(wait=True)

    def close(self) -> None:
        """Flushes and lets go of the file; what is written later is lost."""
        self._draw()
        self._stop_flushing()
        self._drain(wait=True)
        self._is_closed = True
        _logs.discard(self)
        atexit.unregister(self._at_exit)
        with self._lock:
            self._guarded(self._file.forget)

    def rewrite(self, replace: Callable[[bytes], bytes], concerns: Callable[[bytes], bool] = lambda _: True) -> bool:
        """Passes the JSON of every record in the file of this process through `replace`, where it `concerns` many of them
        at once. False: that failed, and the file is as it was.
        """
        with self._lock:
            self._drain(wait=True)
            try:
                self._file.rewrite(replace, concerns)
                self._open_traces = {trace: _replaced(line, replace) for trace, line in self._open_traces.items()}
            except Exception:  # noqa: BLE001 - the caller hears of it, the recorded program does not
                return False
            return True

    # ── the buffer ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _opening(self) -> bytes:
        """The first lines of a file."""
        first = {"e": "process", "schema": 1, "pid": self._process, "parent": 0, "at": now_ns(), **self._header}
        if self._parent is not None:
            first |= {"pid": self._process, "parent": self._parent, "at": self._forked}
        return b"".join([line_of(first), *list(self._open_traces.values())])

    def _note_open(self, record: Mapping[str, Any], line: bytes) -> None:
        if record["e"] == "trace":
            self._open_traces[str(record.get("id"))] = line
        else:
            self._open_traces.pop(str(record.get("trace")), None)

    def _with_dropped(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        ours = self._dropped.pop(str(record.get("trace")), None)
        if not ours:
            return record
        theirs = record.get("dropped") or {}
        return {**record, "dropped": {k: theirs.get(k, 0) + ours.get(k, 0) for k in {**theirs, **ours}}}

    def _draw(self) -> None:
        if self._source is not None:
            self._source.hand_over(wait=True)

    def _drain(self, *, wait: bool) -> None:
        if not self._lock.acquire(wait):
            return  # whoever has it writes our line too, or it waits for the next time
        try:
            if not self._is_draining and self._lines and not self.problem:
                self._write_lines()
        finally:
            self._lock.release()

    def _write_lines(self) -> None:
        lines: list[bytes] = []
        self._is_draining, done = True, False
        try:
            while self._lines:
                lines.append(self._lines.popleft())
            self._guarded(self._file.append, b"".join(lines))
            done = True
        finally:
            if not done:  # Ctrl-C: they go into the file the next time, in their order
                self._lines.extendleft(reversed(lines))
            self._waiting, self._is_draining = 0, False

    def _guarded(self, action: Callable[..., None], *arguments: Any) -> None:
        """The boundary: what goes wrong with the log is remembered, and the recorded program goes on without one."""
        try:
            action(*arguments)
        except Exception as error:  # noqa: BLE001
            self.problem = self.problem or f"{type(error).__name__}: {error}"
            self._lines.clear()

    def _at_exit(self) -> None:
        """What the end of the program still writes goes into the file at once: there will be nobody to flush it."""
        self._stop_flushing()
        self._buffer = 0
        self.flush()

    # ── the thread that flushes ──────────────────────────────────────────────────────────────────────────────────────

    def _start_flushing(self) -> None:
        self._flusher = flusher = _Flusher()
        if not flusher.start(self._every, self.flush):
            self._buffer = 0  # no threads any more: the interpreter is ending

    def _stop_flushing(self) -> None:
        flusher, self._flusher = self._flusher, None
        if flusher is not None:
            flusher.stop()

    # ── forks ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _before_fork(self) -> None:
        """From Python 3.12 on a fork warns of other threads: ours must be none of them."""
        self._draw()
        self._stop_flushing()
        self._lock.acquire()
        self._drain(wait=True)
        _flush_in_children_of_multiprocessing(self)

    def _after_fork_in_parent(self) -> None:
        self._lock.release()

    def _after_fork_in_child(self) -> None:
        self._lock = _new_owned_lock()
        self._parent, self._process, self._forked = self._process, _getpid(), now_ns()
        self._flusher = None
        self._lines.clear()
        self._waiting = 0
        self._dropped = {}
        self._is_draining = False
        if self._source is not None:
            self._source.forget()
        self._guarded(self._file.abandon)


class _Flusher:
    """A thread that `threading` does not know, so that the recorded program does not see one more than it started."""

    def __init__(self) -> None:
        self._wake, self._gone = _new_lock(), _new_lock()
        self._number = 0

    def start(self, every: float, flush: Callable[[], None]) -> bool:
        self._wake.acquire()
        self._gone.acquire()
        try:
            _start_thread(self._run, (every, flush))
        except RuntimeError:
            self._gone.release()
            return False
        return True

    def stop(self) -> None:
        """Back when the thread is gone, for the system too; or after a moment, if it waits for somebody."""
        if self._wake.locked():
            self._wake.release()
        if not self._gone.acquire(True, 1.0):
            return
        pause = _new_lock()
        pause.acquire()
        for _ in range(100):
            try:
                _stat(f"/proc/self/task/{self._number}")
            except OSError:
                return
            pause.acquire(True, 0.0002)

    def _run(self, every: float, flush: Callable[[], None]) -> None:
        self._number = _own_number()
        try:
            while not self._wake.acquire(True, every):
                flush()
        finally:
            self._gone.release()


def _replaced(line: bytes, replace: Callable[[bytes], bytes]) -> bytes:
    return with_checksum(replace(checked(line) or b"").replace(b"\n", b" "))


_logs: weakref.WeakSet[TraceLog] = weakref.WeakSet()
_is_watching: list[bool] = []


def _watch_forks(log: TraceLog) -> None:
    _logs.add(log)
    if not _is_watching:  # what is registered stays so: once for all logs
        _is_watching.append(True)
        os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)


def _before() -> None:
    for log in list(_logs):
        log._before_fork()


def _after_in_parent() -> None:
    for log in list(_logs):
        log._after_fork_in_parent()


def _after_in_child() -> None:
    for log in list(_logs):
        log._after_fork_in_child()


def _flush_in_children_of_multiprocessing(log: TraceLog) -> None:
    """They end by `os._exit`, after what multiprocessing itself has to finish."""
    processes = sys.modules.get("multiprocessing.util")
    registry = getattr(processes, "_afterfork_registry", {})
    register = getattr(processes, "register_after_fork", None)
    if register is not None and not any(known is log for known in list(getattr(registry, "values", list)())):
        register(log, _finish_with)


def _finish_with(log: TraceLog) -> None:
    finish = getattr(sys.modules.get("multiprocessing.util"), "Finalize", None)
    if finish is not None:
        finish(None, log.flush, exitpriority=-1)
