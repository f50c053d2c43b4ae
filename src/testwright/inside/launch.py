"""Starts a worker by file path: loads this folder as package `testwright_inside` and hands over to its `worker`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

PACKAGE = "testwright_inside"


def load_package() -> None:
    """Make this folder importable as `testwright_inside` without putting any folder on sys.path."""
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {folder}")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    if sys.path[:1] == [str(Path(__file__).parent)]:
        # What the option -P is for; but code under test may look at the interpreter's options, and must find none.
        del sys.path[0]
    load_package()
    importlib.import_module(f"{PACKAGE}.worker").main()
