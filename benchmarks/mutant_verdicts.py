"""Judges sampled mutants twice: by `mutate`'s forks, and each written to source and run by a fresh pytest process.

    python benchmarks/mutant_verdicts.py MODULE TESTFILE… [--python PATH] [--sample 100] [--seed 1] [--limit 60]

MODULE is importable by --python; its top package is copied, and the copy with the mutant in it comes first on the
path. Prints the mutants on which the two disagree, both scores, and mutants judged a processor second by each way. Ends
with 1 when fewer than 99 % agree.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from testwright.execute.mutants import Suite, judge, record
from testwright.nouns import Mutant, MutantVerdict
from testwright.python_source.planted_source import planted_source

FIND = "import importlib.util, sys; print(importlib.util.find_spec(sys.argv[1]).origin)"


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def outside(mutant: Mutant, root: Path, file: Path, source: str, tests: list[str], given: argparse.Namespace) -> bool:
    """Whether plain pytest, in a process of its own, fails with the mutant in the file."""
    file.write_text(planted_source(source, mutant), encoding="utf-8")
    command = [given.python, "-m", "pytest", "-q", "-x", "--tb=no", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=given.limit, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module")
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=60.0)
    given = parser.parse_args()
    found = subprocess.run([given.python, "-P", "-c", FIND, given.module], capture_output=True, text=True, check=True)
    with tempfile.TemporaryDirectory() as place:
        agree = compare(Path(found.stdout.strip()), Path(place).resolve(), given)
    sys.exit(0 if agree >= 99.0 else 1)


def compare(origin: Path, place: Path, given: argparse.Namespace) -> float:
    """Percent of the sampled mutants on which both agree."""
    depth = given.module.count(".") + (origin.name == "__init__.py")
    package = origin.parents[depth - 1] if depth else origin
    root = place / "copy"
    root.mkdir()
    copied = root / package.name
    shutil.copytree(package, copied) if package.is_dir() else shutil.copy(package, copied)
    file = copied / origin.relative_to(package) if package.is_dir() else copied
    source = file.read_text(encoding="utf-8")
    tests = [shutil.copy(test, root / Path(test).name) for test in given.tests]
    suite = Suite({str(file): ()}, tuple(map(str, tests)), str(root), given.python, (str(root),))
    verdicts: list[MutantVerdict] = []
    before = cpu_of_children()
    recorded = record(suite, scratch=place)
    drawn = random.Random(given.seed).sample(recorded.mutants, min(given.sample, len(recorded.mutants)))
    judge(suite, recorded, drawn, scratch=place, on_verdict=verdicts.append)
    ours = cpu_of_children() - before
    before, same, caught = cpu_of_children(), 0, 0
    for verdict in verdicts:
        fails = outside(verdict.mutant, root, file, source, list(map(str, tests)), given)
        caught += fails
        same += fails == verdict.caught
        if fails != verdict.caught:
            m = verdict.mutant
            print(
                f"  line {m.line} {m.operator} {m.text!r}: {verdict.outcome} by us, {'caught' if fails else 'not'} outside"
            )
    theirs, count = cpu_of_children() - before, len(verdicts)
    score, score_outside = 100 * sum(v.caught for v in verdicts) / count, 100 * caught / count
    print(
        f"{given.module}: {same} of {count} agree ({100 * same / count:.1f} %) · score {score:.1f} and {score_outside:.1f} · "
        f"{count / ours:.0f} mutants a CPU-second, {count / theirs:.2f} outside: × {theirs / ours:.0f}"
    )
    return 100 * same / count


if __name__ == "__main__":
    main()
