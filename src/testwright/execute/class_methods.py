"""Asks a sandboxed worker which public methods imported classes have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from testwright.errors import SandboxError
from testwright.workers import run_job

__all__ = ["public_methods"]

_SECONDS = 30.0


def public_methods(
    wanted: Iterable[tuple[str, str]],
    *,
    python: str,
    sys_path: Sequence[str],
    scratch: Path,
    stop: Callable[[], bool] | None = None,
) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """By module and name the parameters of each method; what cannot be imported, or has none in Python, is not there."""
    asked = sorted(set(wanted))
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}

    def take(message: Mapping[str, Any]) -> None:
        with suppress(KeyError, TypeError, ValueError):  # the process has run strangers' code
            if message["event"] == "class" and (message["module"], message["name"]) in asked:
                methods = {str(name): tuple(str(each) for each in args) for name, args in message["methods"]}
                found[message["module"], message["name"]] = methods

    if not asked:
        return found
    job = {
        "task": "class-methods",
        "scratch": str(scratch),
        "memory_mb": 2048,
        "isolation": "auto",
        "wanted": [list(each) for each in asked],
        "sys_path": list(sys_path),
        "seconds": _SECONDS,
    }
    end = run_job(python, job, on_message=take, wall_seconds=60.0 + _SECONDS * len(asked), stop=stop)
    if end.reason == "refused":
        raise SandboxError(f"the sandbox refused to import classes: {end.detail}", slug="sandbox-refused", where=python)
    return found
