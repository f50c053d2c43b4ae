from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from testwright.workers import run_job

LINUX = sys.platform.startswith("linux")


def run_script(scratch: Path, script: str, *, python: str = sys.executable, **more: Any) -> list[dict[str, Any]]:
    job = {"task": "script", "sys_path": [], "scratch": str(scratch), "memory_mb": 512, "isolation": "auto"}
    messages: list[dict[str, Any]] = []
    end = run_job(python, {**job, "script": script, **more}, on_message=messages.append, wall_seconds=30.0)
    assert end.reason == "done", end
    return messages


def test_the_last_note_survives_the_child(tmp_path: Path) -> None:
    source = "for n in range(2000): channel.note(n, f'input {n}')\nimport os; os.abort()"
    (end,) = run_script(tmp_path, source)
    assert (end["kind"], end["code"], end["last_number"], end["last_text"]) == ("signal", 6, 1999, "input 1999")


def test_silence_ends_a_child(tmp_path: Path) -> None:
    (end,) = run_script(tmp_path, "channel.note(3)\nwhile True: pass", silence_seconds=0.2)
    assert (end["kind"], end["last_number"]) == ("silent", 3)


def test_notes_are_no_silence(tmp_path: Path) -> None:
    source = "while True: channel.note(1)"
    (end,) = run_script(tmp_path, source, silence_seconds=0.5, wall_seconds=1.0)
    assert end["kind"] == "timeout"


def test_processor_time_is_limited(tmp_path: Path) -> None:
    (end,) = run_script(tmp_path, "while True: pass", cpu_seconds=1.0)
    assert end["kind"] == "timeout"


@pytest.mark.parametrize(
    ("source", "kind", "code"),
    [
        ("pass", "ok", 0),
        ("raise SystemExit", "exit", 0),
        ("raise SystemExit(7)", "exit", 7),
        ("raise SystemExit('why')", "exit", 1),
        ("raise SystemExit(256)", "exit", 0),
        ("raise LookupError", "exit", 70),
        ("raise MemoryError", "memory", 71),
        ("import os; os._exit(71)", "exit", 71),
    ],
)
def test_how_a_child_ends(tmp_path: Path, source: str, kind: str, code: int) -> None:
    end = run_script(tmp_path, source)[-1]
    assert (end["kind"], end["code"]) == (kind, code)


def test_messages_sent_before_a_crash_arrive(tmp_path: Path) -> None:
    messages = run_script(tmp_path, "channel.send({'before': 1})\nimport os; os.abort()")
    assert messages[0] == {"before": 1}
    assert messages[1]["kind"] == "signal"


def test_limits_hold_in_the_child(tmp_path: Path) -> None:
    source = """
import os, resource
names = ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NOFILE")
result.update({name: resource.getrlimit(getattr(resource, name)) for name in names})
result["nice"] = os.nice(0)
"""
    said = run_script(tmp_path, source)[0]["result"]
    if LINUX:
        assert said["RLIMIT_AS"] == [2**29, 2**29]
    assert said["RLIMIT_FSIZE"] == [2**26, 2**26]
    assert said["RLIMIT_CORE"] == [0, 0]
    assert said["RLIMIT_NOFILE"][1] <= 512
    assert said["nice"] >= 5


def test_a_file_that_grows_too_large_is_cut(tmp_path: Path) -> None:
    source = """
try:
    with open("big", "wb") as file:
        file.truncate(2**27)
except OSError as error:
    result["error"] = error.errno
"""
    assert run_script(tmp_path, source)[0]["result"] == {"error": 27}


def test_only_its_own_descriptors_are_open(tmp_path: Path) -> None:
    source = """
import os
def is_open(number):
    try: os.fstat(number)
    except OSError: return False
    return True
result["open"] = [number for number in range(512) if is_open(number)]
"""
    opened = run_script(tmp_path, source)[0]["result"]["open"]
    assert opened[:3] == [0, 1, 2]
    assert len(opened) == 4


@pytest.mark.skipif(not LINUX, reason="the filter is Linux's")
def test_work_that_may_fork_may_do_no_more_than_that(tmp_path: Path) -> None:
    source = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
pid = libc.fork()
if pid == 0:
    while True: pass
result["killed"] = libc.kill(pid, 9)
result["status"] = os.waitpid(pid, 0)[1]
result["remount"] = [libc.mount(None, b"/", None, ctypes.c_ulong(32 | 4096), None), ctypes.get_errno()]
result["exec"] = [libc.execl(b"/bin/true", b"true", None), ctypes.get_errno()]
"""
    messages = run_script(tmp_path, source, may_fork=True, isolation="seccomp")
    assert messages[0]["result"] == {"killed": 0, "status": 9, "remount": [-1, 1], "exec": [-1, 1]}


def test_blocked_events_are_counted_beyond_the_kept_ones(tmp_path: Path) -> None:
    source = """
import os, sys
from contextlib import suppress
for _ in range(1200):
    with suppress(OSError):
        os.kill(os.getpid(), 0)
result["count"] = sys.modules["testwright_inside.isolation.audit_hook"].blocked_count()
"""
    said = run_script(tmp_path, source)[0]
    assert said["result"] == {"count": 1200}
    assert len(said["blocked"]) == 1000


@pytest.mark.skipif(not LINUX, reason="only Linux tells what a process holds")
def test_what_asks_for_too_much_more_memory_gets_an_error_at_once(tmp_path: Path) -> None:
    source = """
    from testwright_inside.isolation.limits import limit_growth
    limit_growth(64)
    some = bytearray(16 * 2**20)
    try:
        bytearray(128 * 2**20)
    except MemoryError:
        channel.send({"refused": len(some)})
    """
    messages = run_script(tmp_path, textwrap.dedent(source))
    assert {"refused": 16 * 2**20} in messages
