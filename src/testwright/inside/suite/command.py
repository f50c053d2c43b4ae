"""Decides with which words and which environment pytest is started on the project's own suite."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from .lent_folder import PLUGIN, Lent

__all__ = ["environment", "words"]

_NOT_HANDED_ON = ("COVERAGE_", "COV_CORE_", "PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTEST_XDIST_")
"""Left by tools that may be running us."""


def words(
    python: str, place: Path, tests: Sequence[str], arguments: Sequence[str], *, ordered: bool = False
) -> list[str]:
    """The last word of an option counts: all tests are run, and pytest's cache is in `place`; the user's come last, but
    for what would undo an order that is asked for.
    """
    ours = ["-p", PLUGIN, "--continue-on-collection-errors", "--maxfail=0", "-o", f"cache_dir={place / 'cache'}"]
    last = ["-p", "no:randomly", "-p", "no:random_order"] if ordered else []
    return [python, "-m", "pytest", *ours, *arguments, *last, *tests]


def environment(base: Mapping[str, str], root: str, place: Path, lent: Lent, *, private: bool) -> dict[str, str]:
    """The user's own and what starts coverage.py; `private`: with a home and a temporary folder in `place`."""
    found = {name: value for name, value in base.items() if not name.startswith(_NOT_HANDED_ON)}
    path = [part for part in (found.get("PYTHONPATH"), str(lent.folder)) if part]
    found |= {
        "PWD": root,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COVERAGE_PROCESS_START": str(lent.settings),
    }
    found.setdefault("PYTHONHASHSEED", "0")
    if private:
        found |= {"HOME": _made(place / "home"), "TMPDIR": _made(place / "tmp")}
    return found


def _made(folder: Path) -> str:
    folder.mkdir()
    return str(folder)
