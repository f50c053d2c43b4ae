"""Runs hostile code in real workers: every run ends, nothing outside scratch changes, the next child still works."""

from __future__ import annotations

import os
import sys
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from testwright.workers import JobEnd, run_job
from testwright.workers.doctor_probe import probe_isolation

pytestmark = pytest.mark.skipif(os.name != "posix", reason="workers need Linux or macOS")
LINUX = sys.platform.startswith("linux")


@dataclass(frozen=True)
class Attack:
    """`kinds`: ends that are right; `blocked`: event that must be recorded; `needs`: part of the level it relies on."""

    name: str
    source: str
    kinds: frozenset[str] = frozenset({"ok"})
    blocked: str = ""
    needs: str = ""


def read_attacks(section: str, opening: str = "") -> list[Attack]:
    tables = tomllib.loads(Path(__file__).with_name("hostile_code.toml").read_text())[section]
    return [
        Attack(
            name=table["name"],
            source=opening + table["source"],
            kinds=frozenset(table.get("kinds", ["ok"])),
            blocked=table.get("blocked", ""),
            needs=table.get("needs", ""),
        )
        for table in tables
    ]


LIBC = "import ctypes, os, signal\nlibc = ctypes.CDLL(None, use_errno=True)\n"
SWALLOWED = "import os, shutil, socket, subprocess\nfrom contextlib import suppress\nwith suppress(OSError):\n"
ENDS = read_attacks("ends", LIBC)
SIDE_EFFECTS = [
    replace(attack, source=SWALLOWED + indent(attack.source, "    ")) for attack in read_attacks("side_effects")
]
BELOW_PYTHON = read_attacks("below_python", LIBC)


@dataclass
class Ground:
    """A fake home and project, with the scratch folder between them."""

    home: Path
    project: Path
    scratch: Path

    def snapshot(self) -> dict[str, tuple[int, int, bytes]]:
        paths = [path for folder in (self.home, self.project) for path in [folder, *folder.rglob("*")]]
        return {
            str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
            for path in sorted(paths)
        }


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return prepare(tmp_path)


def prepare(folder: Path) -> Ground:
    ground = Ground(folder / "home", folder / "project", folder / "scratch")
    for folder in (ground.home, ground.project, ground.scratch):
        folder.mkdir()
    for folder in (ground.home, ground.project):
        (folder / "kept").write_text("as it was")
    return ground


def run_scripts(
    ground: Ground, *scripts: str, isolation: str = "auto", wall_seconds: float = 1.0
) -> tuple[list[dict[str, Any]], JobEnd]:
    names = f"home, project = {str(ground.home)!r}, {str(ground.project)!r}\n"
    job = {
        "task": "script",
        "sys_path": [],
        "scratch": str(ground.scratch),
        "memory_mb": 512,
        "isolation": isolation,
        "scripts": [names + script for script in scripts],
        "wall_seconds": wall_seconds,
    }
    messages: list[dict[str, Any]] = []
    end = run_job(sys.executable, job, on_message=messages.append, wall_seconds=60.0)
    return messages, end


def check(ground: Ground, attack: Attack, isolation: str, wall_seconds: float = 1.0) -> dict[str, Any]:
    """Run the attack and then harmless code; gives what the attack's script reported."""
    before = ground.snapshot()
    messages, end = run_scripts(
        ground, attack.source, "result['alive'] = True", isolation=isolation, wall_seconds=wall_seconds
    )
    assert ground.snapshot() == before
    assert end.reason == "done", end
    assert not [message for message in messages if "forged" in message]
    ends = [message for message in messages if "kind" in message]
    assert [message["index"] for message in ends] == [0, 1]
    assert ends[0]["kind"] in attack.kinds, (ends[0], end.stderr_tail)
    assert ends[1]["kind"] == "ok"
    assert {"index": 1, "result": {"alive": True}, "blocked": []} in messages
    return next((message for message in messages if message["index"] == 0 and "result" in message), {})


