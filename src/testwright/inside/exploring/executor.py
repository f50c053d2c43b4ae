"""Runs one scenario on the instrumented module within a time limit, and says what it reached and how it ended."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import dis
import os
import resource
import shutil
import signal
import types
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from operator import is_not
from pathlib import Path
from time import monotonic, process_time  # by name: a scenario may patch `time.monotonic`
from typing import Any, TypeVar

from ..faults import is_own_fault, is_refused_operand
from ..internal_errors import spot_of
from ..patching import Tripped, Undo, take_back
from ..recipes import Surroundings, evaluate
from ..running import Ending, run_scenario
from ..scenario import Scenario
from ..virtual_time import PATIENCE, VirtualTimeLoop

__all__ = ["Executor", "Run", "TimeLimit", "empty"]

_T = TypeVar("_T")
TICK_SECONDS = 0.02
WAIT_SECONDS = 0.005
"""A shorter call is not asked whether it waited."""
HELPERS_SERVE = 16
ARM_SECONDS = 0.4
"""So often the last resort is put off: setting that timer costs as much as a small call."""
_RAISE = dis.opmap["RAISE_VARARGS"]
_LOOP_FILE = VirtualTimeLoop.time.__code__.co_filename
NONSENSE = (
    TypeError,
    AttributeError,
    NameError,
    RecursionError,
    SystemError,
    PermissionError,
    SyntaxWarning,
)


class TimeLimit(BaseException):
    """The call used more CPU or wall time than it may."""


@dataclass(slots=True)
class Run:
    """How one execution ended: "returned", "raised", "nonsense" (no behaviour of the module), "slow" or "set-up"."""

    status: str
    mask: int
    value: Any = None
    error: BaseException | None = None
    step: int = 0
    busy: bool = False
    """It was slow because it computed, not because it waited."""

    @property
    def raised(self) -> str:
        """The exception's class by name; "" for none."""
        return type(self.error).__name__ if self.error is not None else ""

    @property
    def deadlocked(self) -> bool:
        return self.error is not None and _is_deadlock(self.error)

    @property
    def keepable(self) -> bool:
        return self.status in ("returned", "raised")


class _Loops:
    """Runs coroutines in virtual time; a loop that was left clean serves again, as making one costs most of a run."""

    def __init__(self) -> None:
        self._kept: VirtualTimeLoop | None = None

    def run(self, main: Coroutine[Any, Any, None]) -> object:
        loop = self._kept or VirtualTimeLoop()
        self._kept = None
        runner = asyncio.Runner(loop_factory=lambda: loop)
        clean = False
        try:
            result = runner.run(main)
            clean = _is_clean(loop)
        finally:
            if not clean:
                runner.close()
        _rewind(loop)
        self._kept = loop if clean else None
        return result


def _is_clean(loop: Any) -> bool:
    """Nothing waits in it, whatever the interpreter's own loop calls its parts; if in doubt it is not."""
    try:
        left = (
            loop._ready
            or loop._scheduled
            or loop._asyncgens
            or loop._default_executor
            or loop._exception_handler
            or loop._debug
        )
        return not left and not asyncio.all_tasks(loop) and len(loop._selector.get_map()) == 1
    except AttributeError:
        return False


def _rewind(loop: VirtualTimeLoop) -> None:
    selector = loop._jumping
    selector.now, selector.jumps, selector.turns = 0.0, 0, 0
    selector.patience = PATIENCE


