"""Runs a command of the user's while its Python processes are recorded, and puts the traces into the store."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testwright.config.interpreter import Interpreter, ask_interpreter
from testwright.config.project import Project
from testwright.errors import ProjectError, UsageError
from testwright.inside import launch
from testwright.inside.recording.log_file import REMEMBERED
from testwright.nouns.trace import Trace
from testwright.traces.trace_archive import export_traces
from testwright.traces.trace_store import LOGS
from testwright.workflows.open_traces import open_traces
from testwright.workflows.trace_documents import plain_trace

__all__ = ["RecordedRun", "Recording", "record_run"]

_INSIDE = Path(launch.__file__).resolve().parent
_PLUGIN = "testwright_pytest_traces"
_LENT = {
    "sitecustomize.py": "recording/start_recording.py",
    "testwright_own_sitecustomize.py": "own_sitecustomize.py",
    "testwright_run_main.py": "recording/run_main.py",
    f"{_PLUGIN}.py": "recording/pytest_traces.py",
}
"""Files that the recorded interpreters find on their path, and where they come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What is asked for: the words of the command, and what of the project is looked at."""

    command: tuple[str, ...]
    project: Project
    python: str
    sources: tuple[str, ...] = ()
    per_test: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)
    output: str | None = None
    """A file for the traces too."""


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """`exit_code` is the command's own, as a shell gives it: 128 and the signal's number where one ended it."""

    traces: tuple[Trace, ...]
    exit_code: int
    seconds: float
    notices: tuple[str, ...] = ()
    per_test: bool = False

    def to_plain(self) -> dict[str, Any]:
        traces = [plain_trace(trace) for trace in self.traces]
        return {"traces": traces, "seconds": self.seconds, "notices": list(self.notices)}


def record_run(asked: Recording, scratch: Path) -> RecordedRun:
    """The command has the terminal, the environment and the folder that it would have without us.

    Raises UsageError `command-not-found`; ProjectError where the store cannot be used.
    """
    logs, run = Path(asked.project.root, REMEMBERED, LOGS), secrets.token_hex(8)
    words = _words(asked, scratch)
    environment = _environment(asked, _lend(scratch), _job(asked, logs, scratch, run))
    with open_traces(create=True) as opened:
        earlier = opened.notices
    started = time.monotonic()
    status = _run(words, environment)
    seconds = time.monotonic() - started
    try:
        kept, notices = _taken_in(asked, run)
    except ProjectError as error:
        if not error.slug.startswith("store-"):
            raise
        # The disk may be full by now: what the command has done is done.
        kept, notices = (), [f"what was recorded could not be taken in: {error.message} [{error.slug}]"]
    return RecordedRun(kept, status, seconds, (*earlier, *notices), asked.per_test)


def _taken_in(asked: Recording, run: str) -> tuple[tuple[Trace, ...], list[str]]:
    """The traces of this run alone: others may be recorded at the same time."""
    with open_traces(create=True) as opened:
        made = [trace for trace in opened.store.find() if trace.process.get("run") == run]
        empty = [trace.id for trace in made if not trace.spans and trace.kind == "script"]
        opened.store.delete(empty)
        kept = tuple(trace for trace in made if trace.id not in empty)
        if asked.output is not None:
            export_traces(opened.store, kept, Path(asked.output))
        return kept, opened.notices


def _words(asked: Recording, scratch: Path) -> list[str]:
    """`-m module` and `script.py` are the interpreter's to run; commands are first looked for beside it."""
    first, *rest = asked.command
    if first == "-m" or first.endswith(".py"):
        return _watched([asked.python, first, *rest], asked, scratch)
    place = os.pathsep.join([os.path.dirname(asked.python), os.environ.get("PATH", os.defpath)])
    found = shutil.which(first, path=place)
    if found is None:
        raise UsageError(
            f"there is no command {first!r}",
            slug="command-not-found",
            where="record",
            hint="write the command as you would in the shell, after `--`, such as `-- python script.py`",
        )
    return _watched([found, *rest], asked, scratch)


def _watched(words: list[str], asked: Recording, scratch: Path) -> list[str]:
    """A script is woven by running it through ours, where the interpreter has no events of its own."""
    is_script = len(words) > 1 and words[1].endswith(".py") and os.path.basename(words[0]).startswith("python")
    if not is_script or _has_events(words[0]):
        return words
    return [words[0], str(scratch / "lent" / "testwright_run_main.py"), *words[1:]]


def _has_events(python: str) -> bool:
    found: Interpreter = ask_interpreter(python)
    return found.version >= (3, 12)


def _lend(scratch: Path) -> Path:
    lent = scratch / "lent"
    lent.mkdir()
    for name, source in _LENT.items():
        shutil.copyfile(_INSIDE / source, lent / name)
    return lent


def _job(asked: Recording, logs: Path, scratch: Path, run: str) -> Path:
    project = asked.project
    job: dict[str, Any] = {
        "launch": str(_INSIDE / "launch.py"),
        "root": project.root,
        "folder": str(logs),
        "sources": list(asked.sources or [project.root]),
        "left_out": [project.tests, str(Path(project.root, REMEMBERED))],
        "whole": not asked.per_test,
        "kind": "script",
        "run": run,
        "limits": dict(asked.limits),
    }
    path = scratch / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return path


def _environment(asked: Recording, lent: Path, job: Path) -> dict[str, str]:
    found = dict(os.environ)
    found["PYTHONPATH"] = os.pathsep.join(part for part in (str(lent), found.get("PYTHONPATH")) if part)
    found["TESTWRIGHT_RECORDING"] = str(job)
    if asked.per_test:
        found["PYTEST_PLUGINS"] = ",".join(part for part in (found.get("PYTEST_PLUGINS"), _PLUGIN) if part)
    return found


def _run(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Ctrl-C is the command's: it gets it from the terminal as we do, and we wait for what it makes of it; a request to end is
    handed on.
    """
    usual = signal.signal(signal.SIGINT, lambda number, frame: None)  # not ignored: that, the command would inherit
    process = subprocess.Popen(words, env=dict(environment))
    usual_end = signal.signal(signal.SIGTERM, lambda number, frame: process.send_signal(number))
    try:
        status = process.wait()
    finally:
        signal.signal(signal.SIGINT, usual)
        signal.signal(signal.SIGTERM, usual_end)
    return status if status >= 0 else 128 - status
