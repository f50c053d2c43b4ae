"""Decides how pytest is called on a suite: where it is, with the project's settings, or as copies with none at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..gate.in_place import AbsorbedOptions, arguments_in_place
from ..gate.pytest_run import UNWANTED_PLUGINS, arguments_apart, copied, forget_the_users_settings
from ..gate.pytest_setup import PytestSetup
from ..gate.reporter import node_name

__all__ = ["SuiteRun"]


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """`tests` are paths; `copies` (name, content) are run in their stead, with what they rely on of the project's
    `setup`, where the suite is not run in its place.
    """

    tests: tuple[str, ...]
    scratch: Path
    in_place: bool
    copies: tuple[tuple[str, bytes], ...] = ()
    setup: PytestSetup = field(default_factory=PytestSetup)

    @classmethod
    def from_job(cls, job: dict[str, Any]) -> SuiteRun:
        """Reads the files: the child that runs them may not be allowed to."""
        in_place, tests = bool(job["in_place"]), tuple(job["tests"])
        copies = () if in_place else tuple((Path(name).name, Path(name).read_bytes()) for name in tests)
        setup = PytestSetup.from_plain(job.get("setup", {}))
        return cls(tests, Path(job["scratch"]).resolve(), in_place, copies, setup)

    def run(self, plugins: Sequence[Any]) -> int:
        """pytest's exit code."""
        import pytest

        forget_the_users_settings(plugins=self.in_place)
        if self.in_place:
            arguments = arguments_in_place(self.tests, str(self.scratch), UNWANTED_PLUGINS)
            plugins = [AbsorbedOptions(), *plugins]
        else:
            arguments = arguments_apart(copied(self.copies, self.scratch, self.setup), self.scratch, self.setup)
        return int(pytest.main([*arguments, "--continue-on-collection-errors"], plugins=list(plugins)))

    @property
    def name(self) -> Callable[[str], str]:
        """How a node is told of: as pytest does in the project, or as the gate does of files of its own."""
        return str if self.in_place else lambda node: node_name(node, several=len(self.copies) > 1)
