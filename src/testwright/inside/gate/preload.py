"""Imports pytest once before many short children are forked: most of the time of a run of one test is that import."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["preload_pytest"]

_ITS_PARTS = frozenset({"pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "exceptiongroup", "py"})


def preload_pytest(source: str, project_folders: Sequence[str]) -> None:
    """Where pytest is not to be had nothing happens: the child will say so.

    This process is not restricted, so nothing may be imported from the project: its folders are off `sys.path`
    meanwhile, and where pytest itself needs the target it is left alone.
    """
    path = Path(source)
    if _ITS_PARTS & {*path.parts, path.stem}:
        return
    with _without(project_folders), suppress(ImportError):
        config = importlib.import_module("_pytest.config")
        importlib.import_module("pytest")
        for name in getattr(config, "default_plugins", ()):
            importlib.import_module(f"_pytest.{name}")
    gc.freeze()  # the children need not look at, and so copy, what is there now


@contextmanager
def _without(folders: Sequence[str]) -> Iterator[None]:
    before = list(sys.path)
    sys.path[:] = [folder for folder in before if folder not in folders]
    try:
        yield
    finally:
        sys.path[:] = before
