"""Runs an empty test with each fixture as the gate will run the others, and says which of them can be set up there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from testwright.execute.conditions import TOGETHER
from testwright.execute.pytest_worker import Limits, PytestWorker, run_stages
from testwright.inside.gate.pytest_setup import PytestSetup

__all__ = ["failing_fixtures"]


def failing_fixtures(
    names: Sequence[str],
    setup: PytestSetup,
    *,
    python: str,
    sys_path: Sequence[str],
    scratch_root: Path,
    limits: Limits | None = None,
    jobs: int = 2,
    stop: Callable[[], bool] | None = None,
) -> dict[str, str]:
    """By name why not, of those that fail in any of the runs. ProjectError where there is no pytest."""
    file = scratch_root / "file" / "test_fixtures_alone.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n\n".join(f"def test_{name}({name}):\n    pass\n" for name in names), encoding="utf-8")
    worker = PytestWorker(python, (file,), tuple(sys_path), scratch_root, limits or Limits(), stop=stop, setup=setup)
    done = run_stages(worker, [f"test_{name}" for name in names], (TOGETHER[:1], TOGETHER[1:]), jobs)
    return {
        node.removeprefix("test_"): f"{result.outcome}: {result.detail}"
        for run in reversed(done)
        for node, result in run.results.items()
        if result.outcome != "passed"
    }
