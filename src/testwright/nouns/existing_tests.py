"""Holds what the project's own tests do already: what they run of each module, with which values, and in what style."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from testwright.inside.recipes import Fixture

__all__ = ["ExistingTests", "MutantKey", "ProjectFixture", "Style"]

Arc: TypeAlias = tuple[int, int]
MutantKey: TypeAlias = tuple[str, tuple[int, int, int, int], str]
"""A mutant of a file, whatever its number is in one run: operator, span, text."""


@dataclass(frozen=True, slots=True)
class Style:
    """How most of the tests are written. `classes`: as methods of plain classes; `asyncio`: "auto" or "strict" mode of
    pytest-asyncio, "anyio", or "" where nothing runs async tests.
    """

    classes: bool = False
    unittest: bool = False
    asyncio: str = ""


@dataclass(frozen=True, slots=True)
class ProjectFixture:
    """A fixture of a conftest.py that tests take, and the class of what it gave them (module and qualname). `plain`: that
    was a number or a short text, which tests that are made from values say as it is.
    """

    recipe: Fixture
    kind: tuple[str, str] = ("", "")
    plain: bool = False


@dataclass(frozen=True, slots=True)
class ExistingTests:
    """One run of the suite; modules go by `Target.source`. `arcs` are what importing and the passing tests execute, in
    coverage.py's convention; `tested_by` the test files with a passing test that runs a function of the file.

    `calls` are what functions of the file were given (as the worker wrote it: it is read where it is used), `values`
    what fixtures gave, by name, `fixtures` those that other tests could take. `notices` say what was left out and why.
    """

    arcs: Mapping[str, frozenset[Arc]] = field(default_factory=dict)
    tested_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    calls: Mapping[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    fixtures: tuple[ProjectFixture, ...] = ()
    style: Style = field(default_factory=Style)
    passed: int = 0
    seconds: float = 0.0
    notices: tuple[str, ...] = ()

    def arcs_of(self, source: str) -> frozenset[Arc]:
        return self.arcs.get(source, frozenset())

    def seeds_of(self, source: str) -> dict[str, Any]:
        """What exploring that file may start from."""
        return {
            "calls": list(self.calls.get(source, ())),
            "values": {name: list(each) for name, each in self.values.items()},
        }

    def digest_of(self, source: str) -> str:
        """Changes when anything does that the tests of that file depend on."""
        told = [sorted(self.arcs_of(source)), self.seeds_of(source), asdict(self.style)]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
