"""Holds what an audit counted, keeps it in a file for the next one, and says what has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

__all__ = [
    "Baseline",
    "Change",
    "Counts",
    "FileRecord",
    "changes",
    "counts_of",
    "plain_counts",
    "read_baseline",
    "baseline_text",
]

_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """Covered statements of all, taken branches of all; both of the latter are None where branches were not measured."""

    covered: int
    statements: int
    taken: int | None = None
    branches: int | None = None

    @property
    def fraction(self) -> Fraction:
        """Of lines and branches together, exact; 1 of nothing."""
        return _fraction(self.covered + (self.taken or 0), self.statements + (self.branches or 0))

    @property
    def line_fraction(self) -> Fraction:
        return _fraction(self.covered, self.statements)

    def beside(self, other: Counts) -> tuple[Fraction, Fraction]:
        """The fractions of both, of lines alone where one of them knows nothing of branches: fractions of different
        things are not compared.
        """
        if self.branches is None or other.branches is None:
            return self.line_fraction, other.line_fraction
        return self.fraction, other.fraction

    def is_below(self, floor: Counts) -> bool:
        now, least = self.beside(floor)
        return now < least


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What was counted of a file, and a hash of its content then."""

    counts: Counts
    content: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """What an audit counted in all and of each file, by its path relative to the root with "/" in it."""

    totals: Counts
    files: Mapping[str, FileRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What was counted of a file then and now; None where it was not there. `edited`: its content is another."""

    path: str
    before: Counts | None
    now: Counts | None
    edited: bool = True


def changes(before: Baseline, now: Baseline) -> tuple[Change, ...]:
    """Of each file of which something else was counted, by path."""
    paths = sorted({*before.files, *now.files})
    found = (_change(path, before.files.get(path), now.files.get(path)) for path in paths)
    return tuple(change for change in found if change.before != change.now)


def _change(path: str, before: FileRecord | None, now: FileRecord | None) -> Change:
    edited = before is None or now is None or before.content != now.content
    return Change(path, before.counts if before else None, now.counts if now else None, edited)


def read_baseline(path: str) -> tuple[Baseline | None, tuple[str, ...]]:
    """What was stored, None if nothing was. A file that cannot be read is as none, and a notice says so."""
    try:
        with open(path, encoding="utf-8") as stream:
            told = json.load(stream)
        return _baseline(told), ()
    except FileNotFoundError:
        return None, ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = str(error) or type(error).__name__
        return None, (
            f"what the last audit counted cannot be read and is left out ({path}: {said}); it is written anew",
        )


def baseline_text(baseline: Baseline) -> str:
    """What `read_baseline` reads."""
    files = {
        name: {**plain_counts(record.counts), "content": record.content}
        for name, record in sorted(baseline.files.items())
    }
    document = {"schema": _SCHEMA, "totals": plain_counts(baseline.totals), "files": files}
    return json.dumps(document) + "\n"


def counts_of(told: Any) -> Counts:
    """Out of a document. Raises ValueError, KeyError or TypeError for what cannot have been counted."""
    counts = Counts(told["covered"], told["statements"], told.get("taken"), told.get("branches"))
    _check(counts.covered, counts.statements)
    if counts.taken is not None or counts.branches is not None:
        _check(counts.taken, counts.branches)
    return counts


def plain_counts(counts: Counts) -> dict[str, int]:
    """For a document, as `counts_of` reads it."""
    branches = {} if counts.branches is None else {"taken": counts.taken or 0, "branches": counts.branches}
    return {"covered": counts.covered, "statements": counts.statements, **branches}


def _check(part: object, whole: object) -> None:
    if type(part) is not int or type(whole) is not int or not 0 <= part <= whole:
        raise ValueError(f"{part!r} of {whole!r} is no count")


def _baseline(told: Any) -> Baseline:
    if told["schema"] != _SCHEMA:
        raise ValueError(f"schema {told['schema']!r} is not {_SCHEMA}")
    files = {name: FileRecord(counts_of(record), str(record["content"])) for name, record in told["files"].items()}
    return Baseline(counts_of(told["totals"]), files)


def _fraction(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(1)
