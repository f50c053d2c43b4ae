"""Runs the proven tests of several files in one process, as their users will: what one leaves behind, others meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from testwright.execute.conditions import TOGETHER
from testwright.execute.pytest_worker import ConditionRun, Limits, PytestWorker, run_stages
from testwright.inside.gate.pytest_setup import PytestSetup, joined
from testwright.nouns import RunResult

__all__ = ["ProvenFile", "together"]


@dataclass(frozen=True, slots=True)
class ProvenFile:
    """`name` is unlike those of the others beside it; `nodes` are the names of its tests, without the file's; `setup` is
    what it relies on.
    """

    name: str
    text: str
    nodes: tuple[str, ...]
    setup: PytestSetup = field(default_factory=PytestSetup)


def together(
    files: Sequence[ProvenFile],
    *,
    python: str,
    sys_path: Sequence[str],
    scratch_root: Path,
    jobs: int = 2,
    limits: Limits | None = None,
    stop: Callable[[], bool] | None = None,
    single_too: bool = False,
) -> Mapping[str, Mapping[str, RunResult]]:
    """By file and node how those tests fell that did not pass beside the others, in order, reversed and shuffled.

    Those that take fixtures of different conftests are run apart. ProjectError where there is no pytest. One file alone
    has nothing beside it, and is run only if `single_too`.
    """
    fallen: dict[str, dict[str, RunResult]] = {}
    for number, part in enumerate(_that_fit(files)):
        if len(part) > 1 or (single_too and part):
            paths = _written(part, scratch_root / f"together-{number}")
            setup = joined(file.setup for file in part)
            worker = PytestWorker(
                python, paths, tuple(sys_path), scratch_root, limits or Limits(), stop=stop, setup=setup
            )
            _note_fallen(run_stages(worker, _nodes(part), (TOGETHER,), jobs), part, fallen)
    return fallen


def _that_fit(files: Sequence[ProvenFile]) -> list[list[ProvenFile]]:
    """Those that take no fixtures fit anywhere."""
    by_conftests: dict[tuple[object, ...], list[ProvenFile]] = {}
    for file in files:
        by_conftests.setdefault((file.setup.folder, file.setup.conftests), []).append(file)
    without = by_conftests.pop(("", ()), [])
    first, *others = list(by_conftests.values()) or [[]]
    return [[*without, *first], *others]


def _written(files: Sequence[ProvenFile], folder: Path) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_text(file.text, encoding="utf-8")
    return tuple(folder / file.name for file in files)


def _nodes(files: Sequence[ProvenFile]) -> list[str]:
    """A worker with one file names its tests without it."""
    if len(files) == 1:
        return list(files[0].nodes)
    return [f"{file.name}::{node}" for file in files for node in file.nodes]


def _note_fallen(
    done: Sequence[ConditionRun], files: Sequence[ProvenFile], fallen: dict[str, dict[str, RunResult]]
) -> None:
    for run in done:
        for named, result in run.results.items():
            if result.outcome != "passed":
                name, _, node = named.partition("::") if len(files) > 1 else (files[0].name, "", named)
                fallen.setdefault(name, {}).setdefault(node, result)
