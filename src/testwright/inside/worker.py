"""Runs one job as the supervisor: reads it from stdin, sets up isolation, calls the task, reports how it ended."""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, Final

from .channel import CONTROL, Channel
from .isolation import level, output

__all__ = ["TASKS", "main"]

TASKS: Final = {
    "explore": "exploring.task",
    "observe": "observing.task",
    "gate": "gate.task",
    "mutants": "mutants.task",
    "properties": "properties.task",
    "existing": "existing.task",
    "suite": "suite.task",
    "doctor": "isolation.doctor_task",
    "rehearse": "rehearsing.task",
    "class-methods": "class_methods_task",
    "script": "script_task",
    "answers": "benching.task",
}
_REPORT_DESCRIPTOR_FLOOR = 200


def main() -> None:
    """Never returns: the exit status is 0 when the job's end was reported, whatever it was."""
    job = _read_job()
    channel = Channel(_claim_report(int(job["report_fd"])))
    _end(channel, *_run(job, channel))
    os._exit(0)


def _run(job: dict[str, Any], channel: Channel) -> tuple[str, str]:
    """(reason, detail); what a task raises is a bug of the task, told with its traceback."""
    try:
        if job.get("task") not in TASKS:
            return "refused", f"unknown task {job.get('task')!r}"
        if not Path(job["scratch"]).is_dir():
            return "refused", f"scratch folder {job['scratch']!r} is not there"
        channel.isolation = level.set_up(job)
        _control(channel, {"isolation": channel.isolation.text})
        sys.argv = [str(word) for word in job.get("argv", ["pytest"])]
        task = importlib.import_module(f".{TASKS[job['task']]}", __package__)
        # After the task: in this process nothing may come from the project's folders, which may hold a random.py.
        sys.path[:0] = job.get("sys_path", [])
        task.run(job, channel)
    except level.Refused as refusal:
        return "refused", str(refusal)
    except BrokenPipeError:  # nobody listens any more
        os._exit(1)
    except Exception:  # noqa: BLE001 - the boundary: everything a task raises is reported, nothing is hidden
        return "crashed", traceback.format_exc()
    return "done", ""


def _read_job() -> dict[str, Any]:
    chunks = []
    while chunk := os.read(0, 2**20):
        chunks.append(chunk)
    output.detach_input()
    job: dict[str, Any] = json.loads(b"".join(chunks))
    return job


def _claim_report(descriptor: int) -> int:
    """Move the report pipe to a high number, so that code guessing low ones does not meet it; not passed to exec."""
    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _REPORT_DESCRIPTOR_FLOOR)
    os.close(descriptor)
    return high


def _control(channel: Channel, message: dict[str, Any]) -> None:
    channel.send_raw(CONTROL, json.dumps(message).encode())


def _end(channel: Channel, reason: str, detail: str) -> None:
    try:
        _control(channel, {"end": reason, "detail": detail})
    except BrokenPipeError:
        os._exit(1)
