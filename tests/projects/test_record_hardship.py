"""What a recording must live through: kills, full disks, strangers' objects, huge values, others who record. Long: benchmarks."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import testwright

SOURCE = Path(testwright.__file__).parents[1]
PYPROJECT = '[project]\nname = "work"\nversion = "1"\n'
WORK = """
def same(value):
    return value

class Box:
    def __init__(self, first):
        self.first = first

    def both(self):
        return (self.first, self.first)
""" + "".join(f"\ndef function_{number}(x):\n    return [x, {number}]\n" for number in range(60))
HOSTILE = """
import os, sys, work

def wrong(*args, **kwargs):
    print("a method of a stranger ran")
    os._exit(9)

NAMES = ("__repr__ __str__ __eq__ __hash__ __getattr__ __getattribute__ __len__ __iter__ __bool__ __reduce__ __reduce_ex__ "
         "__getstate__ __dir__ __sizeof__ __format__ __contains__ __copy__ __deepcopy__ __index__ __call__").split()
Meta = type("Meta", (type,), dict.fromkeys("__hash__ __eq__ __repr__ __getattribute__ __instancecheck__".split(), wrong))
for bases in [(object,), (dict,), (list,), (str,), (int,), (Exception,), (tuple,), (set,)]:
    for meta in (type, Meta):
        kind = meta("Hostile", bases, {**dict.fromkeys(NAMES, wrong), "prop": property(wrong)})
        value = bases[0].__new__(kind)
        work.same(value)
        work.same([value, (value,)])
        box = object.__new__(work.Box)
        box.first = value
        work.same(box)
        work.Box.both(box)
        try:
            raise LookupError(value)
        except LookupError as error:
            work.same(error)
ring = []
ring.append(ring)
print(work.same(ring) is ring)
sys.stdout.flush()
os._exit(5)
"""
FORKS = """
import os, sys, work
first = int(sys.argv[1])
work.same(first)
pids = []
for child in range(3):
    pids.append(os.fork())
    if not pids[-1]:
        getattr(work, f"function_{first + child}")(child)
        sys.exit(child)
print([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids])
"""
FULL = """
import resource, sys, work
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for number in range(60):
    getattr(work, f"function_{number}")("x" * 5000)
print("whole")
sys.exit(7)
"""
LARGE = """
import resource, work
large, many = bytes(200_000_000), list(range(3_000_000))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(work.same(large)), len(work.same(many)), len(work.Box(large).both()))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000)
"""


@pytest.fixture
def project(make_project):
    made = make_project({"pyproject.toml": PYPROJECT, "work.py": WORK, "first.py": "import work\nwork.same(1)\n"})
    assert record(made, "first.py").returncode == 0
    return made


def environment(project) -> dict[str, str]:
    return {**project.environment, "PYTHONPATH": str(SOURCE)}


def record(project, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), cwd=project.root, env=environment(project), **HEARD)


HEARD = {"capture_output": True, "text": True, "check": False}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "testwright", "record", "--", *words]


def plain(project, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=project.root, env=environment(project), **HEARD)


def traces(project) -> list[dict[str, object]]:
    return json.loads(project.run("trace", "list", "--json").out)["traces"]


def spans(project, trace: str = "latest") -> list[dict[str, object]]:
    return json.loads(project.run("trace", "show", trace, "--json").out)["spans"]


def test_no_method_of_strangers_objects_is_run(project):
    project.write("hostile.py", HOSTILE)
    expected = plain(project, "hostile.py")
    done = record(project, "hostile.py")
    assert (expected.returncode, expected.stdout) == (5, "True\n")
    assert (done.returncode, done.stdout) == (5, "True\n")


def test_commands_that_are_recorded_side_by_side_leave_each_other_alone(project):
    project.write("forks.py", FORKS)
    firsts = ("0", "20", "40")
    begun = [
        subprocess.Popen(command("forks.py", first), cwd=project.root, env=environment(project), stdout=subprocess.PIPE)
        for first in firsts
    ]
    assert [each.communicate()[0] for each in begun] == [b"[0, 1, 2]\n"] * 3
    assert [each.returncode for each in begun] == [0, 0, 0]
    found = [sorted(span["name"] for span in spans(project, f"latest~{number}")) for number in range(3)]
    expected = [["work:same", *(f"work:function_{int(first) + child}" for child in range(3))] for first in firsts]
    assert sorted(found) == sorted(sorted(each) for each in expected)
    assert len(traces(project)) == 4


def test_a_disk_without_room_costs_the_recording_and_nothing_else(project):
    project.write("full.py", FULL)
    done = record(project, "full.py")
    assert (done.returncode, done.stdout) == (7, "whole\n")
    assert [trace["name"] for trace in traces(project)][-1] == "first.py"
    assert "Traceback" not in done.stderr


def test_where_the_command_has_filled_the_disk_its_exit_code_is_still_its_own(project):
    project.write("seven.py", "import sys, work\nwork.same(2)\nsys.exit(7)\n")
    before = traces(project)

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        command("seven.py"), cwd=project.root, env=environment(project), preexec_fn=little_room, **HEARD
    )
    assert "Traceback" not in done.stderr
    assert done.returncode in (2, 7)  # before it runs there is room to tell that there is none, afterwards there is not
    assert {trace["id"] for trace in before} <= {trace["id"] for trace in traces(project)}
    listed = subprocess.run(
        [sys.executable, "-m", "testwright", "trace", "list"],
        cwd=project.root,
        env=environment(project),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        **HEARD,
    )
    assert (listed.returncode, "first.py" in listed.stdout) == (0, True), listed.stderr


def test_huge_values_take_no_memory(project):
    project.write("large.py", LARGE)
    done = record(project, "large.py")
    assert done.stdout == "200000000 3000000 2\nTrue\n", done.stderr
    assert all(len(json.dumps(span)) < 100_000 for span in spans(project))


@pytest.mark.parametrize("also_the_recorder", [False, True])
def test_what_was_written_is_kept_when_the_program_is_killed(project, also_the_recorder):
    project.write("killed.py", "import os, time, work\nwork.same(2)\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n")
    process = subprocess.Popen(
        command("killed.py"), cwd=project.root, env=environment(project), stdout=subprocess.PIPE, start_new_session=True
    )
    with process:
        assert process.stdout is not None
        program = int(process.stdout.readline())
        logs = project.root / ".testwright/recording"
        while not any(b"work:same" in log.read_bytes() for log in logs.glob(f"{program}-*.log")):
            time.sleep(0.05)  # until it is on disk, which takes half a second at most
        if also_the_recorder:
            os.kill(process.pid, signal.SIGKILL)
        os.kill(program, signal.SIGKILL)
    assert process.returncode == (-signal.SIGKILL if also_the_recorder else 128 + signal.SIGKILL)
    while program_is_there(program):
        time.sleep(0.05)
    first, second = reversed(traces(project))
    assert (first["name"], first["status"], second["name"], second["status"]) == ("first.py", "ok", "killed.py", "")
    assert [span["name"] for span in spans(project)] == ["work:same"]


def program_is_there(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False
