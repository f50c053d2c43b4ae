"""Runs a suite with and without a recording: results, their order, and coverage.py's figures are to be the same.

    python benchmarks/recording_changes_nothing.py FOLDER [--python PATH] [--pytest WORD]…

FOLDER is an unpacked source distribution with its tests; PATH an interpreter that has pytest and what the project needs. Each
of four runs is made in a fresh copy: plain, recorded, under coverage.py, and under coverage.py while it is recorded. Tests that
differ between two plain runs are named and left out, as they differ by themselves. Ends with 1 when anything else differs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"
RESULT = re.compile(r"^(\S+::.*?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b", re.MULTILINE)
WORDS = ("-v", "-p", "no:randomly", "-p", "no:cacheprovider", "-o", "addopts=", "-o", "console_output_style=classic")


class Suite:
    def __init__(self, chosen: argparse.Namespace) -> None:
        self.folder, self.python, self.words = chosen.folder, chosen.python, [*WORDS, *chosen.pytest]

    def run(self, *, covered: bool, recorded: bool) -> tuple[int, list[tuple[str, str]], dict[str, object]]:
        """Exit code, tests in their order with what came of them, and by file the lines and branches."""
        # Always the same folder: its name may be in ids of tests.
        root = Path(tempfile.gettempdir()) / f"changes-nothing-{os.getpid()}" / self.folder.name
        shutil.copytree(self.folder, root)
        try:
            return self._run(root, covered=covered, recorded=recorded)
        finally:
            shutil.rmtree(root.parent, ignore_errors=True)

    def _run(
        self, root: Path, *, covered: bool, recorded: bool
    ) -> tuple[int, list[tuple[str, str]], dict[str, object]]:
        places = [str(place) for place in (root / "src", root) if place.is_dir()]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places), "PYTHONHASHSEED": "0"}
        command = [
            "-m",
            *(["coverage", "run", "--branch", "--source=.", "-m"] if covered else []),
            "pytest",
            *self.words,
        ]
        if recorded:
            environment["PYTHONPATH"] = os.pathsep.join([str(SOURCE), *places])
            before = [sys.executable, "-m", "testwright", "record", "-q", "--python", self.python, "--"]
            done = subprocess.run([*before, self.python, *command], cwd=root, env=environment, **HEARD)  # type: ignore[call-overload]
        else:
            done = subprocess.run([self.python, *command], cwd=root, env=environment, **HEARD)  # type: ignore[call-overload]
        figures: dict[str, object] = {}
        if covered:
            words = [self.python, "-m", "coverage", "json", "-q", "-o", "figures.json"]
            subprocess.run(words, cwd=root, env=environment, check=True, capture_output=True)
            files = json.loads((root / "figures.json").read_text())["files"]
            figures = {file: (each["executed_lines"], each["executed_branches"]) for file, each in files.items()}
        return done.returncode, RESULT.findall(done.stdout), figures


HEARD = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "check": False}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument(
        "--pytest", action="append", default=[], help="a word for pytest, such as the folder of the tests"
    )
    chosen = parser.parse_args()
    suite = Suite(chosen)
    plain, recorded = suite.run(covered=False, recorded=False), suite.run(covered=False, recorded=True)
    covered, both = suite.run(covered=True, recorded=False), suite.run(covered=True, recorded=True)
    again = suite.run(covered=True, recorded=False)
    own = {name for (name, one), (other, two) in zip(covered[1], again[1], strict=False) if (name, one) != (other, two)}
    wrong = _different("results", plain, recorded, own) + _different("results under coverage.py", covered, both, own)
    for file in sorted({*covered[2], *both[2]}):
        if covered[2].get(file) == again[2].get(file) != both[2].get(file):
            print(f"WRONG: coverage of {file}: {_first_difference(covered[2].get(file), both[2].get(file))}")
            wrong += 1
    unsteady = sum(covered[2].get(file) != again[2].get(file) for file in covered[2])
    print(f"{len(plain[1])} tests, {len(covered[2])} files; {len(own)} tests and {unsteady} files differ by themselves")
    return 1 if wrong else 0


def _different(what: str, first: tuple[int, list[tuple[str, str]], object], second: object, own: set[str]) -> int:
    code, results, _ = first
    other_code, other_results, _ = second  # type: ignore[misc, has-type]
    left = [each for each in results if each[0] not in own]
    right = [each for each in other_results if each[0] not in own]
    if (code, left) == (other_code, right) or (own and left == right):
        return 0
    differences = [pair for pair in zip(left, right, strict=False) if pair[0] != pair[1]]
    print(f"WRONG: {what}: exit code {code} and {other_code}, {len(left)} and {len(right)} tests, {differences[:5]}")
    return 1


def _first_difference(first: object, second: object) -> str:
    """Of the lines and branches of a file: those that only one of them has."""
    if not (isinstance(first, tuple) and isinstance(second, tuple)):
        return f"{str(first)[:200]} and {str(second)[:200]}"
    pairs = [
        ([x for x in one if x not in two], [x for x in two if x not in one])
        for one, two in zip(first, second, strict=True)
    ]
    return f"lines {pairs[0]}, branches {pairs[1]}"[:500]


if __name__ == "__main__":
    sys.exit(main())
