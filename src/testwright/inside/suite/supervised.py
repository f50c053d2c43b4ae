"""Starts the suite as an ordinary process, follows it, and makes sure that nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ..isolation.process_tree import descendants, kill_descendants

__all__ = ["Supervised"]

_POLL_SECONDS = 0.05
_SAVING_SECONDS = 5.0
"""For coverage.py, which on SIGTERM writes down what it has."""
_LINGERING_SECONDS = 1.0
"""For what a suite that came to its end has left running."""


class Supervised:
    """`alone`: we are process 1 of our own namespace, all other processes there are the suite's."""

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], folder: str, output: Path, *, alone: bool
    ) -> None:
        self._alone = alone
        self.status: int | None = None
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                list(words),
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def follow(self, seconds: float, each_time: Callable[[], None]) -> bool:
        """Until the process ends; False when it was ended by us, after `seconds`."""
        deadline = time.monotonic() + seconds
        while self.status is None and time.monotonic() < deadline:
            each_time()
            self._reap()
            if self.status is None:
                time.sleep(_POLL_SECONDS)
        in_time = self.status is not None
        self._clear_away(_LINGERING_SECONDS if in_time else _SAVING_SECONDS)
        each_time()
        return in_time

    def _clear_away(self, patience: float) -> None:
        self._signal_all(signal.SIGTERM)
        self._wait_for_all(patience)
        self._signal_all(signal.SIGKILL)
        self._wait_for_all(_SAVING_SECONDS)

    def _wait_for_all(self, seconds: float) -> None:
        """Not for ever: a process can be stuck in the kernel."""
        deadline = time.monotonic() + seconds
        while self._reap() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)

    def _reap(self) -> bool:
        """Take all that ended, orphans too; False when no child is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if not pid:
                return True
            if pid == self._process.pid:
                self.status = self._process.returncode = os.waitstatus_to_exitcode(status)

    def _signal_all(self, number: signal.Signals) -> None:
        if self._alone:
            with suppress(ProcessLookupError):
                os.kill(-1, number)
            return
        if number == signal.SIGKILL:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)  # where orphans do not come to us, they are found by their group
            kill_descendants(os.getpid())
            return
        for pid in descendants(os.getpid()):  # once each: a second signal would disturb the saving
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
