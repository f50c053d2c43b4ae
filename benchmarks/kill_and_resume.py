"""Kills `generate` at random moments with SIGKILL, resumes it, and compares with a run that nobody interrupted.

    python benchmarks/kill_and_resume.py [--kills 20] [--max-executions 1500] [--seed 1] [--project FOLDER]

The project (the example, unless another is named) is copied for each kill; in turns the whole process group dies and
the command's own process alone. After each kill: no test file may be half-written, no process and, once it is resumed,
no file may be left behind, also not in the temporary folder; the resumed run must work on unfinished modules alone and
give the bytes of the uninterrupted one. Prints a line a kill; ends with 1 when anything of that was not so.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
GONE_WITHIN = 10.0
NOT_COMPARED = ("__pycache__",)


@dataclass(frozen=True)
class Ground:
    """One copy of the project, and the temporary folder of all that runs for it."""

    project: Path
    temporary: Path

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(CHECKOUT / "src"), "TMPDIR": str(self.temporary)}

    def texts(self) -> dict[str, bytes]:
        """All files by their path; what differs by nature (times, pids) is in none of them but the evidence."""
        paths = sorted(p for p in self.project.rglob("*") if p.is_file() and not set(p.parts) & set(NOT_COMPARED))
        return {str(p.relative_to(self.project)): p.read_bytes() for p in paths}

    def tests(self) -> dict[str, bytes]:
        return {path: text for path, text in self.texts().items() if Path(path).name.startswith("test_")}

    def processes(self) -> list[str]:
        """Those that work in the temporary folder or the project, or name them in their command line."""
        return [told for told in _processes() if str(self.project) in told or str(self.temporary) in told]

    def left_over(self) -> list[str]:
        return sorted(str(p.relative_to(self.temporary)) for p in self.temporary.iterdir())


def _processes() -> Iterator[str]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                yield f"{folder.name} {words} in {os.readlink(folder / 'cwd')}"
            except OSError:  # it ended meanwhile
                continue


def ground(root: Path, name: str, project: Path) -> Ground:
    made = Ground(root / name / "project", root / name / "tmp")
    shutil.copytree(project, made.project, ignore=shutil.ignore_patterns("tests", ".testwright", "__pycache__"))
    made.temporary.mkdir()
    return made


def command(given: argparse.Namespace, *more: str) -> list[str]:
    work = ["--max-executions", str(given.max_executions), "--seed", str(given.seed), "--jobs", "2"]
    return [sys.executable, "-m", "testwright", "generate", *work, *more]


def killed_after(place: Ground, given: argparse.Namespace, seconds: float, *, group: bool) -> bool:
    """Whether it was still at work when the signal came."""
    with subprocess.Popen(
        command(given),
        cwd=place.project,
        env=place.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        time.sleep(seconds)
        at_work = process.poll() is None
        if at_work:
            (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    return at_work


def survivors(place: Ground) -> list[str]:
    """Processes that are still there after a while."""
    deadline = time.monotonic() + GONE_WITHIN
    while (found := place.processes()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def resumed(place: Ground, given: argparse.Namespace) -> tuple[int, list[str]]:
    """Exit code, and what was wrong with what it said: a finished module is not explored again, any other is."""
    finished = {p.stem for p in (place.project / ".testwright" / "finished").glob("*.json")}
    done = subprocess.run(
        command(given, "--resume"),
        cwd=place.project,
        env=place.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    skipped = done.stderr.count("finished before")
    wrong = [] if skipped == len(finished) else [f"{len(finished)} modules were finished, {skipped} were skipped"]
    return done.returncode, wrong if not done.returncode else [*wrong, done.stderr[-300:]]


def one(root: Path, number: int, given: argparse.Namespace, reference: dict[str, bytes], moment: float) -> list[str]:
    """What was wrong after one kill."""
    place = ground(root, f"kill{number}", given.project)
    group = number % 2 == 0
    at_work = killed_after(place, given, moment, group=group)
    wrong = [f"still running: {told[:150]}" for told in survivors(place)]
    wrong += [f"half-written: {path}" for path, text in place.tests().items() if reference.get(path) != text]
    finished = len(list((place.project / ".testwright" / "finished").glob("*.json")))
    code, more = resumed(place, given)
    wrong += more
    now = place.texts()
    tests = {path: text for path, text in now.items() if Path(path).name.startswith("test_")}
    expected = {path: text for path, text in reference.items() if Path(path).name.startswith("test_")}
    wrong += [f"differs: {path}" for path in sorted(tests.keys() ^ expected.keys())]
    wrong += [f"differs: {path}" for path in sorted(tests.keys() & expected.keys()) if tests[path] != expected[path]]
    wrong += [f"left behind: {path}" for path in sorted(now.keys() - reference.keys())]
    wrong += [f"left behind: {path} in the temporary folder" for path in place.left_over()]
    how = ("the group" if group else "the parent") if at_work else "nothing (it had ended)"
    print(f"{number:3d}  killed {how} at {moment:5.2f} s, {finished} modules finished, exit {code}: ", end="")
    print("; ".join(wrong) or "same result, nothing left", flush=True)
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--max-executions", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--project", type=Path, default=CHECKOUT / "examples" / "shop")
    given = parser.parse_args()
    given.project = given.project.resolve()
    rng = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        whole = ground(root, "whole", given.project)
        started = time.monotonic()
        subprocess.run(command(given), cwd=whole.project, env=whole.environment(), check=True, capture_output=True)
        seconds = time.monotonic() - started
        reference = whole.texts()
        print(
            f"uninterrupted: {len(whole.tests())} files in {seconds:.1f} s, left over: {whole.left_over()}", flush=True
        )
        bad = sum(bool(one(root, n, given, reference, rng.uniform(0.2, seconds))) for n in range(given.kills))
    print(
        f"{given.kills} kills, {given.kills - bad} with the uninterrupted result and nothing left behind, {bad} without"
    )
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
