"""Puts together what was found of several tests for one reason, so that every report says it once, with their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["FindingGroup", "FoundTest", "finding_groups"]


@dataclass(frozen=True, slots=True)
class FoundTest:
    """`own` is what is the case with this test and not with the others, "" for nothing."""

    path: str
    line: int
    name: str
    own: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """`words` say what is the case with all of them, "" if that is another thing with each."""

    slug: str
    words: str
    hint: str
    tests: tuple[FoundTest, ...]


def finding_groups(findings: Iterable[Mapping[str, Any]]) -> list[FindingGroup]:
    """Of `SuiteFinding.to_plain`, in the order of the first of each."""
    alike: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for finding in findings:
        alike.setdefault((finding["slug"], finding["cause"], finding["hint"]), []).append(finding)
    return [_group(found) for found in alike.values()]


def _group(found: Sequence[Mapping[str, Any]]) -> FindingGroup:
    first = found[0]
    words = first["message"] if len({each["message"] for each in found}) == 1 else first["cause"]
    return FindingGroup(first["slug"], words, first["hint"], tuple(_test(each, words) for each in found))


def _test(finding: Mapping[str, Any], words: str) -> FoundTest:
    own = finding["message"].removeprefix(words).removeprefix(": ")
    return FoundTest(finding["path"], finding["line"], finding["test"].partition("::")[2], own)
