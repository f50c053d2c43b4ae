"""Finds out what the project's own tests do already, and which of their fixtures new tests may take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from testwright.config.existing_files import find_test_files
from testwright.config.options import Options
from testwright.execute.existing_suite import run_existing_suite
from testwright.inside.gate.pytest_setup import ASYNCIO_MODES, PytestSetup
from testwright.nouns import ExistingTests, Target, WrittenCandidate
from testwright.workers import scratch_folder
from testwright.workflows.usable_fixtures import UsableFixtures, fixtures_by_module
from testwright.write.ownership import Ownership

__all__ = ["OwnTests", "existing_tests", "fixtures_for"]


@dataclass(frozen=True, slots=True)
class OwnTests:
    """`fixtures` are, by module, those that a file of its tests may take."""

    existing: ExistingTests = field(default_factory=ExistingTests)
    fixtures: Mapping[str, UsableFixtures] = field(default_factory=dict)

    @property
    def asyncio(self) -> str:
        """The mode of pytest-asyncio that runs async tests; "" where nothing of the project does."""
        mode = self.existing.style.asyncio
        return mode if mode in ASYNCIO_MODES else ""

    def fixture_names(self, module: str) -> list[str]:
        return [each.recipe.name for each in self._fixtures(module).fixtures]

    def setup_of(self, module: str, tests: Sequence[WrittenCandidate]) -> PytestSetup:
        """What of the project's own these tests rely on: no more of it than they need."""
        words = {word for test in tests for word in re.findall(r"\w+", test.source)}
        takes = not words.isdisjoint(self.fixture_names(module))
        setup = self._fixtures(module).setup if takes else PytestSetup()
        is_async = any("async def test" in test.source for test in tests)
        return replace(setup, asyncio=self.asyncio if is_async else "")

    def _fixtures(self, module: str) -> UsableFixtures:
        return self.fixtures.get(module, UsableFixtures())


def existing_tests(
    targets: Sequence[Target],
    options: Options,
    root: Path,
    *,
    notice: Callable[[str], None],
    stop: Callable[[], bool],
) -> ExistingTests:
    """One run of them; those that we wrote and nobody changed are made anew, so they do not count."""
    ours = [target for target in targets if target.in_project]
    if options.ignore_existing or not ours:
        return ExistingTests()
    roots = list(dict.fromkeys(place for target in ours for place in target.import_roots))
    owned = [str(path) for path in Ownership.load(root).owned_files()]
    files = find_test_files(str(root), roots, [target.source for target in ours], owned)
    if not files.wanted:
        return ExistingTests()
    notice("running the project's own tests once")
    with scratch_folder() as scratch:
        return run_existing_suite(
            ours,
            root=root,
            python=options.python,
            tests=files.paths,
            left_out=files.left_out,
            seconds=options.existing_seconds,
            scratch=scratch,
            stop=stop,
        )


def fixtures_for(
    places: Mapping[str, Path],
    targets: Sequence[Target],
    existing: ExistingTests,
    options: Options,
    root: Path,
    *,
    notice: Callable[[str], None],
    stop: Callable[[], bool],
) -> dict[str, UsableFixtures]:
    """By module; `places` are the files that the tests of the targets go to."""
    if not existing.fixtures or "fixtures" in options.without or stop():
        return {}
    return fixtures_by_module(
        existing.fixtures,
        [(target, places[target.module].parent) for target in targets if target.in_project],
        root=root,
        python=options.python,
        jobs=options.jobs,
        notice=notice,
        stop=stop,
    )
