"""Counts mutants judged a processor second by `testwright mutate`, mutmut 3 and cosmic-ray: the same package and suite.

    python benchmarks/beside_mutmut.py [--package humanize==4.12.3] [--module src/humanize/number.py]
                                       [--tests tests/test_number.py] [--needs freezegun] [--home DIR] [--python PATH]

The package's own source archive gives the module and its tests; each tool gets an environment of its own below --home,
made with --python. Each plants its own mutants and is asked for one process at a time; counted is all that it took from
its start to its report, processes that it started included. cosmic-ray, which starts pytest for each mutant, is
stopped after --seconds, and the mutants that it has judged by then count.

Ends with 1 unless testwright judges at least 6 times as many a second as mutmut, and 50 times as many as cosmic-ray.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

MUTMUT, COSMIC_RAY = "mutmut==3.8.1", "cosmic-ray==8.7.0"
FIGURES = {"mutmut": 6, "cosmic-ray": 50}
SOURCE = Path(__file__).resolve().parents[1] / "src"


@dataclass(frozen=True)
class Result:
    """Mutants judged, of those how many were caught, and the processor seconds of it all."""

    judged: int
    caught: int
    cpu: float

    @property
    def rate(self) -> float:
        return self.judged / self.cpu if self.cpu else 0.0


def environment(home: Path, python: str, name: str, packages: list[str]) -> Path:
    """The folder of its commands; made when it is not there."""
    folder = home / name
    if not (folder / "ready").exists():
        subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "pytest", *packages], check=True)
        (folder / "ready").touch()
    return folder / "bin"


def unpacked(home: Path, package: str, python: str) -> Path:
    """The package's source archive."""
    folder = home / "source"
    if not folder.exists():
        archives = home / "archives"
        fetch = ["download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(archives), package]
        # It asks the package's build system for its name, which for that has to be installed beside pip.
        subprocess.run([python, "-m", "pip", *fetch], check=True)
        with tarfile.open(next(archives.glob("*.tar.gz"))) as archive:
            archive.extractall(folder, filter="data")
    return next(folder.iterdir())


def measured(command: list[str], folder: Path, seconds: float | None = None, **more: str) -> tuple[str, float]:
    """What it printed, and its processor seconds; after `seconds` it is interrupted as by Ctrl-C."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **more}
    process = subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.PIPE, text=True)
    try:
        out, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return out, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def copied(project: Path, place: Path) -> Path:
    shutil.copytree(project, place)
    return place


def with_testwright(given: argparse.Namespace, project: Path, place: Path) -> Result:
    tools = environment(given.home, given.python, "target", [given.package, *given.needs])
    folder = copied(project, place / "testwright")
    command = [sys.executable, "-m", "testwright", "mutate", given.module, "--tests", given.tests, "--json"]
    command += ["--python", str(tools / "python"), "--jobs", "1"]
    printed, cpu = measured(command, folder, PYTHONPATH=str(SOURCE))
    outcomes = json.loads(printed)["mutants"]
    judged = sum(outcomes.values()) - outcomes.get("unjudged", 0)
    return Result(judged, sum(outcomes.get(how, 0) for how in ("killed", "timeout", "crashed")), cpu)


def with_mutmut(given: argparse.Namespace, project: Path, place: Path) -> Result:
    tools = environment(given.home, given.python, "mutmut", [MUTMUT, *given.needs])
    folder = copied(project, place / "mutmut")
    settings = {"source_paths": [given.module.partition("/")[0]], "only_mutate": [given.module]}
    settings["pytest_add_cli_args_test_selection"] = [given.tests]
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as stream:
        told = "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())
        stream.write(f"\n[tool.mutmut]\n{told}\nuse_git_change_detection = false\n")
    _, cpu = measured([str(tools / "mutmut"), "run", "--max-children", "1"], folder)
    subprocess.run([str(tools / "mutmut"), "export-cicd-stats"], cwd=folder, check=True, capture_output=True)
    counted = json.loads((folder / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    caught = counted["killed"] + counted["timeout"] + counted["segfault"] + counted["suspicious"]
    return Result(counted["total"], caught, cpu)


def with_cosmic_ray(given: argparse.Namespace, project: Path, place: Path) -> Result:
    tools = environment(given.home, given.python, "cosmic-ray", [COSMIC_RAY, *given.needs])
    folder = copied(project, place / "cosmic-ray")
    test = f"{tools / 'python'} -m pytest -x -q {given.tests}"
    settings = {"module-path": given.module, "timeout": 60.0, "excluded-modules": [], "test-command": test}
    told = "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())
    text = f'[cosmic-ray]\n{told}\n[cosmic-ray.distributor]\nname = "local"\n'
    (folder / "cosmic.toml").write_text(text, encoding="utf-8")
    command = str(tools / "cosmic-ray")
    sources = {"PYTHONPATH": str(folder / given.module.partition("/")[0])}
    _, preparing = measured([command, "init", "cosmic.toml", "session.sqlite"], folder, **sources)
    _, cpu = measured([command, "exec", "cosmic.toml", "session.sqlite"], folder, given.seconds, **sources)
    dumped = subprocess.run([command, "dump", "session.sqlite"], cwd=folder, check=True, capture_output=True, text=True)
    results = [json.loads(line)[1] for line in dumped.stdout.splitlines()]
    judged = [result for result in results if result is not None]
    caught = sum(result["test_outcome"] == "killed" for result in judged)
    return Result(len(judged), caught, preparing * len(judged) / max(1, len(results)) + cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", default="humanize==4.12.3")
    parser.add_argument("--module", default="src/humanize/number.py")
    parser.add_argument("--tests", default="tests/test_number.py")
    parser.add_argument("--needs", nargs="*", default=["freezegun", "hatchling", "hatch-vcs"])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "testwright-beside-mutmut")
    parser.add_argument("--python", default=sys.executable)
    given = parser.parse_args()
    given.home.mkdir(exist_ok=True)
    builder = environment(given.home, given.python, "target", [given.package, *given.needs]) / "python"
    project = unpacked(given.home, given.package, str(builder))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve()
        ours = with_testwright(given, project, place)
        others = {"mutmut": with_mutmut(given, project, place), "cosmic-ray": with_cosmic_ray(given, project, place)}
    enough = True
    print(f"testwright  {_told(ours)}")
    for name, result in others.items():
        ratio = ours.rate / result.rate if result.rate else float("inf")
        enough &= ratio >= FIGURES[name]
        print(f"{name:11} {_told(result)} · testwright × {ratio:.1f}, wanted × {FIGURES[name]}")
    sys.exit(0 if enough else 1)


def _told(result: Result) -> str:
    return f"{result.judged} mutants, {result.caught} caught, {result.cpu:.1f} CPU-s: {result.rate:.2f} a CPU-second"


if __name__ == "__main__":
    main()
