"""Decides which source files are read for calls of a module: its package and its project, those of tests first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from testwright.config.project import is_test_file
from testwright.nouns import Target

__all__ = ["caller_files", "package_inits"]

MOST_FILES = 3000
"""So many are looked at; where there are more, the rest may call it too, but looking takes too long."""
LARGEST_FILE = 400_000
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "build", "dist"})


def caller_files(target: Target, root: str, *, tests: bool) -> Iterator[tuple[str, str]]:
    """Dotted name and path of each, in an order that depends on the paths alone; without `tests`, none of those."""
    top = _top_folder(target)
    places = [_package_folder(target, top)] if "." in target.module else []
    if target.in_project and root not in places:
        places.append(root)
    found: dict[str, str] = {target.source: target.module}
    for place in places:
        for path in _python_files(place, MOST_FILES - len(found)):
            name = os.path.relpath(path, top).removesuffix(".py").removesuffix(f"{os.sep}__init__")
            found.setdefault(path, "" if name.startswith(os.pardir) else name.replace(os.sep, "."))
    for path in sorted(found, key=lambda path: (path != target.source, not _is_test(path, top), path)):
        if (tests or not _is_test(path, top)) and _size(path) <= LARGEST_FILE:
            yield found[path], path


def package_inits(target: Target) -> Iterator[tuple[str, str]]:
    """Dotted name and file of each package that the module is in, the innermost first."""
    parts, folder = target.module.split("."), Path(target.source).parent
    if Path(target.source).name == "__init__.py":
        folder = folder.parent
    for end in range(len(parts) - 1, 0, -1):
        yield ".".join(parts[:end]), str(folder / "__init__.py")
        folder = folder.parent


def _top_folder(target: Target) -> str:
    """Where the first part of its dotted name lies."""
    folder = Path(target.source).parent
    levels = target.module.count(".") + (Path(target.source).name == "__init__.py")
    for _ in range(levels):
        folder = folder.parent
    return str(folder)


def _package_folder(target: Target, top: str) -> str:
    return os.path.join(top, target.module.partition(".")[0])


def _python_files(folder: str, most: int) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if _is_source(place, name))
        for name in sorted(names):
            if name.endswith(".py"):
                most -= 1
                if most < 0:
                    return
                yield os.path.join(place, name)


def _is_source(place: str, name: str) -> bool:
    is_environment = os.path.isfile(os.path.join(place, name, "pyvenv.cfg"))
    return not name.startswith(".") and name not in _SKIPPED and not is_environment


def _is_test(path: str, top: str) -> bool:
    return is_test_file(path) or "tests" in os.path.relpath(path, top).split(os.sep)


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return LARGEST_FILE + 1
