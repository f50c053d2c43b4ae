"""Judges test files from outside, whoever wrote them: how their tests end, and what the passing ones cover."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

HASH_SEEDS = ("0", "1", "999")
PLUGIN = """
import json, os

ends = {}

def pytest_collection_modifyitems(config, items):
    left_out = set(json.loads(os.environ.get("JUDGE_LEAVES_OUT", "[]")))
    items[:] = [item for item in items if item.nodeid not in left_out]

def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        expected = hasattr(report, "wasxfail")
        ends[report.nodeid] = "xfail" if expected else report.outcome

def pytest_collectreport(report):
    if report.failed:
        ends[report.nodeid or "collection"] = "failed"

def pytest_sessionfinish():
    with open(os.environ["JUDGE_WRITES"], "w") as file:
        json.dump(ends, file)
"""


@dataclass(frozen=True)
class Judgement:
    """`percent` is line+branch coverage by the passing tests alone; `all_percent` by whatever ran."""

    percent: float = 0.0
    all_percent: float = 0.0
    passing: int = 0
    failing: int = 0
    xfail: int = 0


def judge(files: list[Path], *, python: str, source: Path) -> Judgement:
    """`python` has pytest and coverage; a test passes when it does so under each hash seed."""
    if not files:
        return Judgement()
    with tempfile.TemporaryDirectory() as folder:
        runs = [_ends(files, python, Path(folder), seed) for seed in HASH_SEEDS]
        nodes = {node for run in runs for node in run}
        passing = {node for node in nodes if all(run.get(node) == "passed" for run in runs)}
        xfail = {node for node in nodes if all(run.get(node) == "xfail" for run in runs)}
        return Judgement(
            percent=_covered(files, python, Path(folder), source, nodes - passing),
            all_percent=_covered(files, python, Path(folder), source, set()),
            passing=len(passing),
            failing=len(nodes - passing - xfail),
            xfail=len(xfail),
        )


def _pytest(files: list[Path]) -> list[str]:
    return ["-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "judge_plugin", *map(str, files)]


def _environment(folder: Path, seed: str, left_out: set[str]) -> dict[str, str]:
    (folder / "judge_plugin.py").write_text(PLUGIN, encoding="utf-8")
    return {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONHASHSEED": seed,
        "JUDGE_WRITES": str(folder / "ends.json"),
        "JUDGE_LEAVES_OUT": json.dumps(sorted(left_out)),
    }


def _ends(files: list[Path], python: str, folder: Path, seed: str) -> dict[str, str]:
    report = folder / "ends.json"
    report.unlink(missing_ok=True)
    environment = _environment(folder, seed, set())
    subprocess.run([python, *_pytest(files)], cwd=folder, env=environment, capture_output=True, check=False)
    ends = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {"pytest": "failed"}
    return {str(node): str(end) for node, end in ends.items()}


def _covered(files: list[Path], python: str, folder: Path, source: Path, left_out: set[str]) -> float:
    data = ["--data-file", str(folder / "coverage")]
    run = [python, "-m", "coverage", "run", "--branch", *data, f"--include={source}", *_pytest(files)]
    subprocess.run(run, cwd=folder, env=_environment(folder, "0", left_out), capture_output=True, check=False)
    figures = folder / "coverage.json"
    figures.unlink(missing_ok=True)
    told = [python, "-m", "coverage", "json", *data, "-o", str(figures)]
    subprocess.run(told, cwd=folder, capture_output=True, check=False)
    if not figures.exists():
        return 0.0
    totals = json.loads(figures.read_text(encoding="utf-8"))["totals"]
    covered = totals["covered_lines"] + totals["covered_branches"]
    return float(100 * covered / (totals["num_statements"] + totals["num_branches"]))
