"""Reads LCOV tracefiles: coverage.py's, whose branches are named in words, and others', which number them."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from testwright.assess.coverage_files.told import LEAVES, Reading, Reported, unreadable
from testwright.nouns.coverage import BranchPoint

__all__ = ["is_lcov", "read"]

_RECORD = re.compile(rb"^(TN|SF):", re.MULTILINE)
_JUMP = re.compile(r"jump to line (\d+)$")
_NEVER = ("-", "0")


@dataclass(slots=True)
class _Record:
    """One file's. `ways` has of each line's ways what it is called, and whether it was taken."""

    name: str
    hits: dict[int, int] = field(default_factory=dict)
    ways: defaultdict[int, list[tuple[str, bool]]] = field(default_factory=lambda: defaultdict(list))
    totals: dict[str, int] = field(default_factory=dict)


def is_lcov(content: bytes) -> bool:
    """Whether a record begins early in it; comments may come before."""
    return bool(_RECORD.search(content[:100_000]))


def read(path: str, content: bytes) -> Reading:
    """All records. Raises ProjectError `coverage-unreadable` naming the line that is wrong."""
    records: list[_Record] = []
    current: _Record | None = None
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        key, _, value = line.strip().partition(":")
        if key == "SF":
            current = _Record(value.strip())
        elif key == "end_of_record" and current is not None:
            records.append(current)
            current = None
        elif current is not None and key in _FIELDS:
            try:
                _FIELDS[key](current, key, value)
            except (ValueError, IndexError) as error:
                raise unreadable(path, f"its line {number} is {line.strip()[:60]!r}") from error
    if current is not None:
        raise unreadable(path, f"it ends within the record of {current.name!r}", "write it again; it is cut off")
    return _reading(path, records)


def _reading(path: str, records: list[_Record]) -> Reading:
    branches = any(record.ways for record in records)
    return Reading(
        path,
        tuple((record.name, _reported(record, branches)) for record in records),
        bases=(os.path.dirname(os.path.abspath(path)),),
        has_branches=branches,
    )


def _reported(record: _Record, has_branches: bool) -> Reported:
    totals = record.totals
    points = {line: _point(line, ways) for line, ways in sorted(record.ways.items())}
    named = all(point.missing or point.taken == point.exits for point in points.values())
    return Reported(
        statements=frozenset(record.hits),
        covered=frozenset(line for line, hits in record.hits.items() if hits > 0),
        branches=points if has_branches else None,
        counted=(totals["BRF"], totals["BRH"]) if named and totals.keys() >= {"BRF", "BRH"} else None,
    )


def _point(line: int, ways: list[tuple[str, bool]]) -> BranchPoint:
    never = [name for name, taken in ways if not taken]
    # Numbers say nothing of where a branch goes.
    missing = () if any(name.isdecimal() for name in never) else tuple(map(_destination, never))
    return BranchPoint(line, len(ways), len(ways) - len(never), missing)


def _destination(words: str) -> int:
    """All that does not jump to a line leaves the block: "return from function 'f'"."""
    jump = _JUMP.match(words)
    return int(jump[1]) if jump else LEAVES


def _add_line(record: _Record, _key: str, value: str) -> None:
    line, hits = value.split(",")[:2]
    record.hits[int(line)] = max(int(hits), record.hits.get(int(line), 0))


def _add_way(record: _Record, _key: str, value: str) -> None:
    line, block, named = value.split(",", 2)
    name, comma, taken = named.rpartition(",")
    if not comma or not block:
        raise ValueError(value)
    record.ways[int(line)].append((name, taken.strip() not in _NEVER))


def _add_total(record: _Record, key: str, value: str) -> None:
    record.totals[key] = int(value)


_FIELDS: dict[str, Callable[[_Record, str, str], None]] = {
    "DA": _add_line,
    "BRDA": _add_way,
    "BRF": _add_total,
    "BRH": _add_total,
}
