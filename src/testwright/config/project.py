"""Decides where a project begins, which of its folders hold source, and where its tests are."""

from __future__ import annotations

import fnmatch
import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["ModuleFile", "Project", "find_project", "is_test_file", "module_name", "projects_below"]

_MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", ".git")
_NOT_SOURCE_FOLDERS = {
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "tests",
}
_NOT_SOURCE_TOP_FOLDERS = _NOT_SOURCE_FOLDERS | {
    "benchmark",
    "benchmarks",
    "ci",
    "demo",
    "demos",
    "doc",
    "docs",
    "env",
    "example",
    "examples",
    "script",
    "scripts",
    "test",
    "testing",
    "tools",
    "venv",
}
_NOT_SOURCE_FILES = {"conftest.py", "setup.py"}
_NOT_SOURCE_TOP_FILES = _NOT_SOURCE_FILES | {
    "__main__.py",
    "fabfile.py",
    "manage.py",
    "noxfile.py",
    "tasks.py",
    "versioneer.py",
}


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """One module of a project: its dotted name, its file, and the folder that makes the name importable."""

    module: str
    path: str
    import_root: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project on disk; all paths are absolute. `config_file` is its pyproject.toml or "", `tests` may not exist.

    `with_mains`: a package's `__main__.py` is source too. It can be covered, but importing it runs the program.
    """

    root: str
    config_file: str
    source_roots: tuple[str, ...]
    tests: str
    exclude: tuple[str, ...] = ()
    with_mains: bool = False

    def modules(self) -> list[ModuleFile]:
        """Every module of the source, by path."""
        found = {file.path: file for root in self.source_roots for file in self._modules_below(root, root)}
        return [found[path] for path in sorted(found)]

    def modules_in(self, folder: str) -> list[ModuleFile]:
        """The source modules in `folder`, which need not be part of the project's source."""
        folder = os.path.abspath(folder)
        return sorted(self._modules_below(folder, ""), key=lambda file: file.path)

    def has_source_in(self, folder: str) -> bool:
        """Whether a target that names this folder has any module."""
        folder = os.path.abspath(folder)
        roots = [(root, root) for root in self.source_roots] if folder == self.root else [(folder, "")]
        return any(True for place, root in roots for _ in self._modules_below(place, root))

    def module_file(self, path: str) -> ModuleFile:
        """How `path` is imported: below a source root by its place there, else by the packages it lies in."""
        path = os.path.abspath(path)
        root = _import_root(path, self.source_roots)
        return ModuleFile(module_name(path, root), path, root)

    def _modules_below(self, folder: str, source_root: str) -> Iterator[ModuleFile]:
        for path in _python_files(folder, at_top=folder in (self.root, *self.source_roots)):
            if self._is_excluded(path) or (os.path.basename(path) == "__main__.py" and not self.with_mains):
                continue
            file = self.module_file(path)
            if source_root and file.import_root != source_root:
                continue
            if all(part.isidentifier() for part in file.module.split(".")):
                yield file

    def _is_excluded(self, path: str) -> bool:
        relative = os.path.relpath(path, self.root) if self.exclude else ""
        return any(
            fnmatch.fnmatch(relative, pattern) or relative.startswith(pattern.rstrip("/") + os.sep)
            for pattern in self.exclude
        )


def find_project(start: str, *, source: Sequence[str] = (), exclude: Sequence[str] = ()) -> Project:
    """The project that `start` (a file or folder) lies in; `source` names its source folders instead of looking."""
    start = os.path.abspath(start)
    root = _project_root(start if os.path.isdir(start) else os.path.dirname(start))
    config_file = os.path.join(root, "pyproject.toml")
    if not os.path.isfile(config_file):
        config_file = ""
    roots = tuple(os.path.normpath(os.path.join(root, folder)) for folder in source) or _source_roots(root, config_file)
    return Project(root, config_file, roots, _tests_folder(root), tuple(exclude))


def projects_below(folder: str) -> list[str]:
    """The nearest folders in `folder` that are projects with source, by path. Tests, docs, examples and environments do
    not count, nor do projects inside of projects.
    """
    return list(_projects_below(os.path.abspath(folder), at_top=True))


def _projects_below(folder: str, *, at_top: bool) -> Iterator[str]:
    left_out = _NOT_SOURCE_TOP_FOLDERS if at_top else _NOT_SOURCE_FOLDERS
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if not entry.is_dir(follow_symlinks=False) or entry.name.startswith(".") or entry.name in left_out:
            continue
        if os.path.isfile(os.path.join(entry.path, "pyvenv.cfg")) or not os.access(entry.path, os.R_OK | os.X_OK):
            continue
        if _is_project(entry.path) and find_project(entry.path).has_source_in(entry.path):
            yield entry.path
        else:
            yield from _projects_below(entry.path, at_top=False)


