"""Finds which of the project's sources a path in an evidence file means, be it of another machine or folder."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from testwright.assess.coverage_files.path_equivalences import PathEquivalences
from testwright.config.real_paths import RealPaths

__all__ = ["AmbiguousPath", "SourcePaths"]

_DRIVE = re.compile(r"^[A-Za-z]:/")
_INSTALLED = ("site-packages", "dist-packages")


class AmbiguousPath(Exception):
    """Several sources fit equally well; they are its arguments."""


class SourcePaths:
    """The sources in `root`, of one project or of several; `remap` pairs say which prefix of a path stands for which folder
    here, `equivalences` what coverage.py was told of that in each project.
    """

    def __init__(
        self,
        sources: Iterable[str],
        root: str,
        remap: Sequence[tuple[str, str]] = (),
        equivalences: Sequence[PathEquivalences] = (),
    ) -> None:
        self._equivalences = equivalences
        self.root = os.path.realpath(root)
        self._real = RealPaths()
        self.sources = frozenset(map(self._real.of, sources))
        self._remap = [(_slashed(old).rstrip("/"), os.path.join(self.root, new)) for old, new in remap]

    def find(self, path: str, bases: Sequence[str] = ()) -> str:
        """The source that `path` means, "" if it is none of them. `bases` are where relative ones may start from.

        As coverage.py's `[paths]` have it; else as it stands; else the one source that ends the same way, at least from
        its top package on. Raises AmbiguousPath.
        """
        if here := self._equivalent(path, bases):
            real = self._real.of(here)
            return real if real in self.sources else ""
        wanted = self._remapped(_slashed(path))
        for here in self._places(wanted, bases):
            if (real := self._real.of(here)) in self.sources:
                return real
            if os.path.exists(real) and not _is_installed(here):
                return ""
        return self._by_ending(wanted, bases)

    def is_gone(self, path: str, bases: Sequence[str] = ()) -> bool:
        """Whether it would lie within the project, and nothing is there."""
        if self._equivalent(path, bases):
            return False
        places = [os.path.realpath(place) for place in self._places(self._remapped(_slashed(path)), bases)]
        inside = any(place.startswith(self.root + os.sep) for place in places)
        return inside and not any(map(os.path.exists, places))

    def _equivalent(self, path: str, bases: Sequence[str]) -> str:
        """What is there by `[paths]`; "" where --remap speaks of the path, as that is said for this audit. Projects that
        say different things of it leave it ambiguous.
        """
        slashed = _slashed(path)
        if self._remapped(slashed) != slashed:
            return ""
        wholes = [*self._whole_paths(path, bases)]
        found = {next(filter(None, map(each.here, wholes)), "") for each in self._equivalences} - {""}
        if len(found) > 1:
            raise AmbiguousPath(*sorted(found))
        return found.pop() if found else ""

    def _whole_paths(self, path: str, bases: Sequence[str]) -> Iterator[str]:
        """Absolute where it may be, on whichever machine."""
        if _is_absolute(_slashed(path)):
            yield path
            return
        yield os.path.join(self.root, path)
        for base in map(_slashed, bases):
            yield f"{base if _is_absolute(base) else os.path.join(self.root, base)}/{path}"

    def _remapped(self, path: str) -> str:
        for old, new in self._remap:
            if path == old or path.startswith(old + "/"):
                return new + path[len(old) :]
        return path

    def _places(self, path: str, bases: Sequence[str]) -> Iterator[str]:
        """Where on this machine it may be."""
        if _is_absolute(path):
            yield path
            return
        yield os.path.join(self.root, path)
        for base in bases:
            yield os.path.join(self.root, _slashed(base), path)

    def _by_ending(self, path: str, bases: Sequence[str]) -> str:
        endings = [path] if _is_absolute(path) else [*(f"{_slashed(base)}/{path}" for base in bases), path]
        for ending in endings:
            parts = [part for part in ending.split("/") if part not in ("", ".")]
            found = self._longest(parts, whole=ending == path and not _is_absolute(path))
            if len(found) == 1:
                return found[0]
            if found:
                raise AmbiguousPath(*found)
        return ""

    def _longest(self, parts: list[str], whole: bool) -> list[str]:
        """The sources that share the most last parts with a path, if these are enough to know them by."""
        for length in range(len(parts), 0, -1):
            if found := self._endings.get("/".join(parts[-length:])):
                enough = whole and length == len(parts)
                return found if enough else [source for source in found if self._identifies(source, parts, length)]
        return []

    def _identifies(self, source: str, parts: list[str], length: int) -> bool:
        """From its top package on. A vendored copy of a package is another package: it must be the one installed."""
        needed = self._package_depth(source)
        installed = [number for number, part in enumerate(parts) if part in _INSTALLED]
        if installed:
            return len(parts) - installed[-1] - 1 == needed and length >= needed
        return length >= max(needed, 2)

    def _package_depth(self, source: str) -> int:
        """How many parts of its path make its module's name, its file included."""
        depth, folder = 1, os.path.dirname(source)
        while os.path.join(folder, "__init__.py") in self.sources:
            depth, folder = depth + 1, os.path.dirname(folder)
        return depth

    @cached_property
    def _endings(self) -> dict[str, list[str]]:
        """By each ending of its path, from the root's own name on, the sources that have it."""
        endings: defaultdict[str, list[str]] = defaultdict(list)
        above = os.path.dirname(self.root)
        for source in sorted(self.sources):
            parts = _slashed(os.path.relpath(source, above)).split("/")
            for start in range(len(parts)):
                endings["/".join(parts[start:])].append(source)
        return dict(endings)


def _slashed(path: str) -> str:
    return path.replace("\\", "/")


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or bool(_DRIVE.match(path)) or os.path.isabs(path)


def _is_installed(path: str) -> bool:
    """A copy of the project, as tox installs one."""
    return any(part in _INSTALLED for part in _slashed(path).split("/"))
