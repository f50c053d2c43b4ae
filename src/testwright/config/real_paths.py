"""Finds the real paths of many files, asking once about each folder that they are in."""

from __future__ import annotations

import os

__all__ = ["RealPaths"]


class RealPaths:
    """As `os.path.realpath` has them, for as long as no folder is replaced by another."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def of(self, path: str) -> str:
        folder, name = os.path.split(path)
        if name in ("", ".", "..") or os.path.islink(path):
            return os.path.realpath(path)
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = os.path.realpath(folder)
        return os.path.join(known, name)