def named(attacks: list[Attack]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("attack", attacks, ids=[attack.name.replace(" ", "-") for attack in attacks])


@named([attack for attack in ENDS if LINUX or "memory" not in attack.kinds])
def test_every_run_ends_and_the_next_one_works(ground: Ground, attack: Attack) -> None:
    check(ground, attack, "auto", wall_seconds=30.0 if "timeout" not in attack.kinds else 0.3)


@dataclass
class Raid:
    """What became of all attacks of one kind, run one after the other by one worker."""

    level: str
    said: dict[int, dict[str, Any]]
    ends: dict[int, dict[str, Any]]
    untouched: bool


def raid(ground: Ground, attacks: list[Attack], isolation: str) -> Raid:
    before = ground.snapshot()
    messages, end = run_scripts(ground, *(a.source for a in attacks), isolation=isolation, wall_seconds=30.0)
    assert end.reason == "done", end
    said = {message["index"]: message for message in messages if "result" in message}
    ends = {message["index"]: message for message in messages if "kind" in message}
    return Raid(end.isolation, said, ends, ground.snapshot() == before)


@pytest.fixture(scope="module", params=["auto", "basic"])
def side_effects(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Raid:
    return raid(prepare(tmp_path_factory.mktemp("side")), SIDE_EFFECTS, request.param)


@pytest.fixture(scope="module")
def below_python(tmp_path_factory: pytest.TempPathFactory) -> Raid:
    """Attacks that this system could not stop are left out: they would hit the machine that runs the tests."""
    parts = probe_isolation(sys.executable)["level"].split("+")
    harmless = Attack("left out", "result['got'] = 'left out'")
    return raid(
        prepare(tmp_path_factory.mktemp("below")),
        [attack if attack.needs in parts else harmless for attack in BELOW_PYTHON],
        "auto",
    )


@named(SIDE_EFFECTS)
def test_side_effects_are_blocked_and_recorded(side_effects: Raid, attack: Attack) -> None:
    index = SIDE_EFFECTS.index(attack)
    events = [event.split()[0] for event in side_effects.said[index]["blocked"]]
    assert events
    assert not attack.blocked or attack.blocked in events
    assert side_effects.ends[index]["kind"] == "ok"


def test_side_effects_leave_home_and_project_as_they_were(side_effects: Raid) -> None:
    assert side_effects.untouched


@named(BELOW_PYTHON)
@pytest.mark.skipif(not LINUX, reason="namespaces and filters are Linux's")
def test_the_kernel_refuses_what_the_hook_cannot_see(below_python: Raid, attack: Attack) -> None:
    if attack.needs not in below_python.level.split("+"):
        pytest.skip(f"this system gives {below_python.level} only")
    assert below_python.said[BELOW_PYTHON.index(attack)]["result"]["got"] == -1


@pytest.mark.skipif(not LINUX, reason="namespaces and filters are Linux's")
def test_the_kernel_keeps_home_and_project_as_they_were(below_python: Raid) -> None:
    if "read-only" not in below_python.level.split("+"):
        pytest.skip(f"this system gives {below_python.level} only")
    assert below_python.untouched


def test_without_the_kernel_the_same_attacks_get_through(ground: Ground) -> None:
    """The attacks are real: at the weakest level, which has the hook alone, files do change."""
    writers = [attack for attack in BELOW_PYTHON if attack.needs == "read-only"]
    assert not raid(ground, writers, "basic").untouched


FORK_BOMB = """
import time
os.mkdir("mark")
os.chdir("mark")
for _ in range(12):
    if libc.fork() == 0:
        libc.setsid()
        if libc.fork() == 0:
            time.sleep(60)
        os._exit(0)
result["forked"] = True
"""


@pytest.mark.parametrize("isolation", ["auto", "namespaces", "basic"])
@pytest.mark.skipif(not LINUX, reason="descendants that left their session are found on Linux")
def test_descendants_that_left_their_session_are_gone_afterwards(ground: Ground, isolation: str) -> None:
    said = check(ground, Attack("fork bomb", LIBC + FORK_BOMB), isolation, wall_seconds=5.0)
    assert said["result"] == {"forked": True}
    assert not processes_in(ground.scratch / "mark")


def processes_in(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            place = os.readlink(entry)
        except OSError:
            continue
        if place == str(folder):
            found.append(str(entry))
    return found


@pytest.mark.skipif(not LINUX, reason="killing the supervisor below Python is prevented on Linux")
def test_when_the_supervisor_is_killed_the_job_still_ends(ground: Ground) -> None:
    before = ground.snapshot()
    messages, end = run_scripts(ground, LIBC + "libc.kill(os.getppid(), 9)\nwhile 1: pass", isolation="basic")
    assert end.reason == "crashed"
    assert messages == []
    assert ground.snapshot() == before
