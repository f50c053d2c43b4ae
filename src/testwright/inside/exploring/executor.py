"""Runs one scenario on the instrumented module within a time limit, and says what it reached and how it ended."""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
import signal
import time
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..recipes import Surroundings
from ..running import Ending, run_scenario
from ..scenario import Scenario
from ..virtual_time import run as run_in_virtual_time

__all__ = ["Executor", "Run", "TimeLimit"]

TICK_SECONDS = 0.02
NONSENSE = (TypeError, AttributeError, NameError, RecursionError, MemoryError, SystemError, PermissionError, SyntaxWarning)


class TimeLimit(BaseException):
    """The call used more CPU or wall time than it may."""


@dataclass(slots=True)
class Run:
    """How one execution ended: "returned", "raised", "nonsense" (no behaviour of the module), "slow" or "set-up"."""

    status: str
    mask: int
    value: Any = None
    error: BaseException | None = None

    @property
    def keepable(self) -> bool:
        return self.status in ("returned", "raised")


class Executor:
    """Owns the timer, the scratch folder and the recorder's hits."""

    def __init__(self, recorder: Any, source: str, path: str, scratch: Path, seconds: float) -> None:
        self.recorder = recorder
        self.path = path
        self.scratch = scratch
        self.seconds = seconds
        self.raising_lines = _raising_lines(source)
        self.executions = 0
        self.names: dict[tuple[str, str], Any] = {}
        self._deadline = 0.0
        self._wall_deadline = 0.0
        self._running = False
        self.blocked: Callable[[], int] = lambda: 0
        signal.signal(signal.SIGALRM, self._tick)
        signal.setitimer(signal.ITIMER_REAL, TICK_SECONDS, TICK_SECONDS)

    def _tick(self, signum: int, frame: types.FrameType | None) -> None:
        # Code under test may swallow the exception; the next tick raises it again.
        if self._running and (time.process_time() > self._deadline or time.monotonic() > self._wall_deadline):
            raise TimeLimit

    def run(self, scenario: Scenario, *, record: bool = False, around: Surroundings | None = None) -> Run:
        """One execution; `record` keeps the comparisons in the recorder."""
        self.executions += 1
        surroundings = around or Surroundings(self.scratch, names=self.names)
        recorder = self.recorder
        recorder.reset()
        recorder.recording = record
        blocked = self.blocked()
        ending = self._guarded(scenario, surroundings)
        recorder.recording = False
        mask = int.from_bytes(recorder.hits, "little")
        self._clean()
        status = self._status(ending)
        if status in ("returned", "raised") and self.blocked() != blocked:
            status = "nonsense"
        return Run(status, mask, ending.value, ending.error)

    def _guarded(self, scenario: Scenario, surroundings: Surroundings) -> Ending:
        self._deadline = time.process_time() + self.seconds
        self._wall_deadline = time.monotonic() + 8 * self.seconds
        ending = Ending()
        try:
            self._running = True
            ending = run_scenario(scenario, surroundings, loop_runner=run_in_virtual_time)
        except BaseException as error:  # noqa: BLE001 - the tick may land outside the runner's own guard
            ending.error = error
        finally:
            self._running = False
        return ending

    def _clean(self) -> None:
        for item in os.scandir(self.scratch):
            if item.is_dir(follow_symlinks=False):
                shutil.rmtree(item.path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    os.unlink(item.path)

    def _status(self, ending: Ending) -> str:
        error = ending.error
        if error is None:
            return "returned"
        if isinstance(error, TimeLimit):
            return "slow"
        if ending.failed_early:
            return "set-up"
        if isinstance(error, NONSENSE) and not self.worded_by_module(error):
            return "nonsense"
        if isinstance(error, (KeyboardInterrupt, GeneratorExit)):
            return "nonsense"
        return "raised"

    def worded_by_module(self, error: BaseException) -> bool:
        """The exception left a `raise` or `assert` statement of the module itself."""
        trace, inner = error.__traceback__, None
        while trace is not None:
            if "testwright_inside" not in trace.tb_frame.f_globals.get("__name__", ""):
                inner = trace
            trace = trace.tb_next
        return inner is not None and inner.tb_frame.f_code.co_filename == self.path and inner.tb_lineno in self.raising_lines


def _raising_lines(source: str) -> frozenset[int]:
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Raise, ast.Assert)):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(lines)
