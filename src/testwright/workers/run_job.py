"""Starts one worker, passes its messages on, and makes sure that nothing of it is left."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testwright.errors import SandboxError
from testwright.inside import launch
from testwright.inside.channel import CONTROL, MESSAGE, LineSplitter
from testwright.inside.isolation.process_tree import kill_descendants

from .worker_environment import worker_environment

__all__ = ["JobEnd", "run_job"]

_POLL_SECONDS = 0.1
_GRACE_SECONDS = 1.0
_TAIL_BYTES = 8192
_READ_SIZE = 2**18


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How a job ended. reason: "done" | "timeout" | "crashed" | "stopped" | "refused"."""

    reason: str
    detail: str
    stderr_tail: str
    isolation: str


def run_job(
    python: str,
    job: dict[str, Any],
    *,
    on_message: Callable[[dict[str, Any]], None],
    wall_seconds: float,
    stop: Callable[[], bool] | None = None,
    environment: Mapping[str, str] | None = None,
) -> JobEnd:
    """Run `job` in a new worker of interpreter `python`; `environment` is added to the worker's clean one.

    SandboxError when the worker does not come up, or the platform has no sandbox.
    """
    if not supported():
        raise SandboxError(
            f"workers need Linux or macOS, this is {sys.platform!r}",
            slug="unsupported-platform",
            hint="run testwright in a Linux container, or under WSL",
        )
    conversation = _Conversation(on_message)
    process, report = _start(python, job, environment or {})
    try:
        reason = conversation.follow(process, report, time.monotonic() + wall_seconds, stop or (lambda: False))
    finally:
        _kill_all(process)
        os.close(report)
    return conversation.end(reason, python, process.returncode)


def supported() -> bool:
    return sys.platform.startswith(("linux", "darwin"))


def _start(python: str, job: dict[str, Any], extra: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    reading, writing = os.pipe()
    scratch = str(job["scratch"])
    try:
        environment = worker_environment(scratch, extra)
        with tempfile.TemporaryFile() as job_file:
            job_file.write(json.dumps({**job, "report_fd": writing}).encode())
            job_file.seek(0)
            process = subprocess.Popen(
                [python, str(Path(launch.__file__).resolve())],
                stdin=job_file,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd=scratch,
                env=environment,
                pass_fds=(writing,),
                start_new_session=True,
            )
    except OSError as error:
        os.close(reading)
        raise SandboxError(
            f"could not start a worker with {python!r}: {error}",
            slug="worker-failed-to-start",
            where=python,
            hint="check the interpreter with `testwright doctor`",
        ) from error
    finally:
        os.close(writing)
    return process, reading


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    """Stop the supervisor first: while it stands still, none of its descendants can slip away from below it."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGSTOP)
        kill_descendants(process.pid)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stderr is not None:
        process.stderr.close()


@dataclass(slots=True)
class _Conversation:
    """What was heard from one worker."""

    on_message: Callable[[dict[str, Any]], None]
    isolation: str = ""
    ended: dict[str, Any] = field(default_factory=dict)
    stderr_tail: bytes = b""
    splitter: LineSplitter = field(default_factory=lambda: LineSplitter(max_total=2**40))

    def follow(self, process: subprocess.Popen[bytes], report: int, deadline: float, stop: Callable[[], bool]) -> str:
        """Pass messages on until the worker ends; "" then, else why it has to be ended."""
        assert process.stderr is not None
        with selectors.DefaultSelector() as selector:
            selector.register(report, selectors.EVENT_READ, self._take_report)
            selector.register(process.stderr.fileno(), selectors.EVENT_READ, self._take_stderr)
            while selector.get_map():
                if stop():
                    return "stopped"
                left = deadline - time.monotonic()
                if left <= 0:
                    return "" if self.ended else "timeout"
                for key, _ in selector.select(min(left, _POLL_SECONDS)):
                    data = os.read(key.fd, _READ_SIZE)
                    if not data:
                        selector.unregister(key.fd)
                    key.data(data)
                if self.ended:  # little is left to hear: the last of standard error
                    deadline = min(deadline, time.monotonic() + _GRACE_SECONDS)
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(deadline - time.monotonic(), 0.0))
        return ""

    def end(self, reason: str, python: str, exit_code: int) -> JobEnd:
        tail = self.stderr_tail.decode("utf-8", "replace")
        if not reason and not self.isolation and not self.ended:
            raise SandboxError(
                f"a worker of {python!r} ended with status {exit_code} before it began: {tail.strip()[-2000:]!r}",
                slug="worker-failed-to-start",
                where=python,
                hint="check the interpreter with `testwright doctor`",
            )
        detail = str(self.ended.get("detail", ""))
        if not reason:
            reason = str(self.ended.get("end", "crashed"))
            detail = detail or ("" if self.ended else f"the worker ended with status {exit_code}")
        return JobEnd(reason, detail, tail, self.isolation)

    def _take_stderr(self, data: bytes) -> None:
        self.stderr_tail = (self.stderr_tail + data)[-_TAIL_BYTES:]

    def _take_report(self, data: bytes) -> None:
        for line in self.splitter.feed(data):
            self._take_line(line[:1], line[1:])

    def _take_line(self, kind: bytes, payload: bytes) -> None:
        message = _decode(payload)
        if message is None:
            return
        if kind == MESSAGE:
            self.on_message(message)
        elif kind == CONTROL and "isolation" in message:
            self.isolation = str(message["isolation"])
        elif kind == CONTROL:
            self.ended = message


def _decode(payload: bytes) -> dict[str, Any] | None:
    """None for what is no JSON object: a child can send anything."""
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None
