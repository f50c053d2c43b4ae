"""The log of a recorded process: nothing of it is lost or torn, and the program never notices it."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from testwright.inside.recording import trace_log
from testwright.inside.recording.checked_lines import checked
from testwright.inside.recording.trace_log import TraceLog

SOURCE = Path(__file__).resolve().parents[4] / "src"
TRACE = "trc_01ARZ3NDEKTSV4RRFFQ69G5FAV"


def span(n: int, **given) -> dict:
    known = {"e": "span", "trace": TRACE, "n": n, "parent": 0, "kind": "call", "name": "shop:f", "file": "shop.py"}
    return {**known, "line": 1, "thread": "MainThread", "at": n, "took": 1, "data": {}, **given}


def begin(at: int = 1) -> dict:
    return {"e": "trace", "id": TRACE, "kind": "script", "name": "x", "at": at, "about": {}}


def end(**given) -> dict:
    return {"e": "end", "trace": TRACE, "at": 9, "status": "ok", "about": {}, "dropped": {}, **given}


def records(path: Path) -> list[dict]:
    """All of the file: every line must be whole."""
    texts = [checked(line) for line in path.read_bytes().splitlines(keepends=True)]
    assert None not in texts
    return [json.loads(text) for text in texts if text is not None]


def numbers(path: Path) -> list[int]:
    return [each["n"] for each in records(path) if each["e"] == "span"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".testwright" / "recording"


@pytest.fixture(params=["straight", "redacted"])
def through(request, monkeypatch):
    """Programs write to the log itself, or to the one before it, in which records wait."""
    monkeypatch.setenv("TESTS_WRITE", request.param)


@pytest.fixture
def log(folder: Path):
    made = TraceLog(folder, {"python": "3.12.1"}, every_seconds=1000)
    yield made
    made.close()


def run(
    code: str, *arguments: str, python: tuple[str, ...] = (), check: bool = True
) -> subprocess.CompletedProcess[str]:
    """A program that records; `log` is its log, `span` makes a record."""
    command = [sys.executable, *python, "-c", _program(code), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=check)


# ── what is written ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_log_begins_with_its_process_and_keeps_the_order(log, folder):
    log.write(begin())
    for n in range(1, 50):
        log.write(span(n))
    log.write(end())
    log.flush()

    first, *rest = records(log.path)
    assert first["e"] == "process"
    assert (first["schema"], first["pid"], first["parent"], first["python"]) == (1, os.getpid(), 0, "3.12.1")
    assert [each["e"] for each in rest] == ["trace", *["span"] * 49, "end"]
    assert numbers(log.path) == list(range(1, 50))


def test_nobody_else_may_read_it_and_git_does_not_see_it(log, folder):
    assert log.path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder.parent / ".gitignore").read_text() == "*\n"


def test_a_record_is_as_it_was_when_it_was_written(log):
    changed = span(1, data={"returned": 1})
    log.write(changed)
    changed["data"]["returned"] = 2
    log.flush()
    assert records(log.path)[-1]["data"] == {"returned": 1}


@pytest.mark.parametrize("text", ["\ud800", "a\nb", "ü€😀", "\x00", '"\\'])
def test_any_text_comes_back(log, text):
    log.write(span(1, data={"returned": text}))
    log.flush()
    assert records(log.path)[-1]["data"] == {"returned": text}


@pytest.mark.parametrize("value", [object(), float("nan"), b"x", {1, 2}], ids=["object", "nan", "bytes", "set"])
def test_what_json_cannot_hold_is_counted_and_stops_nothing(log, value):
    log.write(begin())
    log.write(span(1, data={"returned": value}))
    log.write(span(2))
    log.write(end(dropped={"call": 3, "sql": 1}))
    log.flush()
    assert log.problem == ""
    assert numbers(log.path) == [2]
    assert records(log.path)[-1]["dropped"] == {"call": 4, "sql": 1}


def test_a_full_file_takes_ends_but_no_spans(folder):
    log = TraceLog(folder, {}, most_bytes=2000, buffer_bytes=1, every_seconds=1000)
    log.write(begin())
    for n in range(1, 101):
        log.write(span(n))
    log.write(end())
    log.close()
    kept = numbers(log.path)
    assert 0 < len(kept) < 20
    assert records(log.path)[-1]["dropped"] == {"call": 100 - len(kept)}


def test_records_of_many_threads_are_whole_and_each_threads_in_order(folder):
    log = TraceLog(folder, {}, buffer_bytes=500, every_seconds=0.001)

    def write(start: int) -> None:
        for n in range(start, start + 500):
            log.write(span(n))

    threads = [threading.Thread(target=write, args=(1000 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    found = numbers(log.path)
    assert sorted(found) == [n for k in range(4) for n in range(1000 * k, 1000 * k + 500)]
    for k in range(4):
        mine = [n for n in found if n // 1000 == k]
        assert mine == sorted(mine)


# ── when it is written ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_thread_that_flushes_is_nobodys_thread(folder):
    log = TraceLog(folder, {}, every_seconds=0.01)
    before = threading.enumerate()
    log.write(span(1))
    deadline = time.monotonic() + 60
    while not numbers(log.path) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert numbers(log.path) == [1]
    assert threading.enumerate() == before
    log.close()


@pytest.mark.usefixtures("through")
def test_all_is_there_when_the_program_ends(folder):
    run("for n in range(1, 10): log.write(span(n))", str(folder))
    (path,) = folder.iterdir()
    assert numbers(path) == list(range(1, 10))


@pytest.mark.usefixtures("through")
def test_what_is_written_while_the_program_ends_is_there_too(folder):
    run(
        """
