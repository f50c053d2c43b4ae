"""Keeps which stand-ins were put in the place of secrets, so that a later look for secrets does not take them for some."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

__all__ = ["FEWEST", "IssuedStandIns", "stand_ins_in"]

FEWEST = 6
"""Characters: shorter ones may be anywhere by chance."""
_NAME, _MOST_BYTES = "stand-ins", 4_000_000
_open, _write, _close, _fstat = os.open, os.write, os.close, os.fstat


class IssuedStandIns:
    """A file in the folder that is remembered of a project, which several processes add to. Stand-ins are no secrets."""

    def __init__(self, folder: Path) -> None:
        self._path = str(folder / _NAME)
        self._noted: set[str] = set()

    def note(self, issued: Iterable[str]) -> None:
        """A file that cannot be written, or has grown too long, costs no more than false alarms."""
        new = [each for each in issued if each not in self._noted and len(each) >= FEWEST and "\n" not in each]
        if not new:
            return
        self._noted.update(new)
        with suppress(OSError):
            descriptor = _open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if _fstat(descriptor).st_size < _MOST_BYTES:
                    _write(descriptor, "".join(f"{each}\n" for each in new).encode("utf-8", "replace"))
            finally:
                _close(descriptor)


def stand_ins_in(folder: Path) -> frozenset[str]:
    """All that were ever issued there."""
    try:
        return frozenset((folder / _NAME).read_text(encoding="utf-8", errors="replace").splitlines())
    except OSError:
        return frozenset()
