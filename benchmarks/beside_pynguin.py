"""Runs Pynguin beside testwright: same modules, interpreter and processor seconds; judged alike, from outside.

    python benchmarks/beside_pynguin.py [MODULE=PACKAGE==VERSION …] [--budget 5] [--home DIR] [--python PATH]

Each module gets an environment of its own below --home, made with --python (Pynguin 0.48 needs 3.10 or later), with the
package, Pynguin, pytest and coverage. testwright explores for --budget; Pynguin then searches for as many processor
seconds as *all* of testwright took (exploring, observing and proving; --search-seconds sets another number), and may
take --assertion-seconds on top to make assertions. Both with seed 1; should Pynguin hang (it cannot stop a call that
does not return from C), it is ended after a generous wall time and gets seeds 2 and 3.

Printed a module: line+branch coverage by the passing tests (and by all of Pynguin's), tests passing / failing / xfail,
executions in a processor second of searching. Ends with 1 unless testwright covers more of each module and executes at
least 20 times as much a second in each.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from judging import Judgement, judge

PYNGUIN = "pynguin==0.48.0"
MODULES = (
    "string_utils.validation=python-string-utils==1.0.0",
    "docstring_parser.google=docstring_parser==0.18.0",
    "humanize.number=humanize==4.12.3",
    "semver.version=semver==3.0.4",
    "typesystem.fields=typesystem==0.4.1",
    "boltons.iterutils=boltons==25.0.0",
    "flutils.packages=flutils==0.7",
)
RATIO = 20
CLOCK = Path(__file__).resolve().with_name("pynguin_on_cpu_time")
SOURCE = Path(__file__).resolve().parents[1] / "src"
FIND = "import importlib.util, sys; print(importlib.util.find_spec(sys.argv[1]).origin)"


@dataclass(frozen=True)
class Result:
    """What one tool made of one module; `seconds` of searching took `executions`, `cpu` is all that it took."""

    judged: Judgement
    executions: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.executions / self.seconds if self.seconds else 0.0


def environment_of(package: str, python: str, home: Path) -> str:
    """The interpreter of an environment with the package, Pynguin and what judges; made when it is not there."""
    folder = home / package.replace("==", "-")
    interpreter = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(interpreter), "-m", "pip", "install", "-q", package, PYNGUIN, "coverage"]
        subprocess.run(install, check=True)
        (folder / "ready").touch()
    return str(interpreter)


def measured(command: list[str], folder: Path, environment: dict[str, str], wall_seconds: float) -> tuple[str, float]:
    """Output, and the processor seconds of the command with all that it started; TimeoutExpired ends all of them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=pipe,
        stderr=pipe,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=wall_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        print(f"  {Path(command[0]).name} … ended with {process.returncode}: {err[-300:]}", file=sys.stderr)
    return out, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def with_testwright(module: str, python: str, source: Path, folder: Path, budget: float) -> Result:
    command = [sys.executable, "-m", "testwright", "generate", module, "--python", python, "-o", str(folder / "ours")]
    command += ["--budget", str(budget), "--seed", "1", "--json", "-q"]
    printed, cpu = measured(command, folder, {"PYTHONPATH": str(SOURCE)}, 1800)
    report = json.loads(printed)["modules"][0]
    judged = judge(sorted((folder / "ours").rglob("test_*.py")), python=python, source=source)
    return Result(judged, report["executions"], report["seconds"], cpu)


def with_pynguin(
    module: str, python: str, source: Path, folder: Path, search_seconds: float, assertion_seconds: int
) -> Result:
    wall_seconds = 120 + 8 * (search_seconds + assertion_seconds)
    for seed in (1, 2, 3):
        output, report = folder / f"pynguin{seed}", folder / f"executions{seed}.json"
        command = [str(Path(python).with_name("pynguin")), "--no-rich", "--module-name", module, "--seed", str(seed)]
        command += ["--project-path", str(source.parents[module.count(".")]), "--output-path", str(output)]
        command += ["--report-dir", str(folder / "report"), "--maximum-search-time", str(round(search_seconds))]
        command += ["--maximum-mutation-time", str(assertion_seconds)]
        try:
            _, cpu = measured(command, folder, _environment(report, folder), wall_seconds)
        except subprocess.TimeoutExpired:
            print(f"  Pynguin hangs on {module} with seed {seed}: ended after {wall_seconds:.0f} s", flush=True)
            continue
        search = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
        judged = judge(sorted(output.rglob("test_*.py")), python=python, source=source)
        return Result(judged, search.get("executions", 0), search.get("seconds", 0.0), cpu)
    return Result(Judgement(), 0, 0.0, 0.0)


def _environment(report: Path, home: Path) -> dict[str, str]:
    return {
        "PYNGUIN_DANGER_AWARE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(CLOCK),
        "PYNGUIN_EXECUTIONS": str(report),
        "HOME": str(home),
    }


def line(tool: str, result: Result) -> str:
    judged = result.judged
    return (
        f"  {tool:<10} {judged.percent:5.1f} % by passing tests ({judged.all_percent:5.1f} % by all) · "
        f"{judged.passing} passing, {judged.failing} failing, {judged.xfail} xfail · "
        f"{result.executions} executions in {result.seconds:.1f} CPU-s = {result.rate:.0f}/s · {result.cpu:.0f} CPU-s in all"
    )


def compare(named: str, given: argparse.Namespace) -> bool:
    """Whether testwright is ahead in both."""
    module, _, package = named.partition("=")
    python = environment_of(package, given.python, given.home)
    found = subprocess.run([python, "-P", "-c", FIND, module], capture_output=True, text=True, check=True)
    source = Path(found.stdout.strip())
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        ours = with_testwright(module, python, source, folder, given.budget)
        seconds = given.search_seconds or max(given.budget, ours.cpu)
        theirs = with_pynguin(module, python, source, folder, seconds, given.assertion_seconds)
    print(module, line("testwright", ours), line("Pynguin", theirs), sep="\n")
    ratio = ours.rate / theirs.rate if theirs.rate else float("inf")
    print(
        f"  coverage {ours.judged.percent - theirs.judged.percent:+.1f} points · executions × {ratio:.0f}", flush=True
    )
    return ours.judged.percent > theirs.judged.all_percent and ratio >= RATIO and not ours.judged.failing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=MODULES, metavar="MODULE=PACKAGE==VERSION")
    parser.add_argument("--budget", type=float, default=5.0)
    parser.add_argument("--search-seconds", type=float, help="for Pynguin, instead of what testwright took in all")
    parser.add_argument("--assertion-seconds", type=int, default=30)
    parser.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "testwright-beside-pynguin")
    parser.add_argument("--python", default=sys.executable)
    given = parser.parse_args()
    ahead = [compare(named, given) for named in given.modules]
    print(f"testwright ahead, and at least {RATIO} × the executions, on {sum(ahead)} of {len(ahead)} modules")
    sys.exit(not all(ahead))


if __name__ == "__main__":
    main()
