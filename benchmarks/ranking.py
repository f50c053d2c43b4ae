"""Plants bugs in random functions of projects with tests, and asks how early the audit's order names those that get by.

    python benchmarks/ranking.py PROJECT=PYTHON … [--bugs 30] [--seed 1] [--sample 150]

Each PROJECT is a folder with its tests, PYTHON the interpreter that can run them. The suite is audited as it is, with the
order that `testwright audit` gives by itself. Then `testwright mutate` judges a random sample of planted bugs; from those,
functions are drawn by lot (each function as likely as any other) and for each one bug in it, as many from each project. A
bug that the suite lets pass is one that a person would have wanted to be warned of.

Printed is, for these bugs, the place of their function among all functions of its project (0 = first, 1 = last), in our
order and in the usual one: modules by their percentage, the least covered first, functions of one module in no order, so
that each has the middle place of its module. Ends with 1 unless our median is the lower one. The project is worked on where
it is, as it may be installed from there.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
ORDERED = """
import json, sys
import testwright
from testwright.assess.ranking import ranked
found = testwright.audit(python=sys.argv[1])
ours = {id(f): n for n, f in enumerate(ranked(found.modules))}
print(json.dumps([
    {"path": m.path, "percent": m.percent, "functions": [
        {"name": f.qualname, "line": f.line, "end": f.end_line, "place": ours[id(f)]} for f in m.functions
    ]} for m in found.modules
]))
"""


@dataclass(frozen=True)
class Function:
    """`ours` and `usual` are its places among all functions of the project, from 0 to 1."""

    path: str
    name: str
    line: int
    end: int
    ours: float
    usual: float


def functions(root: Path, python: str) -> list[Function]:
    modules = json.loads(run([sys.executable, "-c", ORDERED, python], root))
    every = sum(len(module["functions"]) for module in modules)
    found = []
    before = 0
    for module in sorted(modules, key=lambda module: module["percent"]):
        own = module["functions"]
        for f in own:
            usual = before + (len(own) - 1) / 2
            place = (f["place"] / max(1, every - 1), usual / max(1, every - 1))
            found.append(Function(module["path"], f["name"], f["line"], f["end"], *place))
        before += len(own)
    return found


def judged(root: Path, python: str, given: argparse.Namespace) -> list[tuple[str, int, bool]]:
    """(path, line, whether the suite caught it) of each judged bug."""
    words = ["--python", python, "--sample", str(given.sample), "--seed", str(given.seed), "--json", "-q"]
    told = json.loads(run([sys.executable, "-m", "testwright", "mutate", *words], root))
    return [
        (file["file"], mutant["line"], mutant["outcome"] in ("killed", "timeout", "crashed"))
        for file in told["files"]
        for mutant in file["mutants"]
        if mutant["outcome"] != "unjudged"
    ]


def run(command: list[str], root: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "src")}
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if not done.stdout:
        sys.exit(f"{command} in {root}:\n{done.stderr}")
    return done.stdout


def inside(known: list[Function], path: str, line: int) -> Function | None:
    """The innermost function that has the line."""
    around = [f for f in known if f.path == path and f.line <= line <= f.end]
    return max(around, key=lambda f: f.line, default=None)


def drawn(root: Path, python: str, given: argparse.Namespace, count: int) -> list[tuple[Function, bool]]:
    known = functions(root, python)
    bugs: defaultdict[Function, list[bool]] = defaultdict(list)
    for path, line, caught in judged(root, python, given):
        if (function := inside(known, path, line)) is not None:
            bugs[function].append(caught)
    chance = random.Random(given.seed)
    chosen = chance.sample(sorted(bugs, key=lambda f: (f.path, f.line)), min(count, len(bugs)))
    return [(function, chance.choice(bugs[function])) for function in chosen]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="+", metavar="PROJECT=PYTHON")
    parser.add_argument("--bugs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=150)
    given = parser.parse_args()
    missed: list[Function] = []
    planted = 0
    each = -(-given.bugs // len(given.projects))
    for pair in given.projects:
        folder, _, python = pair.partition("=")
        found = drawn(Path(folder), os.path.abspath(python), given, each)
        planted += len(found)
        here = [function for function, caught in found if not caught]
        missed += here
        print(f"{Path(folder).name}: {len(found)} planted, {len(here)} get by")
        for function in here:
            print(
                f"  {function.path}:{function.line} {function.name}: ours {function.ours:.2f}, usual {function.usual:.2f}"
            )
    if not missed:
        sys.exit("no bug got by: draw others with --seed")
    ours, usual = (statistics.median(getattr(f, name) for f in missed) for name in ("ours", "usual"))
    print(f"{planted} planted, {len(missed)} get by; median place: ours {ours:.2f}, by module percentage {usual:.2f}")
    sys.exit(0 if ours < usual else 1)


if __name__ == "__main__":
    main()
