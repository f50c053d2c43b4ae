"""Holds what the stages have made of one module so far: its tests, what they prove, and what was found on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from testwright.execute.coverage_figures import CoverageFigures
from testwright.execute.kill_matrix import KillMatrix
from testwright.explore.explore_module import Exploration
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import Candidate, Evidence, ExistingTests, MutantKey, Suspicion, Target, Verdict
from testwright.workflows.usable_fixtures import UsableFixtures

__all__ = ["GeneratedModule", "Notice", "Stop"]

Stop = Callable[[], bool]
Notice = Callable[[str], None]


@dataclass(slots=True)
class GeneratedModule:
    """`text` is the proven file ("" = nothing kept), of the tests `chosen`; evidence and verdicts are of its nodes and
    of those rejected.
    """

    target: Target
    text: str = ""
    setup: PytestSetup = field(default_factory=PytestSetup)
    """What of the project's own the text relies on."""
    chosen: list[Candidate] = field(default_factory=list)
    before: CoverageFigures | None = None
    after: CoverageFigures | None = None
    evidence: dict[str, Evidence] = field(default_factory=dict)
    kept: list[Verdict] = field(default_factory=list)
    rejected: list[Verdict] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)
    exploration: Exploration = field(default_factory=Exploration)
    matrix: KillMatrix = field(default_factory=KillMatrix)
    """Of the tests in `text`, found by running just that file."""
    suspicions: list[Suspicion] = field(default_factory=list)
    foreign: frozenset[str] = frozenset()
    """What pytest would take for tests if the file imported it by name."""
    recorded: tuple[Mapping[str, Any], ...] = ()
    """The recorded calls, as they were given."""
    existing: ExistingTests = field(default_factory=ExistingTests)
    """What the project's own tests do already, which is not to be done again."""
    fixtures: UsableFixtures = field(default_factory=UsableFixtures)
    caught_already: frozenset[MutantKey] = frozenset()
    """The mutants that they catch."""
    adds_nothing: bool = False
    """All that passed reaches only what the project's own tests reach."""
    interrupted: bool = False
