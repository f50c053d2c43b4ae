"""Decides whether plain pytest, run in the project's folder, can import the project's modules; else says what to add."""

from __future__ import annotations

import configparser
import os
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from testwright.config.interpreter import ask_interpreter

__all__ = ["advice_on_imports"]

_FINDS = "import sys; from importlib.util import find_spec; sys.exit(find_spec(sys.argv[1]) is None)"
_SECONDS = 60.0
_INI_SECTIONS = {
    "pytest.ini": "pytest",
    ".pytest.ini": "pytest",
    "tox.ini": "pytest",
    "setup.cfg": "tool:pytest",
}


def advice_on_imports(root: Path, modules: Iterable[tuple[str, str]], python: str) -> str:
    """What to add so that tests of `modules` (name, the folder that makes it importable) can be run; "" = nothing."""
    unreached = {Path(folder).resolve(): name for name, folder in modules if not _reached(root, name, folder, python)}
    if not unreached:
        return ""
    folders = ", ".join(f'"{os.path.relpath(folder, root)}"' for folder in sorted(unreached))
    name = min(unreached.values()).partition(".")[0]
    where, table = _settings_of(root)
    return (
        f"pytest cannot import {name!r} yet, as it is neither installed nor on pytest's path\n"
        f"  where: {where}\n"
        f"  try: add `pythonpath = {_written(folders, table)}` to [{table}] there, "
        f"or install the project with `{python} -m pip install -e {root}`"
    )


def _written(folders: str, table: str) -> str:
    return f"[{folders}]" if table == "tool.pytest.ini_options" else folders.replace('"', "").replace(",", "")


def _settings_of(root: Path) -> tuple[Path, str]:
    """The file and table that pytest reads here, or would read."""
    for name, section in _INI_SECTIONS.items():
        if (root / name).is_file() and section in _ini(root / name):
            return root / name, section
    return root / "pyproject.toml", "tool.pytest.ini_options"


def _reached(root: Path, name: str, folder: str, python: str) -> bool:
    place = Path(folder).resolve()
    if place == root.resolve():  # `python -m pytest` has it on its path
        return True
    if any((root / each).resolve() == place for each in _python_path(root)):
        return True
    if any(Path(each).resolve() == place for each in ask_interpreter(python).path):
        return True
    return _changes_path(root) or _found_by(python, name.partition(".")[0])


def _python_path(root: Path) -> Iterator[str]:
    """The folders of pytest's setting `pythonpath`, from whichever file has it."""
    tool = _toml(root / "pyproject.toml").get("tool", {})
    options = tool.get("pytest", {}) if isinstance(tool, dict) else {}
    for table in (options, options.get("ini_options") if isinstance(options, dict) else None):
        value = table.get("pythonpath", ()) if isinstance(table, dict) else ()
        yield from value.split() if isinstance(value, str) else (each for each in value if isinstance(each, str))
    for name, section in _INI_SECTIONS.items():
        yield from _ini(root / name).get(section, {}).get("pythonpath", "").split()


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # sources.py reports what is wrong with it


def _ini(path: Path) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return {}
    return {name: dict(section) for name, section in parser.items()}


def _changes_path(root: Path) -> bool:
    """A conftest.py that touches sys.path does so for its tests; it is not ours to run."""
    for path in (root / "conftest.py", root / "tests" / "conftest.py", root / "test" / "conftest.py"):
        try:
            if "sys.path" in path.read_text(encoding="utf-8", errors="replace"):
                return True
        except OSError:
            continue
    return False


def _found_by(python: str, package: str) -> bool:
    """The interpreter finds it by itself: it is installed, perhaps by a finder that shows on no path."""
    command = [python, "-P", "-c", _FINDS, package]
    try:
        return subprocess.run(command, capture_output=True, timeout=_SECONDS, cwd=os.sep, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
