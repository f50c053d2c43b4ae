"""Asks a server about many modules in two calls each, while calls fail and the command is killed, and resumes it.

    python benchmarks/two_step_over_http.py [--modules 200] [--kills 2] [--failing 0.05] [--batch 10] [--jobs 2] [--no-mutants]

The server speaks HTTP on loopback. Each module has a marker of its own, which stands in its source, in the server's
reply about it, and nowhere else. A share of all calls fails: by 429, 500, a cut stream, a wrong content type, or for
good by 400. The command dies by SIGKILL in the midst of the work, is resumed, and in the end is resumed until nothing
fails any more. Every module must then have its own tests and those of no other, each of its two replies must have been
given once, and the memory of the command's process must not grow with the number of modules. Prints what came of it;
ends with 1 when anything was not so.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "tests" / "unit" / "llm"))

from faulty_server import Answer, FaultyServer, chunk, streamed  # noqa: E402

MOST_GROWTH = 0.15
"""Of the memory's peak from the first quarter of the modules to the last one."""
REFUSED = streamed(b'{"error": {"message": "no"}}', kind="application/json", status=400)
FAILURES: tuple[Answer, ...] = (
    streamed(b'{"error": {"message": "later"}}', kind="application/json", status=429, Retry_After="0"),
    streamed(b'{"error": {"message": "on fire"}}', kind="application/json", status=500),
    streamed(chunk("from m")),
    streamed(b"<html>", kind="text/html"),
    REFUSED,
)


def marker(module: str) -> str:
    return f"mark-{hashlib.sha256(module.encode()).hexdigest()[:12]}"


def source(module: str) -> str:
    return f'def value(number):\n    if number > 2:\n        return "{marker(module)}"\n    return "low"\n'


def replies(module: str) -> dict[str, str]:
    name = f"test_{module}"
    head = f"from {module} import value\n\n\ndef {name}():\n"
    body = f'    assert value(3) == "{marker(module)}"\n    assert value(2) == "low"\n'
    return {
        "template": f'{head}    """{marker(module)} and what is low."""\n    ...\n',
        "completion": f'{head}    """{marker(module)} and what is low."""\n{body}',
    }


@dataclass
class Teller:
    """What the server says: to each question the reply of its own module, or a failure. `given` counts the replies."""

    failing: float
    rng: random.Random
    given: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: int = 0
    wrong: list[str] = field(default_factory=list)
    heard: Callable[[int], None] = lambda number: None
    """Is told the number of each call before it is answered."""
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        messages = [each["content"] for each in body["messages"]]
        found = re.search(r"The module `(\w+)`", messages[1])
        assert found is not None
        module, step = found[1], "completion" if len(messages) > 2 else "template"
        with self.lock:
            self.calls += 1
            self.heard(self.calls)
            fails = self.rng.random() < self.failing
            failure = self.rng.choice(FAILURES)
            self.failed += fails
            if not fails:
                self.given[module, step] += 1
            if step == "completion" and replies(module)["template"].strip() != messages[2].strip():
                self.wrong.append(f"{module}: asked to complete the template of another module")
        text = replies(module)[step]
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        right = streamed(chunk(text), chunk(finish="stop", usage=usage), b"data: [DONE]\n\n")
        (failure if fails else right)(handler, body)


@dataclass
class Command:
    """One run of `testwright generate`, which dies at a call of the server, or ends."""

    project: Path
    url: str
    given: argparse.Namespace
    peaks: dict[int, int] = field(default_factory=dict)
    """By the number of calls, the most memory that the process had until then, in kB."""

    def run(self, teller: Teller, *, dies_after: int, resumed: bool) -> tuple[int, str, str]:
        options = ["--model", "m", "--base-url", self.url, "--calls", "two-step", "--replies", "off", "--json"]
        options += ["--batch", str(self.given.batch), "--jobs", str(self.given.jobs)]
        options += ["--resume"] * resumed + ["--no-mutants"] * self.given.no_mutants
        first = teller.calls
        with subprocess.Popen(
            [sys.executable, "-m", "testwright", "generate", *options],
            cwd=self.project,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT / "src")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:

            def heard(number: int) -> None:
                self.peaks[number] = peak(process.pid)
                if dies_after and number - first >= dies_after:
                    os.kill(process.pid, signal.SIGKILL)

            teller.heard = heard
            out, err = process.communicate()
        return process.returncode, out, err


