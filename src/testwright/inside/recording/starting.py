"""Starts and ends the recording of this process: puts log, redaction, watchers and boundaries together."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

from .boundaries.installing import Boundaries
from .calls import CallLimits, Calls
from .issued_stand_ins import IssuedStandIns
from .monitoring import Monitoring, is_available
from .outside_sources import OutsideSources
from .project_code import ProjectCode
from .recording_settings import rules_of, salt_in
from .redacted_log import RedactedLog
from .redaction import Redactor
from .session import Scope, Session
from .trace_log import TraceLog
from .values import snapshot
from .weaving import Weaving

__all__ = ["PROBLEM", "Recorder", "RecordingJob", "current", "start"]

_started: list[Recorder] = []
PROBLEM = ".problem"
"""The ending of files in which a recorded process says what was wrong with its recording."""
_COPIES = ("testwright_inside.recording.starting", "testwright.inside.recording.starting")


@dataclass(frozen=True, slots=True)
class RecordingJob:
    """What is recorded, and where it goes. `folder` takes the logs, `sources` and `left_out` are folders or files."""

    root: str
    folder: str
    sources: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    whole: bool = True
    """One trace of all that happens in the process; without it there are only those that somebody begins."""
    kind: str = "script"
    run: str = ""
    """Names the command that all recorded processes are part of."""
    limits: CallLimits = field(default_factory=CallLimits)
    most_spans: int = 100_000

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> RecordingJob:
        limits = CallLimits(**plain.get("limits", {}))
        lists = {name: tuple(plain[name]) for name in ("sources", "left_out") if name in plain}
        return cls(**{**plain, **lists, "limits": limits})


class Recorder:
    """The recording of one process, from `start` to `stop`."""

    def __init__(self, job: RecordingJob) -> None:
        """ValueError for rules of redaction that cannot be followed."""
        self.job = job
        self.project = ProjectCode(job.root, job.sources, job.left_out)
        self.redactor = Redactor(rules_of(job.root), salt_in(Path(job.folder).parent))
        self.redactor.learn_environment(os.environ)
        self.log = TraceLog(Path(job.folder), _header(job, self.redactor))
        self._redacted = RedactedLog(self.log, self.redactor, IssuedStandIns(Path(job.folder).parent))
        self.session = Session(self._redacted, most_spans=job.most_spans)
        self.session.shared[ProjectCode] = self.project
        self.calls = Calls(self.session, self.project, snapshot, job.limits)
        sources = self.session.shared[OutsideSources] = OutsideSources(self.session, self.project)
        self._watcher: Monitoring | Weaving = (Monitoring if is_available() else Weaving)(self.calls, sources)
        self._boundaries = Boundaries(self.session)
        self._whole: Scope | None = None
        self._running = False
        self.notices: list[str] = []

    def start(self) -> None:
        if problem := self._watcher.start():
            self.notices.append(problem)
        self._boundaries.start()
        self._running = True
        os.register_at_fork(after_in_child=self._forked)
        atexit.register(self._at_exit)
        if self.job.whole:
            words = _command()
            self._whole = self.session.begin(self.job.kind, " ".join(words), {"argv": words}, whole=True)

    def stop(self) -> None:
        """The program goes on as if it had never been watched."""
        self._watcher.stop()
        self._boundaries.stop()
        self.finish()

    def finish(self) -> None:
        """Ends what is recorded, also at the interpreter's end."""
        if not self._running:
            return
        self._running = False
        self.session.end_answered()
        if self._whole is not None:
            status, about = _how_it_ended()
            self.session.end(self._whole, status, about)
        self._redacted.settle()
        self.log.close()
        self._tell(
            [*self.notices, *self._boundaries.problems, self._watcher.problem, self._redacted.problem, self.log.problem]
        )
        if self in _started:
            _started.remove(self)

    def _at_exit(self) -> None:
        """What the interpreter still calls while it takes itself apart finds nothing of ours that works."""
        self.finish()
        if isinstance(self._watcher, Monitoring):
            self._watcher.stop()

    def _tell(self, problems: Iterable[str]) -> None:
        """Beside the log, as nothing may be said in the program itself."""
        told = [problem for problem in problems if problem]
        with suppress(OSError):
            if told:
                Path(self.job.folder, f"{os.getpid()}{PROBLEM}").write_text("; ".join(told), encoding="utf-8")

    def watches(self, path: str) -> bool:
        """Whether functions of this file are to be woven when it is compiled."""
        return isinstance(self._watcher, Weaving) and self._watcher.is_ours(path)

    def compiled(self, source: bytes, path: str) -> CodeType:
        """For a file that `watches`. Raises what `compile` does."""
        if not isinstance(self._watcher, Weaving):
            return compile(source, path, "exec", dont_inherit=True)
        return self._watcher.compiled(source, path)

    def _forked(self) -> None:
        """In the child: what it does belongs to the same traces, but it is the parent who ends them."""
        self.session.forget()
        self._whole = None
        ending = sys.modules.get("multiprocessing.util")
        if ending is not None:  # its processes end without what `atexit` has
            ending.Finalize(None, self.log.flush, exitpriority=-1000)


def start(job: RecordingJob) -> Recorder:
    """Once a process: the recorder that is there is given again."""
    found = current()
    if found is None:
        with _no_collecting():
            found = Recorder(job)
            _started.append(found)
            found.start()
    return found


@contextmanager
def _no_collecting() -> Iterator[None]:
    """What is made here stays: to look whether it can go would be to go through all that a large program holds."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def current() -> Recorder | None:
    """That of this process, also if another copy of this package has started it: one is lent to recorded commands."""
    for name in _COPIES:
        module = sys.modules.get(name)
        if module is not None and module._started:
            return module._started[0]  # type: ignore[no-any-return]
    return None


def _command() -> list[str]:
    """The interpreter's words, without the program of ours that runs scripts on some of them."""
    return [word for word in sys.orig_argv[1:] if not word.endswith("testwright_run_main.py")]


def _how_it_ended() -> tuple[str, dict[str, Any]]:
    """By the exception that nobody caught, if the interpreter has just told of one."""
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if error is None:
        return "ok", {}
    kind = type(error)
    return "error", {"error": f"{kind.__module__}:{kind.__qualname__}"}


def _header(job: RecordingJob, redactor: Redactor) -> dict[str, Any]:
    words = [redactor.redact(word) for word in sys.orig_argv]
    header = {"root": os.path.realpath(job.root), "argv": words, "python": sys.version.split()[0]}
    return header | ({"run": job.run} if job.run else {})
