"""Measures what a recording costs: the same programs without one, and with one.

    python benchmarks/recording.py [--rounds 5] [--only NAME]

Each run is a process of its own that says how many CPU-seconds its work took; with and without take turns. Printed are the
medians and their ratio: a recursion of 150,000 calls, 60,000 calls of small methods, and one call that draws lots and reads
the clock 100,000 times (twice each: what is new is seen in the first round), and the 78 requests of examples/toolshed with a
trace of each (left out without Django). Ends with 1 when a first round, or that one call, takes more than 3 times as long, a
second one or the requests more than 1.5 times.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SOURCE = CHECKOUT / "src"
SHOP = """
import random, time

class Cart:
    def __init__(self):
        self.lines = []

    def add(self, name, quantity):
        self.lines.append((name, quantity))
        return len(self.lines)

    def total(self):
        return sum(quantity for _, quantity in self.lines)

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def methods():
    for number in range(20_000):
        cart = Cart()
        cart.add("tea", number)
        cart.total()

def readings():
    late = 0
    for _ in range(100_000):
        late += random.random() < 0.5 and time.time() > late
"""
CALLS = """
import json, sys, time
sys.path.insert(0, {source!r})
import shop
if {recorded!r}:
    import testwright
    block = testwright.record("all", root=".")
    block.__enter__()
taken = []
for work in (lambda: shop.fib(24), shop.methods, shop.readings) * 2:
    begun = time.process_time()
    work()
    taken.append(time.process_time() - begun)
if {recorded!r}:
    block.__exit__(None, None, None)
names = [f"{{name}}{{again}}" for again in ("", " again") for name in ("recursion", "methods", "readings")]
print(json.dumps(dict(zip(names, taken))))
"""
MOST = {"recursion": 3.0, "methods": 3.0, "readings": 3.0, "readings again": 3.0} | dict.fromkeys(
    ("recursion again", "methods again", "requests"), 1.5
)


def calls(folder: Path, *, recorded: bool) -> dict[str, float]:
    (folder / "shop.py").write_text(SHOP)
    (folder / "program.py").write_text(CALLS.format(source=str(SOURCE), recorded=recorded))
    text = _run(folder, "program.py")
    return json.loads(text.splitlines()[-1])


def requests(folder: Path, *, recorded: bool) -> dict[str, float]:
    """The whole process: importing Django takes its part of both."""
    project = Path(shutil.copytree(CHECKOUT / "examples/toolshed", folder / "toolshed"))
    more = {"TOOLSHED_DEBUG": "1"} | ({"TOOLSHED_RECORDER": "testwright.django.RecordMiddleware"} if recorded else {})
    before = os.times()
    _run(project, "drive.py", "--in-process", **more)
    after = os.times()
    return {"requests": after.children_user + after.children_system - before.children_user - before.children_system}


def _run(folder: Path, *words: str, **more: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), **more}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    works = {"calls": calls, **({"requests": requests} if importlib.util.find_spec("django") else {})}
    taken: dict[tuple[str, bool], list[float]] = {}
    for _ in range(chosen.rounds):
        for name, work in works.items():
            for recorded in (False, True) if chosen.only in ("", name) else ():
                with tempfile.TemporaryDirectory() as folder:
                    for part, seconds in work(Path(folder), recorded=recorded).items():
                        taken.setdefault((part, recorded), []).append(seconds)
    too_slow = []
    for part in dict.fromkeys(part for part, _ in taken):
        without, with_it = (statistics.median(taken[part, recorded]) for recorded in (False, True))
        print(f"{part:16} {1000 * without:8.1f} ms  recorded {1000 * with_it:8.1f} ms  {with_it / without:5.2f} times")
        too_slow += [part] if with_it / without > MOST[part] else []
    return 1 if too_slow else 0


if __name__ == "__main__":
    sys.exit(main())
