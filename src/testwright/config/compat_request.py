"""Turns a command line of pytest-generator into a checked request: which files, which settings, where tests go."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from testwright.config.options import Options
from testwright.config.project import Project
from testwright.config.pytest_generator_settings import PytestGeneratorSettings, read_settings
from testwright.config.request import chosen_interpreter, find_settings, require_pytest, require_writable
from testwright.config.sources import Settings
from testwright.errors import UsageError
from testwright.nouns.target import Target
from testwright.python_source.class_index import ClassIndex

__all__ = ["CompatFlags", "CompatRequest", "prepare_compat"]

_ENVIRONMENTS = frozenset({"venv", ".venv", "__pycache__"})
_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", "requirements.txt")
_LEVELS = 6


@dataclass(frozen=True, slots=True)
class CompatFlags:
    """As pytest-generator has them; `strict` leaves out what it leaves out, and asks what it asks."""

    scan_root: str = ""
    save_index: str = ""
    load_index: str = ""
    no_index: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class CompatRequest:
    """`configuration` has options with a full `python` and `output`. Classes are looked for below `scan_root`, or are
    those of `index`; without both, functions are asked about without what they depend on.
    """

    project: Project
    configuration: Settings
    generator: PytestGeneratorSettings
    targets: tuple[Target, ...]
    scan_root: str = ""
    index: ClassIndex | None = None
    save_index: str = ""
    strict: bool = False

    @property
    def options(self) -> Options:
        return self.configuration.options


def prepare_compat(target: str, config: str | None, flags: CompatFlags, options: Mapping[str, Any]) -> CompatRequest:
    """The request, or the TestwrightError that says what does not fit. Nothing is run."""
    path = os.path.abspath(os.path.expanduser(target))
    files = _files(target, path)
    given = read_settings(config)
    project, settings = find_settings(options, [target])
    interpreter = chosen_interpreter(settings, project)
    require_pytest(interpreter)
    output = os.path.abspath(os.path.expanduser(options.get("output") or given.default_dir))
    require_writable(output)
    index = _loaded(flags.load_index) if flags.load_index and not flags.no_index else None
    scans = index is None and not flags.no_index
    chosen = replace(_merged(settings, given, options), python=interpreter.executable, output=output)
    return CompatRequest(
        project,
        Settings(chosen, settings.values),
        given,
        tuple(_target(file, project) for file in files),
        _scan_root(flags.scan_root, path) if scans else "",
        index,
        flags.save_index if scans else "",
        flags.strict,
    )


# ── which files ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _files(target: str, path: str) -> list[str]:
    if os.path.isdir(path):
        found = sorted(_below(path))
        if not found:
            raise UsageError(
                f"the folder {target!r} holds no Python source (tests, `__init__.py` and environments do not count)",
                slug="no-source-found",
                where=path,
                hint="name another folder, or a file",
            )
        return found
    if not os.path.isfile(path):
        raise UsageError(
            f"there is no file or folder {target!r}",
            slug="target-not-found",
            where=path,
            hint="name a file or a folder",
        )
    if not path.endswith(".py"):
        raise UsageError(
            f"{target!r} is not a Python source file",
            slug="not-a-python-file",
            where=path,
            hint="name a .py file, or a folder of them",
        )
    return [path]


def _below(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _ENVIRONMENTS]
        for name in names:
            if name.endswith(".py") and not name.startswith("test_") and name not in ("__init__.py", "conftest.py"):
                yield os.path.join(base, name)


def _target(path: str, project: Project) -> Target:
    file = project.module_file(path)
    return Target(file.module, file.path, tuple(dict.fromkeys((file.import_root, *project.source_roots))))


# ── what is set ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _merged(settings: Settings, given: PytestGeneratorSettings, flags: Mapping[str, Any]) -> Options:
    """A flag goes before the file, the file before what testwright's own configuration says."""
    own = {value.name: value for value in settings.values}
    chosen: dict[str, Any] = {}
    for name, value, sets in (
        ("model_name", given.model_address, given.given & {"repo", "file"}),
        ("model_temperature", given.temperature, given.given & {"temperature"}),
        ("model_threads", given.n_threads if given.n_threads > 0 else None, given.given & {"n_threads"}),
    ):
        if flags.get(name) is None and (sets or own[name].source == "default"):
            chosen[name] = value
    return replace(settings.options, **chosen)


# ── the index of classes ─────────────────────────────────────────────────────────────────────────────────────────────


def _scan_root(named: str, path: str) -> str:
    """That which is named, else the nearest folder above that looks like a project's, else that of the target."""
    if named:
        root = os.path.abspath(os.path.expanduser(named))
        if not os.path.isdir(root):
            raise UsageError(
                f"there is no folder {named!r} to look for classes in",
                slug="target-not-found",
                where="--scan-root",
                hint="name a folder, or leave --scan-root out",
            )
        return root
    start = path if os.path.isdir(path) else os.path.dirname(path)
    folder = start
    for _ in range(_LEVELS):
        if any(os.path.exists(os.path.join(folder, marker)) for marker in _MARKERS):
            return folder
        folder = os.path.dirname(folder)
    return start


def _loaded(file: str) -> ClassIndex:
    try:
        return ClassIndex.from_text(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"the index {file!r} cannot be read: {why}",
            slug="index-unreadable",
            where=file,
            hint="make it with --save-index, or leave --load-index out: then the source is read anew",
        ) from error
