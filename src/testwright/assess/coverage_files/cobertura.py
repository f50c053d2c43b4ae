"""Reads Cobertura XML: coverage.py's, which names the missing branches, and others', which count them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from testwright.assess.coverage_files.told import LEAVES, Reading, Reported, unreadable
from testwright.config.safe_xml import safe_parser
from testwright.nouns.coverage import BranchPoint

__all__ = ["read"]

_TAKEN_OF = re.compile(r"\((\d+)/(\d+)\)")


class _Refused(Exception):
    """Well-formed, and not what is read here; the reason is its text."""


@dataclass(slots=True)
class _Lines:
    """Of one file, from all of its classes: each line's hits, and the branch points."""

    hits: dict[int, int] = field(default_factory=dict)
    branches: dict[int, BranchPoint] = field(default_factory=dict)


def read(path: str, content: bytes) -> Reading:
    """All files of the document. Nothing outside of it is loaded, entities of its own are refused.

    Raises ProjectError `coverage-unreadable`.
    """
    document = _Document()
    try:
        document.parse(content)
    except expat.ExpatError as error:
        raise unreadable(path, f"it is damaged XML: {error}", "write it again; it may be cut off") from error
    except (_Refused, ValueError, LookupError) as error:
        raise unreadable(path, str(error)) from error
    branches = any(lines.branches for lines in document.files.values())
    return Reading(
        path,
        tuple((name, _reported(lines, branches)) for name, lines in document.files.items()),
        bases=(*document.roots, os.path.dirname(os.path.abspath(path))),
        has_branches=branches,
    )


def _reported(lines: _Lines, has_branches: bool) -> Reported:
    return Reported(
        statements=frozenset(lines.hits),
        covered=frozenset(line for line, hits in lines.hits.items() if hits > 0),
        branches=lines.branches if has_branches else None,
    )


class _Document:
    """Takes the events of the parser; `files` is by name as written, `roots` are the <source> texts."""

    def __init__(self) -> None:
        self.files: dict[str, _Lines] = {}
        self.roots: list[str] = []
        self._current: _Lines | None = None
        self._root_text: list[str] | None = None
        self._seen: set[str] = set()

    def parse(self, content: bytes) -> None:
        parser = safe_parser()
        parser.StartElementHandler = self._started
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = self._text
        parser.Parse(content, True)
        if "packages" not in self._seen and "class" not in self._seen:
            raise _Refused("it is XML without <packages>, so no Cobertura (it may be Clover)")

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        if name == "line" and self._current is not None:
            _add_line(self._current, attributes)
            return
        if not self._seen and name != "coverage":
            raise _Refused(f"it is XML of <{name}>, and Cobertura is <coverage>")
        self._seen.add(name)
        if name == "class":
            self._current = (
                self.files.setdefault(attributes["filename"], _Lines()) if "filename" in attributes else None
            )
        elif name == "source":
            self._root_text = []

    def _ended(self, name: str) -> None:
        if name == "class":
            self._current = None
        elif name == "source" and self._root_text is not None:
            self.roots += [text] if (text := "".join(self._root_text).strip()) else []
            self._root_text = None

    def _text(self, text: str) -> None:
        if self._root_text is not None:
            self._root_text.append(text)


def _add_line(lines: _Lines, attributes: Mapping[str, str]) -> None:
    """A line may come twice: as the method's, and as the class's."""
    try:
        number, hits = int(attributes["number"]), int(attributes.get("hits", "0"))
    except (KeyError, ValueError) as error:
        raise _Refused(f"it has a <line> without numbers: {dict(attributes)}") from error
    lines.hits[number] = max(hits, lines.hits.get(number, 0))
    counted = _TAKEN_OF.search(attributes.get("condition-coverage", ""))
    if counted is None:
        return
    point = _point(number, int(counted[1]), int(counted[2]), attributes.get("missing-branches", ""))
    known = lines.branches.get(number)
    if known is None or known.taken < point.taken:
        lines.branches[number] = point


def _point(line: int, taken: int, exits: int, missing: str) -> BranchPoint:
    ends = [LEAVES if end.strip() == "exit" else int(end) for end in missing.split(",") if end.strip()]
    complete = len(ends) == exits - taken
    return BranchPoint(line, exits, taken, tuple(ends) if complete else ())
