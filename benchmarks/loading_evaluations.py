"""Loads all stored evaluations of the Julia LLM Leaderboard: CPU of a first load and of a report from a warm index, each beside
a bare loop of `json.loads` over the same files in the same run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

SHARED = Path(os.environ.get("TESTWRIGHT_SHARED") or Path(__file__).resolve().parents[2] / "shared")
LOOP = """
import json, os, sys, time
from testwright.bench.records.loading import load_table
from testwright.bench.records.model_registry import shipped_registry
from testwright.bench.reporting.leaderboard import grouped
from testwright.bench.reporting.selection import Keys, Selection

def bare(folder):
    for place, _, names in os.walk(folder):
        for name in names:
            if name.startswith("evaluation__"):
                with open(os.path.join(place, name), "rb") as file:
                    json.loads(file.read())

def load(folder):
    return load_table([folder], print)

def report(folder):
    table = load(folder)
    keys = Keys(table, shipped_registry())
    grouped(table, Selection().rows(table, keys), keys, ["model"])

began = time.process_time()
globals()[sys.argv[1]](sys.argv[2])
print(time.process_time() - began)
"""


def cpu(what: str, folder: str, environment: dict[str, str]) -> float:
    """Seconds of user and system time in a process of its own, without its start."""
    command = [sys.executable, "-c", LOOP, what, folder]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        with tarfile.open(SHARED / "leaderboard" / "evaluations.tar.xz") as archive:
            archive.extractall(folder, filter="data")
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        cpu("bare", folder, environment)  # the files are in memory from here on
        bare = min(cpu("bare", folder, environment) for _ in range(3))
        first = cpu("load", folder, environment)
        time.sleep(3)  # a folder that has changed within the tick of its clock is looked at again
        cpu("report", folder, environment)  # draws for the intervals, which are kept
        warm = min(cpu("report", folder, environment) for _ in range(3))
    print(f"bare loop {bare:.2f} s; first load {first:.2f} s = {first / bare:.2f} x")
    print(f"report from a warm index {warm:.3f} s = {warm / bare:.2f} x")


if __name__ == "__main__":
    main()
