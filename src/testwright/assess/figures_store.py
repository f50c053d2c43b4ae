"""Keeps the figures of files from one audit to the next, for as long as neither the evidence nor their source change."""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

import msgspec

from testwright.assess.module_figures import ModuleFigures
from testwright.nouns.coverage import BranchPoint, FileCoverage
from testwright.version import VERSION

__all__ = ["FiguresStore", "StoredFile", "evidence_key", "lazily_decoded"]

_FORMAT = 1
_LONG = 1 << 15
"""Bytes, for one file. The names of tests may be repeated on many lines, which the fastest compression takes away."""
_DIGEST = 16
"""Bytes at the beginning of the store, by which damage anywhere in it is seen."""
_COMPRESSED = 0x78
"""The first byte of what zlib makes; none of ours begins so."""


class StoredFile(msgspec.Struct, frozen=True, array_like=True):
    """One source. `content` is the hash of its text, `imports` what `import_targets` says, None where it is no Python;
    `notice` is what is doubtful of it. `figures`, None for a file that was not asked for, and `coverage` are packed.
    """

    content: bytes
    imports: tuple[str, ...] | None
    notice: str
    figures: bytes | None
    coverage: bytes

    @classmethod
    def of(
        cls,
        content: bytes,
        *,
        imports: Iterable[str] | None,
        notice: str,
        figures: ModuleFigures | None,
        coverage: FileCoverage,
    ) -> StoredFile:
        return cls(
            content,
            None if imports is None else tuple(sorted(imports)),
            notice,
            None if figures is None else _packed(figures),
            _packed(_Coverage.of(coverage)),
        )

    def module_figures(self) -> ModuleFigures:
        """Only where there are some."""
        return msgspec.msgpack.decode(_unpacked(self.figures or b""), type=ModuleFigures)

    def file_coverage(self, path: str) -> FileCoverage:
        return msgspec.msgpack.decode(_unpacked(self.coverage), type=_Coverage).file(path)


class _Store(msgspec.Struct, array_like=True):
    key: bytes
    notices: tuple[str, ...]
    files: dict[str, StoredFile]


class FiguresStore:
    """What an audit found with the evidence of `key`. What is stored under another is forgotten, and so is what cannot be
    read: then all is counted anew.
    """

    def __init__(self, path: Path, key: bytes, *, forget: bool = False) -> None:
        self._known = _Store(key, (), {})
        self.is_known = False
        """Whether this evidence was read before, without an error."""
        if forget:
            return
        try:
            text = path.read_bytes()
            if _digest(text[_DIGEST:]) != text[:_DIGEST]:
                return
            found = msgspec.msgpack.decode(text[_DIGEST:], type=_Store)
        except (OSError, msgspec.DecodeError):  # a ValidationError is one
            return
        if found.key == key:
            self._known, self.is_known = found, True

    @property
    def notices(self) -> tuple[str, ...]:
        """Those of the evidence as a whole."""
        return self._known.notices

    def find(self, path: str, content: bytes) -> StoredFile | None:
        """What is stored of that source, if its text is still the same."""
        known = self._known.files.get(path)
        return known if known is not None and known.content == content else None

    def packed(self, notices: Iterable[str], files: Mapping[str, StoredFile]) -> bytes:
        """The text of a store that holds this and nothing else."""
        text = msgspec.msgpack.encode(_Store(self._known.key, tuple(notices), dict(files)))
        return _digest(text) + text


def evidence_key(files: Iterable[str], settings: Iterable[str]) -> bytes:
    """What the figures depend on besides the sources: the evidence, whatever text is in `settings`, and who counts."""
    found = hashlib.blake2b(digest_size=16)
    parts = [f"{_FORMAT} {VERSION} {version('coverage')} {sys.version}", *settings]
    for part in parts:
        found.update(f"{len(part)} {part}\0".encode("utf-8", "surrogateescape"))
    for path in files:
        with open(path, "rb") as stream:
            found.update(hashlib.file_digest(stream, "blake2b").digest())
    return found.digest()


def lazily_decoded(files: Mapping[str, FileCoverage | StoredFile]) -> Mapping[str, FileCoverage]:
    """By path; what is stored is unpacked when it is asked for: most of it never is."""
    return _Files(dict(files))


class _Files(Mapping[str, FileCoverage]):
    def __init__(self, files: dict[str, FileCoverage | StoredFile]) -> None:
        self._files = files

    def __getitem__(self, path: str) -> FileCoverage:
        found = self._files[path]
        if isinstance(found, StoredFile):
            found = self._files[path] = found.file_coverage(path)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class _Coverage(msgspec.Struct, array_like=True):
    """A FileCoverage with each name and each group of tests once: `tests` gives the group of a line by its place."""

    statements: frozenset[int]
    covered: frozenset[int]
    branches: list[tuple[int, int, int, tuple[int, ...]]] | None
    excluded: frozenset[int]
    names: list[str]
    groups: list[list[int]]
    tests: dict[int, int]
    measured: bool
    stale: str

    @classmethod
    def of(cls, file: FileCoverage) -> _Coverage:
        names: dict[str, int] = {}
        groups: dict[tuple[str, ...], int] = {}
        for group in file.tests.values():
            groups.setdefault(group, len(groups))
            for name in group:
                names.setdefault(name, len(names))
        return cls(
            statements=file.statements,
            covered=file.covered,
            branches=None if file.branches is None else [(b.line, b.exits, b.taken, b.missing) for b in file.branches],
            excluded=file.excluded,
            names=list(names),
            groups=[[names[name] for name in group] for group in groups],
            tests={line: groups[group] for line, group in file.tests.items()},
            measured=file.measured,
            stale=file.stale,
        )

    def file(self, path: str) -> FileCoverage:
        groups = [tuple(self.names[place] for place in group) for group in self.groups]
        return FileCoverage(
            path,
            statements=self.statements,
            covered=self.covered,
            branches=None if self.branches is None else tuple(BranchPoint(*point) for point in self.branches),
            excluded=self.excluded,
            tests={line: groups[group] for line, group in self.tests.items()},
            measured=self.measured,
            stale=self.stale,
        )


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=_DIGEST).digest()


def _packed(value: object) -> bytes:
    text = msgspec.msgpack.encode(value)
    return zlib.compress(text, 1) if len(text) > _LONG else text


def _unpacked(text: bytes) -> bytes:
    return zlib.decompress(text) if text[:1] == bytes([_COMPRESSED]) else text