def _is_project(folder: str) -> bool:
    return any(os.path.exists(os.path.join(folder, marker)) for marker in _MARKERS)


def module_name(path: str, import_root: str) -> str:
    """The dotted name of the file `path` below `import_root`."""
    below = import_root.rstrip(os.sep) + os.sep
    relative = path.removeprefix(below) if path.startswith(below) else os.path.relpath(path, import_root)
    parts = relative.removesuffix(".py").split(os.sep)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


def is_test_file(path: str) -> bool:
    """Whether pytest would collect `path`, or it is there only for pytest."""
    name = os.path.basename(path)
    return name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py")


def _project_root(folder: str) -> str:
    current = folder
    while True:
        if _is_project(current):
            return current
        parent = os.path.dirname(current)
        if parent == current:
            # No marker anywhere: a loose folder of scripts, or a file in a package of it.
            return _outside_of_packages(folder)
        current = parent


def _outside_of_packages(folder: str) -> str:
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    return folder


def _import_root(path: str, source_roots: Sequence[str]) -> str:
    inside = [root for root in source_roots if path.startswith(root + os.sep)]
    if inside:
        return max(inside, key=len)
    return _outside_of_packages(os.path.dirname(path))


def _tests_folder(root: str) -> str:
    for name in ("tests", "test"):
        folder = os.path.join(root, name)
        if os.path.isdir(folder):
            return folder
    return os.path.join(root, "tests")


# ── source roots ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _source_roots(root: str, config_file: str) -> tuple[str, ...]:
    declared = [os.path.normpath(os.path.join(root, folder)) for folder in _declared_roots(config_file)]
    declared = [folder for folder in declared if os.path.isdir(folder)]
    if declared:
        return tuple(dict.fromkeys(declared))
    for name in ("src", "lib"):
        folder = os.path.join(root, name)
        if not os.path.isfile(os.path.join(folder, "__init__.py")) and _holds_python(folder):
            # A flat package beside src/ is source too (src/ may hold only an extension or a second package).
            beside = (root,) if _packages(root) else ()
            return (folder, *beside)
    return (root,)


def _declared_roots(config_file: str) -> list[str]:
    """Source folders that the build backend's own table names."""
    if not config_file:
        return []
    try:
        with open(config_file, "rb") as stream:
            tool = tomllib.load(stream).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []  # sources.py reports it, with the line
    setuptools = _table(tool, "setuptools")
    find = _table(_table(setuptools, "packages"), "find")
    package_dir = _table(setuptools, "package-dir")
    poetry = _table(tool, "poetry").get("packages", [])
    folders: list[object] = [*_list(find.get("where")), package_dir.get("")]
    folders += [entry.get("from") for entry in _list(poetry) if isinstance(entry, dict)]
    return [folder for folder in folders if isinstance(folder, str) and folder]


def _table(table: object, key: str) -> dict[str, object]:
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _packages(root: str) -> list[str]:
    return [
        entry.name
        for entry in os.scandir(root)
        if entry.is_dir()
        and entry.name not in _NOT_SOURCE_TOP_FOLDERS
        and os.path.isfile(os.path.join(entry.path, "__init__.py"))
    ]


def _holds_python(folder: str) -> bool:
    return os.path.isdir(folder) and next(_python_files(folder, at_top=True), None) is not None


def _python_files(folder: str, *, at_top: bool) -> Iterator[str]:
    """Source files below `folder`, in order; `at_top` also leaves out what a top folder holds beside source."""
    not_folders = _NOT_SOURCE_TOP_FOLDERS if at_top else _NOT_SOURCE_FOLDERS
    not_files = _NOT_SOURCE_TOP_FILES if at_top else _NOT_SOURCE_FILES
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except (PermissionError, FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_file() and entry.name.endswith(".py"):
            if entry.name not in not_files and not is_test_file(entry.path):
                yield entry.path
        elif entry.is_dir(follow_symlinks=False) and entry.name not in not_folders and not _is_foreign(entry.path):
            yield from _python_files(entry.path, at_top=False)


def _is_foreign(folder: str) -> bool:
    return (
        folder.endswith((".egg-info", ".dist-info", ".egg"))
        or os.path.isfile(os.path.join(folder, "pyvenv.cfg"))
        or os.path.isfile(os.path.join(folder, "pyproject.toml"))
    )
