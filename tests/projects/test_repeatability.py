"""The same seed, source and work give the same bytes: twice, side by side, and after being killed half-way."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

TEXTS = """
    import re
    from dataclasses import dataclass


    @dataclass
    class Slot:
        name: str
        size: int = 1

        def grow(self, by):
            if by < 0:
                raise ValueError(f"cannot grow by {by}")
            self.size += by
            return self


    def parse(text: str) -> dict[str, int]:
        found = {}
        for part in text.split(","):
            match = re.fullmatch(r"([a-z]+)=([0-9]+)", part.strip())
            if match is None:
                raise ValueError(f"not a pair: {part!r}")
            found[match[1]] = int(match[2])
        return found
    """
NUMBERS = """
    def classify(n: int) -> str:
        if n == 1234:
            return "magic"
        if n % 2:
            return "odd"
        return "even"


    def _hidden(items):
        return {i: len(i) for i in items if i.startswith("x")}
    """
WORK = ("--max-executions", "1500", "--seed", "7")
FILES = {"texts.py": TEXTS, "numbers_.py": NUMBERS}


def generated(project) -> dict[str, str]:
    return {file: project.read(file) for file in project.files()}


def test_two_runs_write_the_same_bytes_also_side_by_side(make_project):
    first, second = make_project(FILES, name="one"), make_project(FILES, name="two")
    assert first.run("generate", *WORK, "--jobs", "1").code == 0
    assert (
        second.run("generate", *WORK, "--jobs", "2", environment={"PYTHONHASHSEED": "4711", "TZ": "AAA-9:30"}).code == 0
    )
    assert sorted(generated(first)) == ["tests/test_numbers.py", "tests/test_texts.py"]
    assert generated(first) == generated(second)


def test_another_seed_is_a_different_search(make_project):
    project = make_project({"numbers_.py": NUMBERS})
    documents = [
        project.run("generate", "--diff", "--json", "--max-executions", "300", "--seed", seed).document
        for seed in ("1", "2")
    ]
    assert [d["seed"] for d in documents] == [1, 2]


def test_killed_at_any_moment_resume_gives_the_same_and_nothing_is_half_written(make_project):
    reference = make_project(FILES, name="reference")
    assert reference.run("generate", *WORK).code == 0
    rng = random.Random(3)
    for number in range(3):
        project = make_project(FILES, name=f"killed{number}")
        kill_after(project, rng.uniform(0.3, 5.0))
        for file in project.files("**/test_*"):
            assert project.read(file) == reference.read(file), "a half-written file"
        assert project.run("generate", *WORK, "--resume").code == 0
        assert generated(project) == generated(reference)


def kill_after(project, seconds: float) -> None:
    """`kill -9` to the whole command at some moment of its work."""
    command = [sys.executable, "-m", "testwright", "generate", *WORK]
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        command, cwd=project.root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
