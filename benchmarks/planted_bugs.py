"""Counts how many real bugs tests made on the mended code catch, and how many suspicions point at in the faulty code.

    python benchmarks/planted_bugs.py [NAME…] [--budget 5] [--seed 1] [--python PATH]

The bugs are those of planted_bugs/bugs.toml: what public packages had, by their changelogs, each shown anew in a few
lines, mended in planted_bugs/fixed and faulty in planted_bugs/buggy. A bug is caught when some test that passes on the
mended code does not pass on the faulty; it is pointed at when `generate` on the faulty code has a suspicion that it has
not on the mended. Ends with 1 when fewer than 85 % are caught.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from testwright.execute.pytest_gate import gate
from testwright.nouns import Target

HERE = Path(__file__).resolve().parent / "planted_bugs"
WANTED = 85.0


def generate(source: Path, root: Path, given: argparse.Namespace) -> tuple[dict[str, Any], Path]:
    """The report on the module in a project of its own, and the project."""
    root.mkdir()
    (root / "pyproject.toml").write_text('[project]\nname = "planted"\nversion = "0"\n', encoding="utf-8")
    shutil.copy(source, root / source.name)
    command = [sys.executable, "-m", "testwright", "generate", source.name, "--json", "--python", given.python]
    command += ["--budget", str(given.budget), "--seed", str(given.seed)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)["modules"][0], root


def failing(report: dict[str, Any], project: Path, faulty: Path) -> list[str]:
    """The kept tests that do not pass when the module is the faulty one; run in the sandbox."""
    if not report["edit"]:
        return []
    tests = Path(report["edit"]["path"])
    source = project / faulty.name
    shutil.copy(faulty, source)
    nodes = list(report["tests"])
    with tempfile.TemporaryDirectory() as scratch:
        evidence, _ = gate(
            tests.read_text(encoding="utf-8"),
            file_name=tests.name,
            python=report["python"],
            target=Target(source.stem, str(source), (str(project),)),
            sys_path=(str(project),),
            scratch_root=Path(scratch).resolve(),
            nodes=nodes,
            runs=1,
            jobs=1,
        )
    return [n for n in nodes if n not in evidence or any(run.outcome != "passed" for run in evidence[n].runs)]


def kinds(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["slug"], each["target"]) for each in report["suspicions"] if each["confident"]}


def judge(name: str, place: Path, given: argparse.Namespace) -> tuple[list[str], set[tuple[str, str]]]:
    mended, faulty = HERE / "fixed" / f"{name}.py", HERE / "buggy" / f"{name}.py"
    on_mended, project = generate(mended, place / "fixed", given)
    on_faulty, _ = generate(faulty, place / "buggy", given)
    caught = failing({**on_mended, "python": given.python}, project, faulty)
    return caught, kinds(on_faulty) - kinds(on_mended)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--budget", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", default=sys.executable)
    given = parser.parse_args()
    bugs = tomllib.loads((HERE / "bugs.toml").read_text(encoding="utf-8"))
    names = given.names or list(bugs)
    caught_bugs, seen_bugs = 0, 0
    for name in names:
        with tempfile.TemporaryDirectory() as place:
            caught, seen = judge(name, Path(place).resolve(), given)
        caught_bugs, seen_bugs = caught_bugs + bool(caught), seen_bugs + bool(seen)
        told = f"caught by {len(caught)} tests, first {caught[0]}" if caught else "NOT CAUGHT"
        suspected = ", ".join(sorted(slug for slug, _ in seen)) or "-"
        print(f"{name:16} {bugs[name]['package']:16} {told}; suspicions: {suspected}", flush=True)
    share = 100 * caught_bugs / len(names)
    print(f"caught {caught_bugs} of {len(names)} ({share:.0f} %), suspicions point at {seen_bugs}")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
