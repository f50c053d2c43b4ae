"""Measures what becomes of the calls that a suite made: records it, and makes a test of each recorded call.

    python benchmarks/carving.py FOLDER [--python PATH] [--pytest WORD]… [--keep]

FOLDER is an unpacked source distribution with its tests; PATH an interpreter that has pytest, coverage and what the project
needs. The project is copied, its suite is run under coverage.py for its own lines, then recorded, and
`testwright generate --from latest --every-call --ignore-existing` makes tests of what was recorded, without exploring further.

Printed are the calls that were kept (one of each shape), how many are tests that expect a value or an exception, how many
more are run by the test of a recorded call around them, why the others are not; and the lines of the project that the
suite runs, and that the recorded tests run. Ends with 1 when fewer than 65 in 100 calls became tests.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src"
LEAST = 65.0
QUIET = ("-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-o", "addopts=")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument(
        "--pytest", action="append", default=[], help="a word for pytest, such as the folder of the tests"
    )
    parser.add_argument("--keep", action="store_true", help="leave the copy where it is, and say where")
    chosen = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="carving-"))
    try:
        return measure(Project(chosen, scratch))
    finally:
        if chosen.keep:
            print(f"kept: {scratch}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)


class Project:
    def __init__(self, chosen: argparse.Namespace, scratch: Path) -> None:
        self.root = Path(shutil.copytree(chosen.folder, scratch / chosen.folder.name))
        self.scratch, self.python, self.pytest = scratch, chosen.python, list(chosen.pytest)
        places = [str(place) for place in (self.root / "src", self.root) if place.is_dir()]
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}

    def testwright(self, *words: str) -> str:
        environment = {**self.environment, "PYTHONPATH": f"{SOURCE}{os.pathsep}{self.environment['PYTHONPATH']}"}
        return self._run([sys.executable, "-m", "testwright", *words], environment)

    def covered(self, name: str, *words: str) -> dict[str, set[int]]:
        """By file the lines that a run of pytest reaches."""
        data, found = self.scratch / f".coverage-{name}", self.scratch / f"{name}.json"
        self._run(
            [self.python, "-m", "coverage", "run", f"--data-file={data}", "--source=.", "-m", "pytest", *QUIET, *words]
        )
        self._run([self.python, "-m", "coverage", "json", f"--data-file={data}", "-q", "-o", str(found)])
        return {file: set(lines["executed_lines"]) for file, lines in json.loads(found.read_text())["files"].items()}

    def _run(self, words: list[str], environment: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            words, cwd=self.root, env=environment or self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(words)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout


def measure(project: Project) -> int:
    suite = project.covered("suite", *project.pytest)
    project.testwright("record", "-q", "--python", project.python, "--", "-m", "pytest", *QUIET, *project.pytest)
    spans = json.loads(project.testwright("trace", "show", "latest", "--json"))["spans"]
    calls = {span["n"]: span for span in spans if span["kind"] == "call"}
    output = project.root / "recorded_tests"
    words = ("--every-call", "--ignore-existing", "--no-mutants", "--budget", "0", "--json", "--python", project.python)
    text = project.testwright("generate", "--from", "latest", *words, "-o", str(output))
    modules = json.loads(text)["modules"]
    own = project.covered("recorded", str(output)) if output.is_dir() else {}
    alone = project.covered("import", "--collect-only", str(output)) if output.is_dir() else {}
    return report(calls, modules, suite, own, alone)


def report(
    calls: dict[int, dict[str, Any]],
    modules: list[dict[str, Any]],
    suite: dict[str, set[int]],
    own: dict[str, set[int]],
    alone: dict[str, set[int]],
) -> int:
    exact, why = set[int](), dict[int, str]()
    for module in modules:
        made = module["recorded"].get("made", ())
        exact |= {n for each in made if each["exact"] for _, n in each["spans"]}
        left = [(n, each["why"]) for each in module["recorded"].get("not_made", ()) for _, n in each["spans"]]
        left += [
            (n, "its test only says of what type the result is") for e in made if not e["exact"] for _, n in e["spans"]
        ]
        why.update(left)
    around = {n for n in calls.keys() - exact if _is_within(calls, n, exact)}
    rest = calls.keys() - exact - around
    reasons = Counter(
        why.get(n, "a function within a function" if "<" in calls[n]["name"] else "of no target") for n in rest
    )
    print(f"calls kept                {len(calls):6}")
    print(f"tests of their own        {len(exact):6}  {_share(exact, calls):5.1f} %")
    print(f"in the test around them   {len(around):6}  {_share(around, calls):5.1f} %")
    for reason, count in reasons.most_common():
        print(f"  not: {reason:52} {count:6}  {100 * count / max(1, len(calls)):5.1f} %")
    source = {span["file"] for span in calls.values()}
    lines = {(file, line) for file in source for line in suite.get(file, ())}
    reached = {(file, line) for file in source for line in own.get(file, ())} & lines
    imported = {(file, line) for file in source for line in alone.get(file, ())} & lines
    print(f"lines that the suite runs {len(lines):6}")
    print(f"recorded tests run        {len(reached):6}  {_share(reached, lines):5.1f} %")
    beyond = lines - imported
    print(f"… beyond the mere import  {len(reached - imported):6}  {_share(reached - imported, beyond):5.1f} %")
    return 0 if _share(exact | around, calls) >= LEAST else 1


def _is_within(calls: dict[int, dict[str, Any]], number: int, exact: set[int]) -> bool:
    """Some recorded call around it became a test."""
    above = calls[number]["parent"]
    while above in calls:
        if above in exact:
            return True
        above = calls[above]["parent"]
    return False


def _share(part: Any, whole: Any) -> float:
    return 100 * len(part) / max(1, len(whole))


if __name__ == "__main__":
    sys.exit(main())
