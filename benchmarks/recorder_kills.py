"""Tries what a recording must live through, at full size; the fast ones are in tests/projects/test_record_hardship.py.

    python benchmarks/recorder_kills.py [--only NAME]… [--kills 20] [--seed 1]

kills     a recorded program is killed (SIGKILL) at a random moment, each second time `testwright record` with it: all earlier
          traces are there, and of the calls all but those of the last half second (and of what the killing itself took)
full      the disk is full: a tmpfs of 2 MB where that may be mounted, else a limit on the size of files
processes four processes, each with forks, record at the same time: each call of each is there once
calls     1,000,000 calls: memory stays within 64 MB of what the program takes without us
values    bytes of 500 MB and a list of 10,000,000 ints are given, returned and kept in an object: memory as above
hostile   objects whose every method raises, writes or ends the process

In each the program's output and exit code are what they are without us. Ends with 1 when something is not as it should be.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE)}
MOST_MEMORY = 64 * 2**20
FUNCTIONS = 3000
LAST_MOMENT = 0.5
ENDING = 0.3
"""Seconds that the killing and the noise of the machine may take."""
SLOW = """
import sys, time, many
with open(sys.argv[1], "ab", buffering=0) as progress:
    for number in range(many.COUNT):
        getattr(many, f"function_{number}")(number)
        progress.write(b"%d %f\\n" % (number, time.time()))
        time.sleep(0.001)
"""
FORKS = """
import os, sys, many
first = int(sys.argv[1])
for number in range(first, first + 100):
    getattr(many, f"function_{number}")(number)
children = []
for child in range(4):
    pid = os.fork()
    if pid == 0:
        for number in range(first + 100 + child * 50, first + 150 + child * 50):
            getattr(many, f"function_{number}")(number)
        sys.stdout.flush()
        sys.exit(0)
    children.append(pid)
print(sorted(os.waitpid(pid, 0)[1] for pid in children))
"""
FILL = f"""
import sys, many
for number in range({FUNCTIONS}):
    getattr(many, f"function_{{number}}")("x" * 5000)
print("whole")
sys.exit(7)
"""
CALLS = """
import resource, work
total = 0
for number in range(1_000_000):
    total += work.add(number, [number])
print(total)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, file=open("memory", "w"))
"""
VALUES = """
import resource, work
large, many = bytes(500_000_000), list(range(10_000_000))
print(len(work.same(large)), len(work.same(many)), len(work.Box(large, many).both()))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, file=open("memory", "w"))
"""
WORK = """
def add(number, items):
    return number + len(items)

def same(value):
    return value

class Box:
    def __init__(self, first, second):
        self.first, self.second = first, second

    def both(self):
        return (self.first, self.second)
"""
HOSTILE = """
import os, sys, work

def wrong(*args, **kwargs):
    print("a method of a stranger ran")
    os._exit(9)

NAMES = ("__repr__ __str__ __eq__ __hash__ __getattr__ __getattribute__ __len__ __iter__ __bool__ __reduce__ __reduce_ex__ "
         "__getstate__ __class_getitem__ __dir__ __sizeof__ __format__ __contains__ __copy__ __deepcopy__ __index__").split()
Meta = type("Meta", (type,), {name: wrong for name in ("__hash__", "__eq__", "__repr__", "__getattribute__", "__instancecheck__")})
bodies = [(object,), (dict,), (list,), (str,), (int,), (Exception,), (tuple,), (set,)]
for bases in bodies:
    for meta in (type, Meta):
        kind = meta("Hostile", bases, {**dict.fromkeys(NAMES, wrong), "prop": property(wrong)})
        value = kind.__new__(kind) if meta is type else type.__call__(kind)
        work.same(value)
        work.same([value, value])
        box = object.__new__(work.Box)
        box.first, box.second = value, box
        work.same(box)
        work.Box.both(box)
ring = []
ring.append(ring)
print(work.same(ring) is ring)
sys.stdout.flush()
os._exit(5)
"""


class Trial:
    """One project in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "pyproject.toml").write_text('[project]\nname = "trial"\nversion = "1"\n')
        functions = "".join(f"def function_{n}(x):\n    return [x, {n}]\n\n" for n in range(FUNCTIONS))
        (folder / "many.py").write_text(f"COUNT = {FUNCTIONS}\n{functions}")
        (folder / "work.py").write_text(WORK)

    def plain(self, name: str, text: str, *words: str) -> tuple[int, str, int]:
        """Exit code, output, and the memory that it told of."""
        return self._told(subprocess.run([sys.executable, self._write(name, text), *words], **self._how()))

    def recorded(self, name: str, text: str, *words: str) -> tuple[int, str, int]:
        return self._told(subprocess.run(self.command(name, text, *words), **self._how()))

    def command(self, name: str, text: str, *words: str) -> list[str]:
        return [sys.executable, "-m", "testwright", "record", "-q", "--", self._write(name, text), *words]

    def traces(self) -> list[dict[str, Any]]:
        found = subprocess.run([sys.executable, "-m", "testwright", "trace", "list", "--json"], **self._how())
        if found.returncode:
            raise SystemExit(found.stderr)
        listed: list[dict[str, Any]] = json.loads(found.stdout)["traces"]
        return listed

    def calls(self, trace: str) -> list[str]:
        shown = subprocess.run([sys.executable, "-m", "testwright", "trace", "show", trace, "--json"], **self._how())
        return [span["name"] for span in json.loads(shown.stdout)["spans"] if span["kind"] == "call"]

    def _write(self, name: str, text: str) -> str:
        (self.folder / f"{name}.py").write_text(text)
        return f"{name}.py"

    def _how(self) -> dict[str, Any]:
        return {"cwd": self.folder, "env": ENVIRONMENT, "capture_output": True, "text": True, "check": False}

    def _told(self, done: subprocess.CompletedProcess[str]) -> tuple[int, str, int]:
        memory = self.folder / "memory"
        told = int(memory.read_text()) if memory.exists() else 0
        memory.unlink(missing_ok=True)
        return done.returncode, done.stdout, told


