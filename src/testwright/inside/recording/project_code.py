"""Decides which code objects are the project's own, and by which name a file goes there."""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from collections.abc import Iterable
from types import CodeType

__all__ = ["ProjectCode", "program_file", "project_root", "source_digest"]

_NOT_OURS = ("site-packages", "dist-packages", "node_modules", "__pycache__")
_CO_NEWLOCALS = 0x2
_open, _read, _close = os.open, os.read, os.close
_MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", "manage.py", ".git")


class ProjectCode:
    """`sources` are folders or files; what lies in `left_out` (folders or files) does not belong to them."""

    def __init__(self, root: str, sources: Iterable[str], left_out: Iterable[str] = ()) -> None:
        self.root = os.path.realpath(root)
        self._sources = tuple(os.path.realpath(place) for place in sources)
        self._left_out = tuple(os.path.realpath(place) for place in left_out)
        self._names: dict[str, str] = {}
        self._folders: dict[str, str] = {os.sep: os.sep}
        """By the name of a folder that was asked for, its own."""
        self._others: dict[str, bool] = {}
        """Of a folder, whether none of the files that are really there is the project's."""
        self._digests: dict[str, str] = {}

    def file_of(self, code: CodeType) -> str:
        """The path from the root, with "/"; "" for code of others."""
        return self.place_of(code.co_filename)

    def place_of(self, path: str) -> str:
        """As `file_of`, of a file."""
        found = self._names.get(path)
        if found is None:
            found = self._names[path] = self._place_of(path)
        return found

    def digest_of(self, path: str) -> str:
        """Of the file as it is when that is first asked for; "" for one that cannot be read."""
        if path not in self._digests:
            self._digests[path] = _digest(path)
        return self._digests[path]

    def _place_of(self, path: str) -> str:
        if path.startswith("<") or self._is_among_others(path):
            return ""
        real = self._real(os.path.abspath(path)) if os.pardir not in path else os.path.realpath(path)
        if not any(_is_in(real, place) for place in self._sources) or any(_is_in(real, p) for p in self._left_out):
            return ""
        parts = os.path.relpath(real, self.root).split(os.sep)
        return "" if any(part in _NOT_OURS for part in parts) else "/".join(parts)

    def _is_among_others(self, path: str) -> bool:
        """Most files are: in a folder that is none of the sources', and no link. A look at the folder is enough then."""
        folder = path.rpartition(os.sep)[0]
        others = self._others.get(folder)
        if others is None:
            real = self._real(folder) if folder.startswith(os.sep) and os.pardir not in folder else ""
            ours = (_is_in(real, place) or os.path.dirname(place) == real for place in self._sources)
            others = self._others[folder] = real != "" and not any(ours)
        return others and not os.path.islink(path)

    def _real(self, path: str) -> str:
        """As `realpath`, which looks at all folders above for each file."""
        folder, name = os.path.split(path)
        above = self._folders.get(folder)
        if above is None:
            above = self._folders[folder] = self._real(folder)
        whole = os.path.join(above, name)
        return os.path.realpath(whole) if os.path.islink(whole) else whole

    def has_function(self, code: CodeType) -> bool:
        """A function of the project that has a name: no module, class body, comprehension or lambda."""
        return bool(code.co_flags & _CO_NEWLOCALS) and not code.co_name.startswith("<") and bool(self.file_of(code))


def _digest(path: str) -> str:
    """By functions that the program cannot have replaced since."""
    try:
        descriptor = _open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return source_digest(b"".join(iter(lambda: _read(descriptor, 1 << 20), b"")))
        finally:
            _close(descriptor)
    except OSError:
        return ""


def source_digest(source: bytes) -> str:
    return hashlib.sha256(source, usedforsecurity=False).hexdigest()[:16]


def _is_in(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip(os.sep) + os.sep)


def program_file() -> str:
    """Of the running program; "" where that is a server's command (uvicorn, gunicorn, flask), which lies in the environment
    and not in the project.
    """
    file = str(getattr(sys.modules.get("__main__"), "__file__", None) or "")
    installed = {os.path.realpath(sysconfig.get_path(name)) for name in ("scripts", "stdlib", "purelib", "platlib")}
    whole = os.path.realpath(file) if file else ""
    return "" if any(whole.startswith(os.path.join(folder, "")) for folder in installed) else file


def project_root(file: str) -> str:
    """The nearest folder above that looks like a project's, else the file's own; the current one if there is no file."""
    folder = os.path.dirname(os.path.realpath(file)) if os.path.isfile(file) else os.getcwd()
    above = folder
    while True:
        if any(os.path.exists(os.path.join(above, marker)) for marker in _MARKERS):
            return above
        if os.path.dirname(above) == above:
            return folder
        above = os.path.dirname(above)
