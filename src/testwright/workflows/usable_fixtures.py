"""Decides which fixtures of the project's tests a generated file may take: those that it will see, and that work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testwright.errors import TestwrightError
from testwright.execute.fixture_check import failing_fixtures
from testwright.inside.conftests import folder_imported_from
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.inside.recipes import to_plain
from testwright.nouns import ProjectFixture, Target
from testwright.workers import scratch_folder

__all__ = ["UsableFixtures", "fixtures_by_module", "usable_fixtures"]

_TOLD = 3


@dataclass(frozen=True, slots=True)
class UsableFixtures:
    """`setup` is what a file that takes one of them relies on."""

    fixtures: tuple[ProjectFixture, ...] = ()
    setup: PytestSetup = field(default_factory=PytestSetup)

    @property
    def conftests(self) -> tuple[str, ...]:
        """The paths of those that exploring is told of."""
        return tuple(dict.fromkeys(path for each in self._explored for path in each.recipe.conftests))

    def to_seeds(self) -> list[Any]:
        """What exploring is told of them."""
        return [[to_plain(each.recipe), list(each.kind)] for each in self._explored]

    @property
    def _explored(self) -> list[ProjectFixture]:
        return [each for each in self.fixtures if not each.plain]


def fixtures_by_module(
    taken: Sequence[ProjectFixture],
    places: Sequence[tuple[Target, Path]],
    *,
    root: Path,
    python: str,
    jobs: int,
    notice: Callable[[str], None],
    stop: Callable[[], bool],
) -> dict[str, UsableFixtures]:
    """`places`: the folders that the tests of the targets go to; they are tried once for each."""
    found: dict[tuple[Path, tuple[str, ...]], UsableFixtures] = {}
    for target, folder in places:
        roots = target.import_roots
        if (folder, roots) not in found:
            found[folder, roots] = usable_fixtures(
                taken, folder, root=root, python=python, sys_path=roots, jobs=jobs, notice=notice, stop=stop
            )
    return {target.module: found[folder, target.import_roots] for target, folder in places}


def usable_fixtures(
    taken: Iterable[ProjectFixture],
    folder: Path,
    *,
    root: Path,
    python: str,
    sys_path: Sequence[str],
    jobs: int,
    notice: Callable[[str], None],
    stop: Callable[[], bool],
) -> UsableFixtures:
    """Of those that tests of the project were seen to take, for a file in the folder; none is no error."""
    conftests = _conftests_seen_from(folder.resolve(), root.resolve())
    seen = _seen(taken, [os.path.realpath(path) for path in conftests])
    if not seen:
        return UsableFixtures()
    try:
        setup = _setup(conftests, folder.resolve(), root.resolve())
        with scratch_folder() as scratch:
            failing = failing_fixtures(
                list(seen), setup, python=python, sys_path=sys_path, scratch_root=scratch, jobs=jobs, stop=stop
            )
    except (OSError, UnicodeDecodeError, TestwrightError) as error:
        notice(f"the fixtures of the project's tests are not used: {error}")
        return UsableFixtures()
    if failing and not stop():
        told = [f"{name} ({why})" for name, why in failing.items()]
        notice(f"fixtures that do not work in the sandbox are not used: {', '.join(told[:_TOLD])}")
    return UsableFixtures(tuple(each for name, each in seen.items() if name not in failing), setup)


def _conftests_seen_from(folder: Path, root: Path) -> list[Path]:
    """From the root down to the folder; none for a folder elsewhere."""
    if folder != root and root not in folder.parents:
        return []
    folders = [each for each in (folder, *folder.parents) if each == root or root in each.parents]
    return [path for each in reversed(folders) if (path := each / "conftest.py").is_file()]


def _seen(taken: Iterable[ProjectFixture], conftests: Sequence[str]) -> dict[str, ProjectFixture]:
    """By name; of two of one name, the one nearest to the folder."""
    visible = [each for each in taken if set(each.recipe.conftests) <= set(conftests)]
    return {each.recipe.name: each for each in sorted(visible, key=lambda each: conftests.index(each.recipe.path))}


def _setup(conftests: Sequence[Path], folder: Path, root: Path) -> PytestSetup:
    texts = tuple((path.parent.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in conftests)
    places = tuple(dict.fromkeys(folder_imported_from(str(path)) for path in conftests))
    return PytestSetup(folder=folder.relative_to(root).as_posix(), conftests=texts, sys_path=places)
