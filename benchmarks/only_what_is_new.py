"""Checks from outside that each generated test does something that the project's whole own suite does not.

    python benchmarks/only_what_is_new.py PROJECT MODULE_FILE… [--python PATH] [--budget 5] [--mutants]

PROJECT is a checkout or an unpacked sdist with its tests; --python has pytest, coverage and what the tests need. In a
copy of it `testwright generate` is run, then coverage.py over the project's suite alone, then over the generated
tests, each with a context of its own. A test that adds neither a line nor a branch to what the whole suite executes
must (with --mutants) fail with a mutant in the source with which the whole suite passes, each in a fresh process. Ends
with 1 when there is one that adds nothing. Where this is run as root, tests may write to the copy alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage

from testwright.execute.mutants import Suite, judge, record
from testwright.nouns import Mutant, MutantVerdict
from testwright.python_source.planted_source import planted_source

SEALED = 'mount --make-rprivate / && mount --bind "$0" "$0" && mount -o remount,bind,ro / && exec "$@"'
"""In a mount namespace of its own: everything is read-only but the folder named first."""
PLUGIN = """
import coverage

def pytest_runtest_logstart(nodeid, location):
    coverage.Coverage.current().switch_context(nodeid)
"""
MUTANTS_TRIED = 12
"""Of those that a test catches; what the suite lets pass must be among them."""


@dataclass(frozen=True)
class Place:
    """A copy of the project, the interpreter, and a folder beside it for what is measured."""

    project: Path
    python: str
    folder: Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("modules", nargs="+", help="relative to PROJECT")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--budget", default="5")
    parser.add_argument("--mutants", action="store_true")
    parser.add_argument("--ignore-existing", action="store_true", help="to see what would be written without a look")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / "project"
        shutil.copytree(given.project, copy, ignore=shutil.ignore_patterns(".testwright", "__pycache__"))
        data = Path(folder).resolve() / "data"
        data.mkdir()
        superfluous = checked(Place(copy, given.python, data), given)
    sys.exit(1 if superfluous else 0)


def checked(place: Place, given: argparse.Namespace) -> int:
    """How many generated tests add nothing; prints a line for each module and each such test."""
    tests = suite_arguments(place)
    started = time.monotonic()
    document = generated(place, given)
    took = time.monotonic() - started
    existing = measured(place, tests, "existing")
    print(f"{given.project.name}: generate took {took:.0f} s, of which the suite {document['existing']['seconds']} s")
    for note in document["existing"]["notes"]:
        print(f"  note: {note}"[:300])
    found = 0
    for module in document["modules"]:
        if module["problem"] is not None:
            print(f"  {module['module']}: {module['problem']['message']}")
        else:
            found += of_module(place, module, existing, tests, given)
    return found


def of_module(place: Place, module: dict[str, Any], existing: Path, tests: list[str], given: argparse.Namespace) -> int:
    file = str(Path(module["file"]).resolve())
    before = executed(file, arcs_of(existing, file, None))
    nothing_new: list[str] = []
    nodes: list[str] = []
    if module["edit"] is not None:
        ours = measured(place, [module["edit"]["path"]], f"ours-{module['module']}")
        contexts = coverage.CoverageData(basename=str(ours))
        contexts.read()
        nodes = sorted(node for node in contexts.measured_contexts() if node)
        for node in nodes:
            if not executed(file, arcs_of(ours, file, node) | arcs_of(existing, file, None)) - before:
                nothing_new.append(node)
    catching = [n for n in nothing_new if given.mutants and catches_more(place, Path(file), n, module, tests)]
    left = [node for node in nothing_new if node not in catching]
    print(
        f"  {module['module']}: {module['before']} % before, {module['after']} % after; {len(nodes)} tests, "
        f"{len(nodes) - len(nothing_new)} cover something new, {len(catching)} catch something new, {len(left)} neither"
    )
    for node in left:
        print(f"    adds nothing: {node}")
    return len(left)


def suite_arguments(place: Place) -> list[str]:
    """The test files as pytest finds them, before any of ours is there."""
    done = run(place, ["-m", "pytest", "-q", "--collect-only", "--continue-on-collection-errors"])
    files = dict.fromkeys(line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line)
    return [str(place.project / file) for file in files]


def generated(place: Place, given: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "testwright", "generate", *given.modules, "--python", place.python, "--json"]
    command += ["--budget", given.budget, "-o", str(place.project / "generated_tests")]
    command += ["--ignore-existing"] if given.ignore_existing else []
    done = subprocess.run(command, cwd=place.project, capture_output=True, text=True, check=False)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def measured(place: Place, tests: list[str], name: str) -> Path:
    """The file of coverage.py's data of these tests, a context a test."""
    data = place.folder / f"{name}.coverage"
    plugin = place.folder / "context_a_test.py"
    plugin.write_text(PLUGIN, encoding="utf-8")
    covered = ["-m", "coverage", "run", "--branch", f"--data-file={data}", f"--source={place.project}", "--rcfile="]
    run(place, [*covered, "-m", "pytest", "-q", "--continue-on-collection-errors", "-p", "context_a_test", *tests])
    return data


