"""Runs 2,000 samples with a scripted model, is killed three times, goes on, and compares with a run that was not.

Prints the CPU of a sample, and whether both runs have the same records.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

UNIT_TESTS = [f"assert twice({n}) == {2 * n}" for n in range(8)]
DEFINITION = f"""[code_generation]
language = "python"
name = "twice"
contributor = "benchmark"
criteria = ["parsed", "executed", "passed_unit_tests", "executed_examples"]
prompt = "Write a function `twice(n)` that doubles a number."
version = "1.0"
examples = ["twice(1)", "twice(-1)"]
unit_tests = {json.dumps(UNIT_TESTS)}
imports = []
reference_solution = "def twice(n): return 2 * n"
"""
VOLATILE = ("timestamp", "elapsed_seconds", "attempt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "twice").mkdir()
        (place / "twice" / "definition.toml").write_text(DEFINITION)
        lines = [{"text": "```python\ndef twice(n): return 2 * n\n```", "again": True}]
        (place / "model.jsonl").write_text("\n".join(map(json.dumps, lines)))
        whole = measured(place, "whole", options.samples)
        for number in range(1, options.kills + 1):
            killed_at(place, "killed", options.samples, number * options.samples // (options.kills + 1))
        finish(place, "killed", options.samples)
        one, other = (records(place / name) for name in ("whole", "killed"))
        print(f"samples: {len(one)} and {len(other)}; equal records: {one == other}")
        print(f"CPU of a sample of {len(UNIT_TESTS) + 2} items: {1000 * whole / options.samples:.1f} ms")


def command(name: str, samples: int) -> list[str]:
    run = ["bench", "run", "twice", "--model", "scripted:model.jsonl", "--samples", str(samples), "--resume", "-q"]
    return [sys.executable, "-m", "testwright", *run, "-o", name]


def finish(place: Path, name: str, samples: int) -> None:
    subprocess.run(command(name, samples), cwd=place, check=True, stdout=subprocess.DEVNULL)


def measured(place: Path, name: str, samples: int) -> float:
    """CPU seconds of the run and all it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    finish(place, name, samples)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def killed_at(place: Path, name: str, samples: int, count: int) -> None:
    process = subprocess.Popen(command(name, samples), cwd=place, stdout=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None and sum(1 for _ in (place / name).rglob("evaluation__*")) < count:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    print(f"killed with {sum(1 for _ in (place / name).rglob('evaluation__*'))} records")


def records(folder: Path) -> dict[str, object]:
    found = {}
    for path in folder.rglob("evaluation__*.json"):
        plain = json.loads(path.read_text())
        for key in VOLATILE:
            plain.pop(key, None)
        plain["items"] = [{**each, "milliseconds": 0} for each in plain["items"]]
        if plain["key"] in found:
            raise SystemExit(f"twice: {path}")
        found[plain["key"]] = plain
    return found


if __name__ == "__main__":
    main()