class Executor:
    """Owns the timer, the scratch folder and the recorder's hits."""

    def __init__(
        self, recorder: Any, source: str, path: str, scratch: Path, seconds: float, wall_factor: float = 8
    ) -> None:
        self.recorder = recorder
        self.path = path
        self.scratch = scratch
        self._scratch_text = str(scratch)
        """A Path is made a text again by each system call."""
        self.seconds = seconds
        self.wall_factor = wall_factor
        self.raising_lines = _raising_lines(source)
        self.executions = 0
        self.waited = 0.0
        """Wall seconds that calls spent asleep, or waiting for something."""
        self._switches = _switches()
        self.names: dict[tuple[str, str], Any] = {}
        self.last_resort = 0.0
        """CPU seconds after which the process dies, 0 = never, unless another call begins: a loop in C lets no exception in."""
        self._armed = -ARM_SECONDS
        self._deadline = 0.0
        self._wall_deadline = 0.0
        self._running = False
        self._struck = False
        """The time limit was reached in the latest execution, whatever the code made of that."""
        self._busy = False
        self._loops = _Loops()
        self._helpers: dict[str, Any] = {}
        self._undo: list[Undo] = []
        self.blocked: Callable[[], int] = lambda: 0
        self.check_way_out: Callable[[], None] = lambda: None
        """Ends the process when the call closed our pipe, so that this call is blamed and no later one."""
        signal.signal(signal.SIGALRM, self._tick)
        signal.setitimer(signal.ITIMER_REAL, TICK_SECONDS, TICK_SECONDS)

    def _tick(self, signum: int, frame: types.FrameType | None) -> None:
        # Code under test may swallow the exception; the next tick raises it again.
        if self._running and (process_time() > self._deadline or monotonic() > self._wall_deadline):
            self._busy = process_time() > self._deadline
            self._struck = True
            raise TimeLimit

    def run(self, scenario: Scenario, *, record: bool = False, around: Surroundings | None = None) -> Run:
        """One execution; `record` keeps the comparisons in the recorder."""
        self.executions += 1
        surroundings = around or self.surroundings()
        recorder = self.recorder
        recorder.reset()
        recorder.recording = record
        blocked = self.blocked()
        ending = self._guarded(scenario, surroundings)
        self.check_way_out()
        recorder.recording = False
        mask = int.from_bytes(recorder.hits, "little")
        self.clean()
        status = self._status(ending, scenario)
        if status in ("returned", "raised") and self.blocked() != blocked:
            status = "nonsense"
        return Run(status, mask, ending.value, ending.error, ending.step, status == "slow" and self._busy)

    def surroundings(self) -> Surroundings:
        """Helper classes serve some executions: making a dataclass costs more than most calls do."""
        if self.executions % HELPERS_SERVE == 0:
            self._helpers = {}
        return Surroundings(self.scratch, names=self.names, helpers=self._helpers, undo=self._undo, finish=self._undo)

    def helpers_held(self) -> dict[str, list[Any]]:
        """What each helper class holds now."""
        kinds = {source: made for source, made in self._helpers.items() if isinstance(made, type)}
        return {source: list(vars(kind).values()) for source, kind in kinds.items()}

    def helpers_changed(self, held: dict[str, list[Any]]) -> bool:
        """Whether they hold anything else than they `held` before a run, or were only made by it."""
        now = self.helpers_held()
        return now.keys() != held.keys() or any(
            len(now[source]) != len(before) or any(map(is_not, now[source], before)) for source, before in held.items()
        )

    def forget_helpers(self) -> bool:
        """The next execution makes its own; False: there are none that code may have changed."""
        had, self._helpers = bool(self._helpers), {}
        return had

    def _guarded(self, scenario: Scenario, surroundings: Surroundings) -> Ending:
        if self._undo:  # the time limit struck before they could be taken back
            take_back(self._undo)
        self._start_clocks()
        ending = Ending()
        self._busy = False
        try:
            self._running = True
            ending = run_scenario(scenario, surroundings, loop_runner=self._loops.run)
        except BaseException as error:
            ending.error = error
        finally:
            self._running = False
            if self._undo:
                take_back(self._undo)
        wall = monotonic() - self._wall_deadline + self.wall_factor * self.seconds
        if wall > WAIT_SECONDS:
            self.waited += self._idle(wall)
        return ending

    def limited(self, work: Callable[[], _T]) -> _T | None:
        """What other work than a scenario's run gives, within the same limit; None when it takes longer."""
        self._start_clocks()
        try:
            self._running = True
            result = work()
        except TimeLimit:
            return None
        finally:
            self._running = False
        return None if self._struck else result

    def _start_clocks(self) -> None:
        now = process_time()
        if self.last_resort and now - self._armed > ARM_SECONDS:
            signal.setitimer(signal.ITIMER_PROF, self.last_resort)
            self._armed = now
        self._deadline = now + self.seconds
        self._wall_deadline = monotonic() + self.wall_factor * self.seconds
        self._struck = False

    def rest(self) -> None:
        """Long work between executions follows, which is not to be taken for a call that does not end."""
        if self.last_resort:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self._armed = -ARM_SECONDS

    def _idle(self, wall: float) -> float:
        """How long the call slept; one that never gave the processor away by itself only had to share it."""
        switches = _switches()
        slept, self._switches = switches > self._switches, switches
        return max(0.0, wall - (process_time() - self._deadline + self.seconds)) if slept else 0.0

    def clean(self) -> None:
        """Empties the scratch folder."""
        empty(self._scratch_text)

    def _status(self, ending: Ending, scenario: Scenario) -> str:
        if ending.error is None:
            return "returned"
        kind = type(ending.error)  # never isinstance: an exception's __class__ may be code of the module, and may lie
        if self._struck or issubclass(kind, (TimeLimit, MemoryError)) or _is_endless(ending.error):
            return "slow"
        if ending.failed_early:
            return "set-up"
        if issubclass(kind, NONSENSE) and not (
            self.worded_by_module(ending.error)
            or is_own_fault(ending.error, self.path)
            or is_refused_operand(ending.error, scenario)
        ):
            return "nonsense"
        if kind is StopIteration and _from_recipe(ending.error):  # more was asked than the patched `input` has answers
            return "nonsense"
        if issubclass(kind, (KeyboardInterrupt, GeneratorExit, Tripped)) or _is_deadlock(ending.error):
            return "nonsense"
        return "raised"

    def is_faulty(self, run: Run) -> bool:
        """It makes a test, but of what the interpreter says of the module's own code."""
        return run.error is not None and run.keepable and spot_of(run.error, self.path) is not None

    def worded_by_module(self, error: BaseException) -> bool:
        """The exception left a `raise` or `assert` statement of the module itself."""
        trace, inner = _trace_of(error), None
        while trace is not None:
            if "testwright_inside" not in str(trace.tb_frame.f_globals.get("__name__", "")):
                inner = trace
            trace = trace.tb_next
        return (
            inner is not None
            and inner.tb_frame.f_code.co_filename == self.path
            and inner.tb_lineno in self.raising_lines
            and _raises_there(inner)
        )


