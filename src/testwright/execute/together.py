"""Runs the proven tests of several files in one process, as their users will: what one leaves behind, others meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from testwright.execute.conditions import TOGETHER
from testwright.execute.pytest_worker import Limits, PytestWorker, run_stages
from testwright.inside.gate.pytest_setup import PytestSetup
from testwright.nouns import RunResult

__all__ = ["ProvenFile", "together"]


@dataclass(frozen=True, slots=True)
class ProvenFile:
    """`name` is unlike those of the others beside it; `nodes` are the names of its tests, without the file's."""

    name: str
    text: str
    nodes: tuple[str, ...]


def together(
    files: Sequence[ProvenFile],
    *,
    python: str,
    sys_path: Sequence[str],
    scratch_root: Path,
    jobs: int = 2,
    limits: Limits | None = None,
    stop: Callable[[], bool] | None = None,
    setup: PytestSetup | None = None,
) -> Mapping[str, Mapping[str, RunResult]]:
    """By file and node how those tests fell that did not pass beside the others, in order, reversed and shuffled.

    `setup` is what any of them relies on. ProjectError where there is no pytest. One file alone has nothing beside it.
    """
    if len(files) < 2:
        return {}
    folder = scratch_root / "together"
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_text(file.text, encoding="utf-8")
    paths = tuple(folder / file.name for file in files)
    setup = setup or PytestSetup()
    worker = PytestWorker(python, paths, tuple(sys_path), scratch_root, limits or Limits(), stop=stop, setup=setup)
    nodes = [f"{file.name}::{node}" for file in files for node in file.nodes]
    done = run_stages(worker, nodes, (TOGETHER,), jobs)
    fallen: dict[str, dict[str, RunResult]] = {}
    for run in done:
        for named, result in run.results.items():
            if result.outcome != "passed":
                name, _, node = named.partition("::")
                fallen.setdefault(name, {}).setdefault(node, result)
    return fallen