class Late:
    def __del__(self): log.write(span(2))
late = Late()
log.write(span(1))
""",
        str(folder),
    )
    (path,) = folder.iterdir()
    assert numbers(path) == [1, 2]


@pytest.mark.usefixtures("through")
def test_a_killed_process_loses_the_last_moment_and_nothing_before_it(folder):
    chance = random.Random(7)
    for _ in range(4):
        code = """
import time
n = 0
while True:
    n += 1
    log.write(span(n, at=time.time_ns()))
    if n % 20 == 0:
        print(n, flush=True)
    time.sleep(0.0005)
"""
        program = _program(code)
        with subprocess.Popen(
            [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0.7, 1.3))
            process.send_signal(signal.SIGKILL)
            written = [int(line) for line in process.stdout.read().split()]
        (path,) = folder.glob(f"{process.pid}-*.log")
        lines = [checked(line) for line in path.read_bytes().splitlines(keepends=True)]
        whole = lines[:-1] if lines[-1] is None else lines
        assert None not in whole
        kept = [json.loads(line)["n"] for line in whole if line and b'"span"' in line]
        assert kept == list(range(1, len(kept) + 1))
        assert kept, "more than half a second went by"
        assert written


def _program(code: str) -> str:
    return f"""
import os, sys
sys.path[:0] = [{str(SOURCE)!r}, {str(Path(__file__).parent)!r}]
from pathlib import Path
from testwright.inside.recording.trace_log import TraceLog
from testwright.inside.recording.redacted_log import RedactedLog
from testwright.inside.recording.redaction import Redactor
from test_trace_log import begin, end, span
inner = TraceLog(Path(sys.argv[1]), {{}})
log = RedactedLog(inner, Redactor(salt=b"x")) if os.environ.get("TESTS_WRITE") == "redacted" else inner
{code}
"""


# ── forks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("through")
def test_a_fork_writes_a_file_of_its_own_that_names_its_parent_and_the_open_traces(folder):
    run(
        """
log.write(begin()); log.write(span(1))
child = os.fork()
log.write(span(2 if child else 3))
if child: os.waitpid(child, 0)
""",
        str(folder),
    )
    first, second = sorted(folder.iterdir(), key=lambda path: path.name.partition("-")[2])
    parent, child = records(first), records(second)
    assert numbers(first) == [1, 2]
    assert numbers(second) == [3]
    assert child[0]["parent"] == parent[0]["pid"]
    assert child[0]["pid"] == int(second.name.partition("-")[0]) != parent[0]["pid"]
    assert [each["e"] for each in child] == ["process", "trace", "span"]


@pytest.mark.parametrize("code", ["os._exit(0)", "os.execv('/bin/true', ['true'])"])
@pytest.mark.usefixtures("through")
def test_a_fork_that_is_gone_at_once_leaves_nothing(folder, code):
    run(f"log.write(span(1))\nif os.fork() == 0: {code}\nos.wait(); log.write(span(2))", str(folder))
    (path,) = folder.iterdir()
    assert numbers(path) == [1, 2]


@pytest.mark.usefixtures("through")
def test_subprocesses_and_children_of_multiprocessing(folder):
    run(
        """