def _switches() -> int:
    """How often this process gave the processor away by itself."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw


def _raises_there(trace: types.TracebackType) -> bool:
    """The statement itself raised, not something that it evaluates: `raise Wrong(item.orig)` may fail at `.orig`."""
    code = trace.tb_frame.f_code.co_code
    return 0 <= trace.tb_lasti < len(code) and code[trace.tb_lasti] == _RAISE


def _trace_of(error: BaseException) -> types.TracebackType | None:
    """Past whatever the exception's class does when it is asked for an attribute."""
    trace: types.TracebackType | None = _TRACEBACK.__get__(error)
    return trace


_TRACEBACK = vars(BaseException)["__traceback__"]


def _from_recipe(error: BaseException) -> bool:
    """It was raised while a recipe was evaluated, not by code of the module or below it."""
    trace = _trace_of(error)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename == evaluate.__code__.co_filename


def _is_deadlock(error: BaseException) -> bool:
    """Our own event loop gave up: the code waits for what never comes, which no test can show."""
    trace = _trace_of(error) if type(error) is RuntimeError else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename == _LOOP_FILE


def _is_endless(error: BaseException) -> bool:
    """Our event loop counted too many turns or sleeps."""
    return _is_deadlock(error) and str(error).endswith("without an end")


def empty(folder: str) -> None:
    """Deletes what it holds. Its time of change is set to 0 then, so that one look says if there is work."""
    try:
        if os.stat(folder).st_mtime_ns == 0:
            return
        with os.scandir(folder) as items:
            for item in list(items):
                _remove(item)
        os.utime(folder, ns=(0, 0))
    except OSError:
        # The code under test may have removed the folder itself, or taken its permissions.
        with contextlib.suppress(OSError):
            os.makedirs(folder, exist_ok=True)
            os.chdir(folder)


def _remove(item: os.DirEntry[str]) -> None:
    if item.is_dir(follow_symlinks=False):
        shutil.rmtree(item.path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            os.unlink(item.path)


def _raising_lines(source: str) -> frozenset[int]:
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Raise, ast.Assert)):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(lines)
