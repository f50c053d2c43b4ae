"""Writes an audit as one page that opens from disk, with the source line by line: nothing is loaded from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from testwright.nouns import percentage
from testwright.python_source.line_ranges import line_ranges
from testwright.python_source.parsing import source_lines
from testwright.write.audit_words import share, shown_percent
from testwright.write.finding_groups import finding_groups
from testwright.write.html_page import html_page

__all__ = ["PageFile", "audit_page"]

_MAP_WIDTH, _MAP_HEIGHT = 1000.0, 420.0
_LETTER_WIDTH = 9.0
"""Of a label on the map; a wide font has letters of about this width at its size."""
_TESTS_NAMED = 20
"""Tests that are named for a line; more are counted. A line that all tests run would name them all otherwise."""
_BANDS = (50, 75, 90, 100)
"""Percentages at which the colour of a module changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """One source file as the page shows it; `path` is that of the module in the result, lines count from 1.

    `partial` says by line in words which ways no test goes, `tests` which tests ran it.
    """

    path: str
    text: str
    covered: frozenset[int]
    missing: frozenset[int]
    excluded: frozenset[int] = frozenset()
    partial: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    tests: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def audit_page(result: dict[str, Any], files: Mapping[str, PageFile]) -> str:
    """`result` is what `AuditResult.to_plain` gives, `files` by the paths of its modules; a module that is not among
    them is shown without its source.
    """
    filters: dict[str, Callable[..., str]] = {"ranges": line_ranges, "covered": _covered, "decimal": "{:.1f}".format}
    return html_page("audit_page.html.jinja", filters, result=result, share=share, **_shown(result, files))


def _shown(result: dict[str, Any], files: Mapping[str, PageFile]) -> dict[str, Any]:
    modules = result["modules"]
    names = {module["path"]: f"f{number}" for number, module in enumerate(modules) if module["path"] in files}
    tests = _Tests(files[path] for path in names)
    link = _linker(names)
    return {
        "sources": {path: _Source(name, _rows(files[path], tests)) for path, name in names.items()},
        "tests": {"names": tests.names, "sets": tests.sets},
        "link": link,
        "functions": [_function(function) for function in result["untested"]],
        "places": _places(result["untested"], link),
        "mutants": _mutants(modules),
        "groups": finding_groups(result["diagnosis"]["findings"]) if result["diagnosis"] else [],
        "cells": _cells(modules),
        "map_width": int(_MAP_WIDTH),
        "map_height": int(_MAP_HEIGHT),
        "bands": [f"less than {_BANDS[0]}%", *(f"from {limit}%" for limit in _BANDS[:-1]), "all of it"],
    }


def _covered(counts: Mapping[str, Any]) -> str:
    """Lines and branches together, of a module, a package, a function or all."""
    part = counts["covered_statements"] + (counts["covered_branches"] or 0)
    return shown_percent(part, counts["statements"] + (counts["branches"] or 0))


def _mutants(modules: Iterable[Mapping[str, Any]]) -> dict[str, int] | None:
    """Those of all modules; None where none were asked for."""
    counts = [module["mutants"] for module in modules if module["mutants"] is not None]
    return {key: sum(count[key] for count in counts) for key in ("tried", "caught")} if counts else None


# ── links ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _linker(names: Mapping[str, str]) -> Callable[..., str]:
    def link(path: str, line: int | None = None) -> str:
        """ "" where the page does not have the source."""
        if path not in names:
            return ""
        return f"#{names[path]}" if line is None else f"#{names[path]}-L{line}"

    return link


def _places(functions: Iterable[Mapping[str, Any]], link: Callable[..., str]) -> dict[str, str]:
    """By the names that batches use: those of modules, or of files where there are several projects."""
    return {
        f"{f['path'] if f.get('project') else f['module']}:{f['function']}": link(f["path"], f["line"])
        for f in functions
    }


def _function(function: Mapping[str, Any]) -> dict[str, Any]:
    missing = set(function["missing_lines"])
    ways = [way for way in function["missing_branches"] if way["line"] not in missing]
    return {**function, "ways": ways, "absent": len(missing) + len(ways)}


# ── source ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of source; `kind` is c(overed), m(issing), p(artly covered), (e)x(cluded) or "" where nothing counts."""

    number: int
    text: str
    kind: str
    words: tuple[str, ...]
    tests: int | None


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    rows: Sequence[_Row]


def _rows(file: PageFile, tests: _Tests) -> list[_Row]:
    lines = source_lines(file.text.removeprefix("\ufeff"))
    return [_row(file, tests, number, line.rstrip("\r\n")) for number, line in enumerate(lines, 1)]


