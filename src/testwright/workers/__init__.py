"""The parent's side of sandboxed workers: finds the interpreter, starts jobs, reads their messages, ends them."""

from __future__ import annotations

from .run_job import JobEnd, run_job

__all__ = ["JobEnd", "run_job"]
