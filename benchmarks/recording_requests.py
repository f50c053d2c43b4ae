"""Measures what recording 300 Django requests costs: one recording around all, and a trace of each; beside other tracers.

    python benchmarks/recording_requests.py [--rounds 5] [--requests 300] [--only NAME]…

The requests are those of examples/toolshed, sent in process, after one day of them that is not counted; each day begins with the
same rows. Each way is a process of its own that says how many CPU-seconds the requests took, all its threads included, and
beginning and ending the recording; the ways take turns. Printed are the medians, and their ratio to the median without a
recording. Kolo (2.x, in its two ways) and VizTracer are measured too where they are installed.
Ends with 1 when one recording takes more than 1.05 times as long, or a trace of each request more than 1.5 times.
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
PROGRAM = """
import contextlib, io, itertools, json, sys, time
sys.path.insert(0, ".")
import drive

def around(way):
    if way == "one recording":
        import testwright
        return testwright.record("all", root=".")
    if way == "Kolo, one recording":
        import kolo
        return kolo.enable()
    if way == "VizTracer":
        from viztracer import VizTracer
        return VizTracer(output_file="viz.json", verbose=0)
    return contextlib.nullcontext()

def flush():
    starting = sys.modules.get("testwright.inside.recording.starting")
    if starting and starting.current():
        starting.current().session.flush()

def day(most):
    from django.core.management import call_command
    call_command("flush", interactive=False, verbosity=0)
    call_command("seed", stdout=io.StringIO())
    flush()
    begun = time.process_time()
    sent = sum(1 for _ in itertools.islice(drive.drive(drive.InProcessClient), most))
    flush()
    return sent, time.process_time() - begun

with drive.in_process():
    day(None)
    left, taken, block = int(sys.argv[2]), 0.0, around(sys.argv[1])
    entering = time.process_time()
    block.__enter__()
    taken += time.process_time() - entering
    while left > 0:
        sent, seconds = day(left)
        left, taken = left - sent, taken + seconds
    leaving = time.process_time()
    block.__exit__(None, None, None)
    taken += time.process_time() - leaving
print(json.dumps(taken))
"""
MIDDLEWARE = {
    "a trace of each": "testwright.django.RecordMiddleware",
    "Kolo, a trace of each": "kolo.middleware.KoloMiddleware",
}
WAYS = {
    "without": "django",
    "one recording": "django",
    "a trace of each": "django",
    "VizTracer": "viztracer",
    "Kolo, one recording": "kolo",
    "Kolo, a trace of each": "kolo",
}
"""Each with the library that it needs."""
MOST = {"one recording": 1.05, "a trace of each": 1.5}


def seconds(way: str, requests: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(shutil.copytree(CHECKOUT / "examples/toolshed", Path(folder, "toolshed")))
        (project / "measured.py").write_text(PROGRAM)
        environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TOOLSHED_DEBUG": "1"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # who installs a package has its modules compiled
        environment |= {"TOOLSHED_RECORDER": MIDDLEWARE[way]} if way in MIDDLEWARE else {}
        done = subprocess.run(
            [sys.executable, "measured.py", way, str(requests)],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{way}: {done.stderr[-2000:]}")
        return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--only", action="append", choices=list(WAYS), default=[])
    chosen = parser.parse_args()
    ways = [way for way, needs in WAYS.items() if importlib.util.find_spec(needs)]
    ways = [way for way in ways if way == "without" or not chosen.only or way in chosen.only]
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(chosen.rounds + 1):
        for way in ways:
            taken[way].append(seconds(way, chosen.requests))
    taken = {way: each[1:] for way, each in taken.items()}  # in the first, modules were compiled
    base = statistics.median(taken["without"])
    too_slow = 0
    for way, each in taken.items():
        ratio = statistics.median(each) / base
        print(
            f"{way:22} {1000 * statistics.median(each):8.0f} ms  {ratio:5.2f} times  ({min(each):.2f}-{max(each):.2f} s)"
        )
        too_slow += ratio > MOST.get(way, ratio)
    return 1 if too_slow else 0


if __name__ == "__main__":
    sys.exit(main())
