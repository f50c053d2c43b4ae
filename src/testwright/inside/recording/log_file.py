"""Holds one log on disk: appends whole lines to it, and finds it again when the program took its descriptor away."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable

from .checked_lines import checked, with_checksum
from .real_clock import now_ns

__all__ = ["LOGS", "REMEMBERED", "LogFile", "make_remembered"]

REMEMBERED = ".testwright"
"""The folder of a project that says of itself that it is not to be committed."""
LOGS = "recording"
"""The folder of logs in it."""
_DESCRIPTOR_FLOOR = 300
"""Programs that renumber or close descriptors mean low numbers."""
_BLOCK = 2**18
"""Bytes of lines that are looked at together."""
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
_close, _fstat, _ftruncate, _getpid, _open, _write = os.close, os.fstat, os.ftruncate, os.getpid, os.open, os.write
_fchmod, _chmod, _makedirs, _replace, _stat, _unlink = os.fchmod, os.chmod, os.makedirs, os.replace, os.stat, os.unlink
_fcntl, _flock, _fdopen, _exists = fcntl.fcntl, fcntl.flock, os.fdopen, os.path.exists


class LogFile:
    """Every method may raise OSError. A file that was deleted is begun anew, with what `opening` gives first."""

    def __init__(self, folder: str, opening: Callable[[], bytes]) -> None:
        self.path = ""
        self.size = 0
        self._folder = folder
        self._opening = opening
        self._descriptor = -1
        self._identity = (0, 0)

    def append(self, text: bytes) -> None:
        """All of it or nothing: what was written of it when something goes wrong is taken back."""
        if not self._is_open():
            self._open_again()
        done = False
        try:
            left = memoryview(text)
            while left:
                left = left[_write(self._descriptor, left) :]
            self.size += len(text)
            done = True
        finally:
            if not done and self._is_open():
                _ftruncate(self._descriptor, self.size)

    def rewrite(self, replace: Callable[[bytes], bytes], concerns: Callable[[bytes], bool] = lambda _: True) -> None:
        """Passes the JSON of each line through `replace`; other readers see the old file or the new one. `concerns` is
        asked first, of many lines at once: mostly there is nothing to be replaced, and the file stays as it is.
        """
        if not self.path or not _exists(self.path) or not self._has_any(concerns):
            return

        def replaced(line: bytes) -> bytes:
            text = checked(line)
            changed = text if text is None else replace(text)
            return line if changed is None or changed is text else with_checksum(changed.replace(b"\n", b" "))

        temporary = f"{self.path}.new"
        descriptor = _open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            with _fdopen(descriptor, "wb") as new, _fdopen(_open(self.path, os.O_RDONLY), "rb") as old:
                while lines := old.readlines(_BLOCK):
                    new.writelines(map(replaced, lines) if concerns(b"".join(lines)) else lines)
            _replace(temporary, self.path)
        except BaseException:
            _unlink(temporary)
            raise
        self.forget()
        self._use(_open(self.path, _APPEND))

    def _has_any(self, concerns: Callable[[bytes], bool]) -> bool:
        with _fdopen(_open(self.path, os.O_RDONLY), "rb") as file:
            return any(concerns(b"".join(lines)) for lines in iter(lambda: file.readlines(_BLOCK), []))

    def forget(self) -> None:
        """Lets go of the descriptor, if it still is the file's; after a fork the file is the parent's alone."""
        if self._is_open():
            _close(self._descriptor)
        self._descriptor = -1

    def abandon(self) -> None:
        """The same, and the next line opens a file of its own."""
        self.forget()
        self.path, self.size = "", 0

    def _is_open(self) -> bool:
        """The descriptor is that of the file, and the file still has a name."""
        try:
            found = _fstat(self._descriptor) if self._descriptor >= 0 else None
        except OSError:
            return False
        return found is not None and (found.st_dev, found.st_ino) == self._identity and found.st_nlink > 0

    def _open_again(self) -> None:
        if self.path:
            try:
                found = _stat(self.path)
                if (found.st_dev, found.st_ino) == self._identity:
                    self._use(_open(self.path, _APPEND))
                    return
            except FileNotFoundError:
                self.path = ""
        self._create()

    def _create(self) -> None:
        opening = self._opening()
        _make_folder(self._folder)
        while True:
            path = os.path.join(self._folder, f"{_getpid()}-{now_ns()}.log")
            try:
                descriptor = _open(path, _APPEND | os.O_CREAT | os.O_EXCL, 0o600)
                break
            except FileExistsError:
                continue
        self.path = path
        self._use(descriptor)
        _fchmod(self._descriptor, 0o600)
        self.append(opening)

    def _use(self, descriptor: int) -> None:
        """The lock tells readers that somebody still writes, even where they cannot see our process."""
        try:
            high = _fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _DESCRIPTOR_FLOOR)
        except OSError:  # few descriptors are allowed: the low one does as well
            self._descriptor = descriptor
        else:
            _close(descriptor)
            self._descriptor = high
        found = _fstat(self._descriptor)
        self._identity, self.size = (found.st_dev, found.st_ino), found.st_size
        try:
            _flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # a file system without locks; readers then go by the number of the process


def make_remembered(folder: str) -> None:
    """A folder REMEMBERED, out of the sight of git when it is made here."""
    if not _exists(folder):
        _makedirs(folder, exist_ok=True)
        note = _open(os.path.join(folder, ".gitignore"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _write(note, b"*\n")
        finally:
            _close(note)


def _make_folder(folder: str) -> None:
    """For nobody else to look into."""
    above = os.path.dirname(folder)
    if os.path.basename(above) == REMEMBERED:
        make_remembered(above)
    if not _exists(folder):
        _makedirs(folder, 0o700, exist_ok=True)
        _chmod(folder, 0o700)