def kills(trial: Trial, chosen: argparse.Namespace) -> Iterator[str]:
    chance, lost = random.Random(chosen.seed), []
    for number in range(chosen.kills):
        before = {trace["id"]: trace["spans"] for trace in trial.traces()}
        progress = trial.folder / f"progress-{number}"
        process = subprocess.Popen(
            trial.command("slow", SLOW, progress.name),
            cwd=trial.folder,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while not progress.exists():
            time.sleep(0.01)
        time.sleep(chance.uniform(0.05, 2.5))
        killed = time.time()
        if number % 2:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.kill(_child(process.pid), signal.SIGKILL)
        code = process.wait()
        after = {trace["id"]: trace["spans"] for trace in trial.traces()}
        if code != (-signal.SIGKILL if number % 2 else 128 + signal.SIGKILL):
            yield f"kill {number}: exit code {code}"
        if any(after.get(trace) != spans for trace, spans in before.items()):
            yield f"kill {number}: an earlier trace is not what it was"
        lines = [line.split() for line in progress.read_text().splitlines() if line.count(" ") == 1]
        due = sum(float(at) < killed - LAST_MOMENT - ENDING for _, at in lines)
        new = [trace for trace in after if trace not in before]
        there = after[new[0]] if new else 0
        lost.append(len(lines) - there)
        if there < due:
            yield f"kill {number}: {there} calls are there, {due} of {len(lines)} were older than half a second"
    print(f"  {chosen.kills} kills, calls lost: {sorted(lost)} (about one a millisecond)")


def full(trial: Trial, chosen: argparse.Namespace) -> Iterator[str]:
    small = trial.folder / ".testwright"
    trial.recorded("first", "import work\nwork.add(1, [])\n")
    before = trial.traces()
    kept = trial.folder / "kept"
    shutil.copytree(small, kept)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)], capture_output=True, check=False
    )
    text = FILL
    if mounted.returncode:
        print(f"  no tmpfs may be mounted here ({mounted.stderr.decode().strip()}); files are limited instead")
        text = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n" + text
    else:
        shutil.copytree(kept, small, dirs_exist_ok=True)
    try:
        code, output, _ = trial.recorded("fill", text)
        if (code, output) != (7, "whole\n"):
            yield f"exit code {code}, output {output!r}"
        left = trial.traces()
        if [trace["id"] for trace in before] != [
            trace["id"] for trace in left if trace["id"] in {t["id"] for t in before}
        ]:
            yield "an earlier trace is lost"
        print(f"  {'tmpfs' if not mounted.returncode else 'limit'}: exit code {code}, {len(left)} traces")
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", str(small)], check=False)


def processes(trial: Trial, chosen: argparse.Namespace) -> Iterator[str]:
    code, output, _ = trial.plain("forks", FORKS, "0")
    started = [
        subprocess.Popen(
            trial.command("forks", FORKS, str(first)),
            cwd=trial.folder,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (0, 300, 600, 900)
    ]
    for process in started:
        text, _ = process.communicate()
        if (process.returncode, text) != (code, output):
            yield f"exit code {process.returncode}, output {text!r} instead of {code}, {output!r}"
    found = [sorted(int(name.rpartition("_")[2]) for name in trial.calls(trace["id"])) for trace in trial.traces()]
    if sorted(found) != [list(range(first, first + 300)) for first in (0, 300, 600, 900)]:
        yield f"calls are missing or there twice: {[len(each) for each in found]}"
    print(f"  {len(found)} traces of {[len(each) for each in found]} calls")


def _bounded(trial: Trial, name: str, text: str) -> Iterator[str]:
    plain, recorded = trial.plain(name, text), trial.recorded(name, text)
    if plain[:2] != recorded[:2]:
        yield f"{recorded[:2]} instead of {plain[:2]}"
    more = recorded[2] - plain[2]
    print(f"  {plain[2] / 2**20:.0f} MB, recorded {recorded[2] / 2**20:.0f} MB; {trial.traces()[0]['spans']} spans")
    if more > MOST_MEMORY:
        yield f"{more / 2**20:.0f} MB more"


def calls(trial: Trial, chosen: argparse.Namespace) -> Iterator[str]:
    yield from _bounded(trial, "calls", CALLS)


def values(trial: Trial, chosen: argparse.Namespace) -> Iterator[str]:
    yield from _bounded(trial, "values", VALUES)


def hostile(trial: Trial, chosen: argparse.Namespace) -> Iterator[str]:
    plain, recorded = trial.plain("hostile", HOSTILE), trial.recorded("hostile", HOSTILE)
    if plain[:2] != recorded[:2] or plain[0] != 5:
        yield f"{recorded[:2]} instead of {plain[:2]}"
    print(f"  exit code {recorded[0]}")


def _child(process: int) -> int:
    """The recorded program that `testwright record` has started."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=True)
    numbers = re.findall(r"\d+", found.stdout)
    return int(numbers[0]) if numbers else process


TRIALS: dict[str, Callable[[Trial, argparse.Namespace], Iterator[str]]] = {
    each.__name__: each for each in (kills, full, processes, calls, values, hostile)
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=list(TRIALS), default=[])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    wrong = 0
    for name in chosen.only or TRIALS:
        print(name)
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack():
            for problem in TRIALS[name](Trial(Path(folder)), chosen):
                wrong += 1
                print(f"  WRONG: {problem}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