def peak(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # it has ended
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", text)
    return int(found[1]) if found else 0


def settled(document: dict[str, Any], modules: list[str]) -> list[str]:
    """What is wrong with the account of one run."""
    records = {record["module"]: record for record in document["modules"]}
    wrong = [] if len(records) == len(document["modules"]) else ["a module is told twice"]
    wrong += [f"{module}: nothing is told of it" for module in modules if module not in records]
    for module, record in records.items():
        if (record["problem"] is None) != (record["kept"] == 1):
            wrong.append(f"{module}: {record['kept']} tests kept, problem {record['problem']}, {record['rejected']}")
    return wrong


def mixed_up(project: Path, modules: list[str]) -> list[str]:
    """Of the written files, those that are missing, or have a marker that is not their module's."""
    wrong = []
    for module in modules:
        file = project / "tests" / f"test_{module}_written.py"
        text = file.read_text() if file.exists() else ""
        found = set(re.findall(r"mark-\w+", text))
        if found != {marker(module)} or text.count(f"def test_{module}(") != 1:
            wrong.append(f"{module}: its file has {sorted(found)}")
    strangers = {path.name for path in (project / "tests").glob("*.py")} - {f"test_{m}_written.py" for m in modules}
    return wrong + [f"{name}: is nobody's" for name in sorted(strangers)]


def measured(project: Path, given: argparse.Namespace) -> list[str]:
    """What was wrong in all of it."""
    modules = [f"m{number:03}" for number in range(given.modules)]
    (project / "pyproject.toml").write_text('[project]\nname = "many"\nversion = "1"\n')
    for module in modules:
        (project / f"{module}.py").write_text(source(module))
    teller = Teller(given.failing, random.Random(given.seed))
    server = FaultyServer(teller.answer)
    wrong: list[str] = []
    try:
        code, out, err, resumed = -signal.SIGKILL, "", "", False
        for number in range(given.kills):
            command = Command(project, server.url, given)
            code, out, err = command.run(teller, dies_after=given.modules * 2 // (given.kills + 2), resumed=resumed)
            written = len(list((project / "tests").glob("*.py")))
            print(f"kill {number + 1}: exit {code} after {teller.calls} calls, {written} files written", flush=True)
            wrong += [] if code == -signal.SIGKILL else [f"the run was not killed: exit {code}: {err[-2000:]}"]
            resumed = True
        for number in range(20):
            command = Command(project, server.url, given)
            started = time.monotonic()
            code, out, err = command.run(teller, dies_after=0, resumed=resumed)
            resumed = True
            if code not in (0, 1, 2) or not out:
                return [*wrong, f"exit {code}: {err[-3000:]}"]
            document = json.loads(out)
            problems = Counter(r["problem"]["slug"] for r in document["modules"] if r["problem"] is not None)
            again = sum(record["resumed"] for record in document["modules"])
            seconds = time.monotonic() - started
            print(
                f"run {number + 1}: exit {code} in {seconds:.0f} s, {len(document['modules'])} modules told, {again} of them "
                f"finished before, problems {dict(problems)}",
                flush=True,
            )
            wrong += settled(document, modules)
            if number == 0:
                wrong += memory(command.peaks)
            if not problems or wrong:
                break
        wrong += mixed_up(project, modules)
        wrong += teller.wrong
        wrong += twice(teller, given.kills, given.batch)
    finally:
        server.close()
    print(f"{teller.calls} calls, {teller.failed} of them failed ({teller.failed / teller.calls:.1%})")
    return wrong


def memory(peaks: dict[int, int]) -> list[str]:
    """The peak at a quarter of the calls of the longest run, beside that at its end."""
    told = [peaks[number] for number in sorted(peaks) if peaks[number]]
    if len(told) < 20:
        return []
    early, late = told[len(told) // 4], told[-1]
    print(
        f"memory: {early / 1024:.1f} MiB at most in the first quarter of {len(told)} calls, {late / 1024:.1f} at the end"
    )
    return [] if late <= early * (1 + MOST_GROWTH) else [f"the memory grew from {early} to {late} kB"]


def twice(teller: Teller, kills: int, batch: int) -> list[str]:
    """A reply may be lost only when it was under way as the command died."""
    again = {key: number for key, number in teller.given.items() if number > 1}
    print(f"{len(again)} replies were asked for again after a kill")
    return [] if sum(n - 1 for n in again.values()) <= kills * batch else [f"asked more than once: {again}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=int, default=200)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--failing", type=float, default=0.05)
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-mutants", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wrong = measured(Path(folder).resolve(), given)
    print("\n".join(wrong) or f"{given.modules} modules, each with its own tests, after {given.kills} kills")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
