"""A module under test, written to a file and imported, with the pieces that observing needs of it."""

from __future__ import annotations

import importlib.util
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from testwright.inside.observing.checks import Place
from testwright.inside.observing.performing import perform
from testwright.inside.scenario import Outcome, Scenario, Step

MODULE = "observed"


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Writes the source to a file and imports it as module "observed"."""

    def write_and_import(source: str) -> ModuleType:
        path = tmp_path / f"{MODULE}.py"
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(MODULE, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[MODULE] = module
        spec.loader.exec_module(module)
        return module

    yield write_and_import
    sys.modules.pop(MODULE, None)


@pytest.fixture
def watch(load: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """watch(source, *steps): the outcome of the steps on a module of that source."""
    monkeypatch.chdir(tmp_path)

    def run(source: str, *steps: Step, blocked: tuple[str, ...] = (), loop_seconds: float = 2.0) -> Outcome:
        module = load(source)
        events = iter([[], list(blocked)])
        return perform(
            Scenario(steps, "target"),
            Place(MODULE, str(module.__file__), (str(tmp_path),)),
            tmp_path / "scratch" / "0",
            loop_seconds=loop_seconds,
            blocked=lambda: next(events),
        )

    return run