import multiprocessing, subprocess
def work(): log.write(span(7))
subprocess.run(["true"])
log.write(span(1))
process = multiprocessing.get_context("fork").Process(target=work)
process.start(); process.join()
""",
        str(folder),
    )
    assert sorted(numbers(path) for path in folder.iterdir()) == [[1], [7]]


@pytest.mark.usefixtures("through")
def test_a_fork_does_not_see_the_thread_of_the_log(folder):
    """From Python 3.12 on a fork beside other threads warns: recording must not make it do so."""
    code = "log.write(span(1))\nif os.fork() == 0: os._exit(0)\nos.wait(); print(len(os.listdir('/proc/self/task')))"
    if not os.path.isdir("/proc/self/task"):
        pytest.skip("NO /proc HERE")
    done = run(code, str(folder), python=("-W", "error"))
    assert (done.stdout, done.stderr) == ("1\n", "")


# ── a program that does what it likes ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "code",
    [
        "os.closerange(3, 1000)",
        "os.closerange(3, 1000); keep = [os.open('/dev/null', os.O_RDWR) for _ in range(400)]",
        "d = inner._file._descriptor; os.dup2(os.open('/dev/null', os.O_RDWR), d)",
        "import json, time, builtins, zlib; json.dumps = time.time = time.time_ns = builtins.open = zlib.crc32 = None",
        "os.write = os.open = os.fstat = os.getpid = os.replace = None",
        "import json.encoder as e; json = e; e.c_make_encoder = e.encode_basestring = None; e.JSONEncoder.default = None",
        "[sys.modules.pop(name) for name in list(sys.modules) if name.startswith('testwright')]",
        "os.chdir('/')",
    ],
)
@pytest.mark.usefixtures("through")
def test_records_go_on_whatever_the_program_does(folder, code):
    done = run(
        f"log.write(span(1)); log.flush()\n{code}\nlog.write(span(2)); log.flush(); assert not inner.problem",
        str(folder),
    )
    (path,) = folder.iterdir()
    assert numbers(path) == [1, 2]
    assert done.stderr == ""


def test_a_deleted_folder_is_made_again(log, folder):
    import shutil

    log.write(begin())
    log.write(span(1))
    log.flush()
    shutil.rmtree(folder.parent)
    log.write(span(2))
    log.flush()
    assert log.problem == ""
    assert [each["e"] for each in records(log.path)] == ["process", "trace", "span"]
    assert numbers(log.path) == [2]


@pytest.mark.usefixtures("through")
def test_a_signal_handler_may_record_while_the_log_is_written(folder):
    done = run(
        """
import signal
inner._buffer = 300
n = [100_000]
def handle(*_):
    n[0] += 1; log.write(span(n[0]))
signal.signal(signal.SIGALRM, handle); signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0005)
for k in range(1, 5000): log.write(span(k))
signal.setitimer(signal.ITIMER_REAL, 0)
inner.close(); print(n[0] - 100_000)
""",
        str(folder),
    )
    (path,) = folder.iterdir()
    found = numbers(path)
    assert [n for n in found if n < 100_000] == list(range(1, 5000))
    assert len(found) == 4999 + int(done.stdout)


# ── no room, no right ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_disk_that_is_full_stops_recording_and_nothing_else(folder):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    program = _program(
        "for n in range(1, 2000):\n    log.write(span(n)); log.flush()\nprint(bool(log.problem), 'goes on')"
    )
    command = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, timeout=120, check=True)
    assert (done.stdout, done.stderr) == ("True goes on\n", "")
    (path,) = folder.iterdir()
    found = numbers(path)  # what did not fit wholly was taken back
    assert found == list(range(1, len(found) + 1))
    assert len(found) > 50


def test_a_folder_that_takes_no_files_is_known_at_once(tmp_path):
    (tmp_path / ".testwright").write_text("a file")
    log = TraceLog(tmp_path / ".testwright" / "recording", {})
    assert log.problem
    log.write(span(1))
    log.flush()
    log.close()
    assert log.path is None


# ── secrets that become known late ───────────────────────────────────────────────────────────────────────────────────


def test_a_rewritten_log_has_new_checksums_and_goes_on(log):
    log.write(begin())
    log.write(span(1, data={"returned": "hunter2"}))
    assert log.rewrite(lambda text: text.replace(b"hunter2", b"********"))
    log.write(span(2))
    log.flush()
    assert b"hunter2" not in log.path.read_bytes()
    assert numbers(log.path) == [1, 2]
    assert log.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in log.path.parent.iterdir()] == [log.path.name]


def test_a_failed_rewriting_leaves_the_log_as_it_was(log):
    log.write(span(1))
    log.flush()
    before = log.path.read_bytes()
    assert not log.rewrite(lambda text: 1 / 0)
    assert log.path.read_bytes() == before
    log.write(span(2))
    log.flush()
    assert numbers(log.path) == [1, 2]
    assert log.problem == ""


def test_a_closed_log_is_silent(log):
    log.close()
    log.write(span(1))
    log.flush()
    assert numbers(log.path) == []
    assert log not in trace_log._logs
