"""Asks a worker what isolation this system gives to code under test."""

from __future__ import annotations

from typing import Any

from testwright.errors import SandboxError

from .run_job import run_job
from .scratch_folder import scratch_folder

__all__ = ["probe_isolation"]

_WALL_SECONDS = 30.0


def probe_isolation(python: str, *, isolation: str = "auto") -> dict[str, Any]:
    """What holds in a worker of `python`; SandboxError when the worker could not tell.

    Text: level, python, platform. Number: uid. True or false: namespaces, read_only_mounts, unprivileged,
    syscall_filter, audit_hook, memory_limit, file_size_limit.
    """
    found: dict[str, Any] = {}
    with scratch_folder() as scratch:
        job = {"task": "doctor", "sys_path": [], "scratch": str(scratch), "memory_mb": 2048, "isolation": isolation}
        end = run_job(python, job, on_message=found.update, wall_seconds=_WALL_SECONDS)
    if end.reason != "done":
        raise SandboxError(
            f"the sandbox of {python!r} could not be probed: {end.reason} {end.detail}",
            slug="worker-failed-to-start",
            where=python,
        )
    return found
