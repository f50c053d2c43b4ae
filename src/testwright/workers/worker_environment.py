"""Decides which environment variables a worker sees: what an interpreter needs, no proxies, no tokens."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["project_environment", "worker_environment"]

_KEPT = (
    *("PATH", "LANG", "VIRTUAL_ENV", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD",  # who runs pytest without what is installed beside it wants it so here too
)
_OURS = ("HOME", "TMPDIR", "TMP", "TEMP", "PWD", "OLDPWD", "SHLVL", "_", "COLUMNS", "LINES")


_UNRECORDED = {"TESTWRIGHT_RECORD": "0"}
"""What the project does for us is not kept: there is nowhere to keep it, either."""


def project_environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """All that a project's settings may ask for, where it is run as its developers run it: but for what is about Python
    itself, and about places.
    """
    base = os.environ if base is None else base
    not_theirs = ("PYTHON", "TESTWRIGHT_", "COVERAGE_")
    return {n: v for n, v in base.items() if n not in _OURS and not n.startswith(not_theirs)} | _UNRECORDED


def worker_environment(scratch: str, extra: Mapping[str, str], base: Mapping[str, str] | None = None) -> dict[str, str]:
    """A clean environment whose home and temporary folder lie in `scratch` (made here); `extra` wins."""
    base = os.environ if base is None else base
    home = Path(scratch).resolve() / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in base.items() if name in _KEPT or name.startswith("LC_")}
    return {
        **kept,
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",  # each arena takes 64 MB of the address space that is limited
        **extra,
    }
