"""The parent's side of sandboxed workers: finds the interpreter, starts jobs, reads messages, ends them, keeps folders."""

from __future__ import annotations

from .run_job import JobEnd, run_job
from .scratch_folder import remove_abandoned, scratch_folder
from .worker_environment import project_environment

__all__ = ["JobEnd", "project_environment", "remove_abandoned", "run_job", "scratch_folder"]