def run(place: Place, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    roots = [str(place.project / "src"), str(place.project), str(place.folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(roots), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"HOME": str(place.folder), "TMPDIR": str(place.folder)}
    sealed = ["unshare", "-m", "sh", "-c", SEALED, str(place.folder.parent)] if os.geteuid() == 0 else []
    command = [*sealed, place.python, *arguments]
    return subprocess.run(command, cwd=place.project, env=environment, capture_output=True, text=True, check=False)


def arcs_of(data: Path, file: str, context: str | None) -> frozenset[tuple[int, int]]:
    """Of one test, or of everything that was run."""
    held = coverage.CoverageData(basename=str(data))
    held.read()
    held.set_query_context(context) if context is not None else held.set_query_contexts(None)
    return frozenset(held.arcs(file) or ())


def executed(file: str, arcs: frozenset[tuple[int, int]]) -> frozenset[Any]:
    """The lines and branches that coverage.py's own report counts."""
    measured = coverage.Coverage(data_file=None, branch=True, config_file=False, messages=False)
    measured.get_data().add_arcs({file: list(arcs)})
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        measured.json_report(morfs=[file], outfile=str(report))
        told = next(iter(json.loads(report.read_text(encoding="utf-8"))["files"].values()))
    return frozenset(told["executed_lines"]) | frozenset(map(tuple, told["executed_branches"]))


def catches_more(place: Place, file: Path, node: str, module: dict[str, Any], tests: list[str]) -> bool:
    """Whether some mutant fails that test and not the suite; each is written to the source."""
    name = node.partition("::")[2]
    test = f"{module['edit']['path']}::{name}"
    roots = (str(place.project / "src"), str(place.project))
    suite = Suite({str(file): ()}, (test,), str(place.project), place.python, roots)
    verdicts: list[MutantVerdict] = []
    with tempfile.TemporaryDirectory() as scratch:
        recorded = record(suite, scratch=Path(scratch))
        judge(suite, recorded, recorded.mutants, scratch=Path(scratch), on_verdict=verdicts.append)
    caught = [verdict.mutant for verdict in verdicts if verdict.outcome == "killed"]
    return any(
        fails(place, file, mutant, [test]) and not fails(place, file, mutant, tests)
        for mutant in caught[:: max(1, len(caught) // MUTANTS_TRIED)]
    )


def fails(place: Place, file: Path, mutant: Mutant, tests: list[str]) -> bool:
    source = file.read_text(encoding="utf-8")
    file.write_text(planted_source(source, mutant), encoding="utf-8")
    try:
        return run(place, ["-m", "pytest", "-q", "-x", "--tb=no", *tests]).returncode != 0
    finally:
        file.write_text(source, encoding="utf-8")


if __name__ == "__main__":
    main()
