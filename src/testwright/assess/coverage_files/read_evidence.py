"""Reads all evidence files of an audit and says of every source of the project what they know of it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from testwright.assess.coverage_files.combining import combined, executed_together
from testwright.assess.coverage_files.exclusion_settings import exclusion_settings
from testwright.assess.coverage_files.path_equivalences import PathEquivalences
from testwright.assess.coverage_files.recognition import read_evidence_file
from testwright.assess.coverage_files.remapping import AmbiguousPath, SourcePaths
from testwright.assess.coverage_files.settling import of_executed, of_nothing, of_reported
from testwright.assess.coverage_files.source_file import SourceFile
from testwright.assess.coverage_files.told import Executed, Reading, Reported, Told
from testwright.config.real_paths import RealPaths
from testwright.errors import ProjectError
from testwright.nouns.coverage import CoverageEvidence, FileCoverage

__all__ = ["CoverageReader", "Surroundings", "read_coverage"]

_NAMED_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The projects that are audited together: the folder that all are in, the root of each, the sources of all. Evidence
    may speak of any of them, and a path must not be taken for another project's file of that name.
    """

    root: str
    projects: tuple[str, ...]
    sources: tuple[str, ...]


def read_coverage(
    files: Sequence[str], *, root: str, sources: Sequence[str], remap: Sequence[tuple[str, str]] = ()
) -> CoverageEvidence:
    """All at once that a CoverageReader tells of each source."""
    reader = CoverageReader(files, root=root, sources=sources, remap=remap)
    read = [reader.read(path) for path in reader.sources]
    doubts = [source.doubt for source, _ in read if source.doubt]
    return CoverageEvidence({source.path: file for source, file in read}, reader.origins, (*reader.notices, *doubts))


class CoverageReader:
    """What `files` know of each of `sources` (absolute paths): coverage.py's data, JSON, XML and LCOV, and others' XML and
    LCOV. They are added up; a source that none speaks of is there with nothing covered, and what they say of other files
    is left out. What coverage.py's configuration in `root` excludes does not count. `remap` pairs replace the beginnings
    of paths in them, and so do that configuration's `[paths]` where none of the pairs does. `among` are the
    projects that are audited beside this one. Nothing is executed.

    Raises ProjectError: `coverage-not-found`, `coverage-unreadable`, `coverage-of-other-paths`.
    """

    def __init__(
        self,
        files: Sequence[str],
        *,
        root: str,
        sources: Sequence[str],
        remap: Sequence[tuple[str, str]] = (),
        among: Surroundings | None = None,
    ) -> None:
        self._config_file, doubt = exclusion_settings(os.path.realpath(root))
        around = among or Surroundings(root, (root,), tuple(sources))
        equivalences = [_equivalences(place) for place in dict.fromkeys((*around.projects, around.root))]
        places = SourcePaths(around.sources, around.root, remap, equivalences)
        self.sources = sorted(set(map(RealPaths().of, sources)))
        readings = [read_evidence_file(path) for path in dict.fromkeys(files)]
        self.origins = tuple(reading.origin for reading in readings)
        self.notices = [each for each in (doubt, *(known.doubt for known in equivalences)) if each]
        """What is doubtful of the evidence as a whole."""
        self._told: defaultdict[str, list[Told]] = defaultdict(list)
        for reading in readings:
            self.notices += [*reading.notices, *_assign(reading, places, frozenset(self.sources), self._told)]
        self.notices += _mixed(readings)
        self._with_branches = not readings or any(reading.has_branches for reading in readings)

    def read(self, path: str, content: bytes | None = None) -> tuple[SourceFile, FileCoverage]:
        """Of one of `sources`, once; `content` saves reading it. What is kept of a source is parsed once for all: let go
        of it before the next.
        """
        source = SourceFile(path, self._config_file, content)
        return source, _file_coverage(source, self._told.pop(path, []), self._with_branches)


def _file_coverage(source: SourceFile, told: Sequence[Told], with_branches: bool) -> FileCoverage:
    parts = [of_reported(part, source) for part in told if isinstance(part, Reported)]
    if executed := [part for part in told if isinstance(part, Executed)]:
        parts.append(of_executed(executed_together(executed), source))
    return combined(parts) if parts else of_nothing(source, with_branches)


def _equivalences(root: str) -> PathEquivalences:
    config_file, _ = exclusion_settings(os.path.realpath(root))
    return PathEquivalences(config_file, root)


def _assign(
    reading: Reading, places: SourcePaths, wanted: Collection[str], told: defaultdict[str, list[Told]]
) -> list[str]:
    """Puts what is told to the source it is about, if that is wanted; gives what is doubtful of that."""
    gone, ambiguous = [], []
    fitting = 0
    for name, what in reading.files:
        try:
            source = places.find(name, reading.bases)
        except AmbiguousPath as error:
            ambiguous.append(f"{reading.origin} speaks of {name!r}, which may be {_named(error.args)}: it is left out")
            continue
        if source:
            fitting += 1
            if source in wanted:
                told[source].append(what)
        elif name.endswith(".py") and places.is_gone(name, reading.bases):
            gone.append(name)
    if not fitting and reading.files and places.sources:
        raise _of_other_paths(reading, places)
    notices = [] if reading.files else [f"{reading.origin} speaks of no file at all"]
    if gone:
        notices.append(f"{reading.origin} speaks of files that are no longer there: {_named(gone)}")
    return notices + ambiguous


def _mixed(readings: Iterable[Reading]) -> list[str]:
    with_files = [reading for reading in readings if reading.files]
    alone = [reading.origin for reading in with_files if not reading.has_branches]
    if not alone or len(alone) == len(with_files):
        return []
    return [f"branches were measured for some evidence, and not for {_named(alone)}: what only that ran has none"]


def _of_other_paths(reading: Reading, places: SourcePaths) -> ProjectError:
    names = [name for name, _ in reading.files]
    prefix = os.path.dirname(names[0]) or "OLD"
    return ProjectError(
        f"{reading.origin!r} speaks of none of the project's files, but of {_named(map(repr, names))}",
        slug="coverage-of-other-paths",
        where=places.root,
        hint=f"say which folder here stands for theirs, e.g. `--remap {prefix}={places.root}`",
    )


def _named(names: Iterable[str]) -> str:
    """A few of them, and how many more."""
    known = list(names)
    more = len(known) - _NAMED_AT_MOST
    return ", ".join(known[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
