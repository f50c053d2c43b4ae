"""Decides which test files of a project need not be run for some modules: they cannot import them, or are our own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from testwright.config.project import is_test_file
from testwright.python_source.import_reach import ImportReach

__all__ = ["TestFiles", "find_test_files"]

_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})
_SETTINGS = ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", ".pytest.ini", "tox.ini", "pytest.toml")
_COLLECTS_OTHERS = ("python_files", "doctest")
_LOADS_OTHERS = ("pytest11", "-p ")
"""In the settings: tests are in files of other names too; or plugins are loaded that no test file names."""
_MOST_READ = 3000
"""Files of tests; where there are more, reading them all takes longer than it may spare."""


@dataclass(frozen=True, slots=True)
class TestFiles:
    """Real paths; `wanted` False: no test file is left that could matter, so that nothing need be run. `paths` is what
    pytest is told to collect: nothing in a project, where it finds its tests by itself.
    """

    __test__ = False

    left_out: frozenset[str]
    wanted: bool
    paths: tuple[str, ...] = ()


def find_test_files(
    root: str, source_roots: Sequence[str], modules: Iterable[str], own: Iterable[str] = ()
) -> TestFiles:
    """`modules` are the source files that tests are wanted of, `own` the test files that do not count."""
    ours = {os.path.realpath(each) for each in own}
    settings = "".join(_text(Path(root) / name) for name in _SETTINGS)
    paths = () if _is_project(root) else tuple(_of_loose_files(root))
    if not paths and not _is_project(root):
        return TestFiles(frozenset(), wanted=False)
    files = [os.path.realpath(path) for place in paths or (root,) for path in _files(place) if is_test_file(path)]
    conftests = {path for path in files if os.path.basename(path) == "conftest.py"}
    tests = [path for path in files if path not in conftests]
    told = not any(word in settings for word in _LOADS_OTHERS) and len(tests) <= _MOST_READ
    reach, sought = ImportReach(root, source_roots), list(modules)

    def matters(path: str) -> bool:
        around = [each for each in conftests if path.startswith(os.path.dirname(each) + os.sep)]
        return any(reach.may_run(each, sought) for each in [path, *around])

    left_out = {path for path in tests if path in ours or (told and not matters(path))}
    others = any(word in settings for word in _COLLECTS_OTHERS)
    return TestFiles(frozenset(left_out | ours), others or len(left_out) < len(tests), paths)


def _is_project(root: str) -> bool:
    return any(os.path.exists(os.path.join(root, name)) for name in (*_SETTINGS, ".git"))


def _of_loose_files(folder: str) -> Iterator[str]:
    """Beside a script that belongs to no project; further below may lie anything."""
    yield from (path for name in ("tests", "test") if os.path.isdir(path := os.path.join(folder, name)))
    yield from (entry.path for entry in os.scandir(folder) if entry.name.endswith(".py") and is_test_file(entry.path))


def _files(folder: str) -> Iterator[str]:
    """Below the folder; of a file, itself."""
    if os.path.isfile(folder):
        yield folder
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in _SKIPPED and not _is_environment(os.path.join(place, name))
        )
        yield from (os.path.join(place, name) for name in sorted(names) if name.endswith(".py"))


def _is_environment(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "pyvenv.cfg"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