def _row(file: PageFile, tests: _Tests, number: int, text: str) -> _Row:
    kind = _kind(file, number)
    words = file.partial.get(number, ()) if kind == "p" else ()
    return _Row(number, text, kind, words, tests.number_of(file.tests.get(number, ())))


def _kind(file: PageFile, line: int) -> str:
    """A line that never ran says so, whatever else is known of it."""
    if line in file.missing:
        return "m"
    if line in file.partial:
        return "p"
    if line in file.covered:
        return "c"
    return "x" if line in file.excluded else ""


class _Tests:
    """Numbers the tests, and the sets of tests that ran the same lines, so that the page names each one once."""

    def __init__(self, files: Iterable[PageFile]) -> None:
        ran = Counter(test for file in files for tests in file.tests.values() for test in set(tests))
        self._numbers = {test: number for number, test in enumerate(sorted(ran, key=lambda test: (ran[test], test)))}
        self._known: dict[tuple[str, ...], int] = {}
        self.names = list(self._numbers)
        self.sets: list[list[int]] = []
        """Each with the count of its tests in front; those that run the least come first, as they say the most."""

    def number_of(self, tests: tuple[str, ...]) -> int | None:
        if not tests:
            return None
        if tests not in self._known:
            numbers = sorted({self._numbers[test] for test in tests})
            self._known[tests] = len(self.sets)
            self.sets.append([len(numbers), *numbers[:_TESTS_NAMED]])
        return self._known[tests]


# ── map of modules ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Cell:
    """`band` is 0 for the least covered, 4 for what is covered altogether; `label` is "" where none is to be read."""

    module: Mapping[str, Any]
    box: _Box
    band: int
    label: str


def _cells(modules: Iterable[Mapping[str, Any]]) -> list[_Cell]:
    counted = sorted((module for module in modules if module["statements"]), key=lambda m: -m["statements"])
    boxes = _squarified([m["statements"] for m in counted], _Box(0.0, 0.0, _MAP_WIDTH, _MAP_HEIGHT))
    return [
        _Cell(module, box, _band(module), _label(module["module"].rpartition(".")[2], box))
        for module, box in zip(counted, boxes, strict=True)
    ]


def _label(name: str, box: _Box) -> str:
    """As much of the name as the box has room for; less than three letters say nothing."""
    room = int((box.width - 10) / _LETTER_WIDTH) if box.height > 24 else 0
    if len(name) <= room:
        return name
    return f"{name[: room - 1]}…" if room > 3 else ""


def _band(counts: Mapping[str, Any]) -> int:
    part = counts["covered_statements"] + (counts["covered_branches"] or 0)
    percent = percentage(part, counts["statements"] + (counts["branches"] or 0))
    return sum(percent >= limit for limit in _BANDS)


def _squarified(weights: Sequence[int], whole: _Box) -> list[_Box]:
    """A box for each weight, the largest first, by area; as near to squares as rows of them can be.

    Bruls, Huizing, van Wijk: Squarified Treemaps, 2000.
    """
    boxes: list[_Box] = []
    scale = whole.width * whole.height / (sum(weights) or 1)
    row: list[float] = []
    left = whole
    for area in (weight * scale for weight in weights):
        side = min(left.width, left.height)
        if row and _worst([*row, area], side) > _worst(row, side):
            placed, left = _laid(row, left)
            boxes += placed
            row = []
        row.append(area)
    return boxes + (_laid(row, left)[0] if row else [])


def _worst(row: Sequence[float], side: float) -> float:
    """The highest ratio of the sides of a box, if the boxes fill a row along `side`."""
    square, total = side * side, sum(row) ** 2
    return max(square * max(row) / total, total / (square * min(row))) if square else float("inf")


def _laid(row: Sequence[float], left: _Box) -> tuple[list[_Box], _Box]:
    """The row along the shorter side, and what is left beside it."""
    boxes, done = [], 0.0
    if left.width >= left.height:
        deep = sum(row) / left.height
        for area in row:
            boxes.append(_Box(left.x, left.y + done, deep, area / deep))
            done += area / deep
        return boxes, _Box(left.x + deep, left.y, max(0.0, left.width - deep), left.height)
    deep = sum(row) / left.width
    for area in row:
        boxes.append(_Box(left.x + done, left.y, area / deep, deep))
        done += area / deep
    return boxes, _Box(left.x, left.y + deep, left.width, max(0.0, left.height - deep))
