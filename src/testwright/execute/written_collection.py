"""Imports tests that others wrote, each in a file of its own, and says what pytest finds in it: nothing is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from testwright.execute.conditions import Condition
from testwright.execute.pytest_worker import ConditionRun, Limits, PytestWorker
from testwright.inside.gate.pytest_setup import PytestSetup

__all__ = ["Collected", "collect_apart"]

_COLLECT = Condition(0, "none")


@dataclass(slots=True)
class Collected:
    """By the number of a file its nodes, or why it has none; `unknown` = pytest did not come to its end with them."""

    nodes: dict[int, tuple[str, ...]] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    unknown: tuple[int, ...] = ()


def collect_apart(
    texts: Mapping[int, str],
    *,
    python: str,
    sys_path: Sequence[str],
    scratch_root: Path,
    limits: Limits | None = None,
    stop: Callable[[], bool] | None = None,
    setup: PytestSetup | None = None,
) -> Collected:
    """One process imports all files. Where one of them ends it, all that are left are tried by halves."""
    found = Collected()
    waiting = [list(texts)]
    tries = 0
    while waiting:
        part = waiting.pop(0)
        if not part or (stop is not None and stop()):
            continue
        tries += 1
        folder = scratch_root / f"collect-{tries}"
        folder.mkdir(parents=True)
        files = [folder / _name(number) for number in part]
        for file, number in zip(files, part, strict=True):
            file.write_text(texts[number], encoding="utf-8")
        worker = PytestWorker(
            python, tuple(files), tuple(sys_path), folder, limits or Limits(), stop=stop, setup=setup or PytestSetup()
        )
        run = worker.run(_COLLECT, (), ())
        if run.foreign or run.collection_errors or run.skipped:
            _take(run, part, found)
        elif len(part) == 1:
            found.problems[part[0]] = "importing it ends the process, or does not end"
        else:
            waiting = [part[: len(part) // 2], part[len(part) // 2 :], *waiting]
    found.unknown = tuple(number for number in texts if number not in found.nodes and number not in found.problems)
    return found


def _name(number: int) -> str:
    return f"test_{number:04}.py"


def _take(run: ConditionRun, part: Sequence[int], found: Collected) -> None:
    several = len(part) > 1
    errors = list(run.collection_errors)
    for number in part:
        prefix = f"{_name(number)}::" if several else ""
        mine = [node.removeprefix(prefix) for node in run.foreign if node.startswith(prefix)]
        failed = "" in mine or not mine or any(f"{prefix}{node}" in run.uncollected for node in mine)
        if failed:
            found.problems[number] = errors.pop(0) if errors else run.skipped or "pytest finds no test in it"
        else:
            found.nodes[number] = tuple(dict.fromkeys(mine))
