"""What the hook lets through; what it blocks is in tests/projects/test_hostile_code.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from testwright.workers import run_job

ALLOWED = {
    "event loop": "import asyncio\nasync def f(): await asyncio.sleep(0); return 5\nresult['x'] = asyncio.run(f())",
    "to thread": "import asyncio\nresult['x'] = asyncio.run(asyncio.to_thread(lambda: 5))",
    "socket pair": "import socket\na, b = socket.socketpair(); a.send(b'12345'); result['x'] = len(b.recv(9))",
    "unconnected socket": "import socket\nsocket.socket().close(); result['x'] = 5",
    "temporary file": "import tempfile\nwith tempfile.TemporaryFile() as f: result['x'] = f.write(b'12345')",
    "named temporary file": (
        "import tempfile, os\nwith tempfile.NamedTemporaryFile('w') as f: result['x'] = f.write('12345')"
    ),
    "temporary folder": (
        "import tempfile, os, pathlib\nwith tempfile.TemporaryDirectory() as d:\n    p = pathlib.Path(d, 'a', 'b')\n"
        "    p.mkdir(parents=True); (p / 'c').write_text('x'); result['x'] = 5\nassert not os.path.exists(d)"
    ),
    "home folder": "import pathlib\nresult['x'] = (pathlib.Path.home() / 'new').write_text('12345')",
    "link inside": (
        "import os\nopen('a', 'w').write('12345')\nos.symlink('a', 'b'); result['x'] = len(open('b', 'r+').read())\n"
    ),
    "remove a link to elsewhere": "import os\nos.symlink('/nowhere', 'b'); os.remove('b'); result['x'] = 5",
    "rename and modes": (
        "import os\nopen('a', 'w').close(); os.rename('a', 'c'); os.chmod('c', 0o600); os.utime('c'); result['x'] = 5\n"
    ),
    "truncate by descriptor": "with open('a', 'w+') as f: f.write('1234567'); f.flush(); result['x'] = f.truncate(5)",
    "remove the tree": (
        "import os, shutil\nos.makedirs('t/u'); open('t/u/v', 'w').close(); shutil.rmtree('t'); result['x'] = 5\n"
    ),
    "remove a tree while standing elsewhere": (
        "import os, shutil\nt = os.path.abspath('t'); os.makedirs(t + '/etc'); open(t + '/etc/v', 'w').close()\n"
        "os.chdir('/'); shutil.rmtree(t); result['x'] = 5\n"
    ),
    "null device": "import os\nresult['x'] = open(os.devnull, 'w').write('12345')",
    "reading": "result['x'] = len(open(__import__('os').__file__).read(5))",
    "memory database": "import sqlite3\nresult['x'] = sqlite3.connect(':memory:').execute('select 5').fetchone()[0]",
    "database in scratch": "import sqlite3\nsqlite3.connect('d.db').execute('create table a (b)'); result['x'] = 5",
    "database by address": (
        "import sqlite3\n"
        "sqlite3.connect('file:d.db?mode=rwc', uri=True).execute('create table a (b)'); result['x'] = 5\n"
    ),
    "threads": "from concurrent.futures import ThreadPoolExecutor as T\nresult['x'] = sum(T(3).map(int, '23'))",
    "a lock of multiprocessing": "import multiprocessing as m\nwith m.Lock(): result['x'] = 5",
    "tracing": "import sys\nsys.settrace(lambda *a: None); sys.setprofile(None); sys.settrace(None); result['x'] = 5",
    "alarm": "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN); signal.alarm(0); result['x'] = 5",
    "ctypes": "import ctypes\nresult['x'] = ctypes.sizeof(ctypes.c_char * 5)",
    "the interpreter's own functions": (
        "import ctypes\nresult['x'] = ctypes.pythonapi.PyLong_AsLong(ctypes.py_object(5))"
    ),
    "file name with null": "try: open('a\\0b', 'w')\nexcept ValueError: result['x'] = 5",
    "link to itself": "import os\nos.symlink('l', 'l')\ntry: open('l', 'w')\nexcept OSError: result['x'] = 5",
    "compiled modules, which stay unkept": (
        "import os\nfrom importlib.machinery import SourceFileLoader\nkeep = SourceFileLoader('m', 'm.py').set_data\n"
        "keep(scratch + '-pycache/m.pyc', b''); keep(scratch + '-m.pyc', b'')\n"
        "assert not os.path.exists(scratch + '-pycache') and not os.path.exists(scratch + '-m.pyc'); result['x'] = 5\n"
    ),
    "descriptor": "import os\nr, w = os.pipe(); result['x'] = os.fdopen(w, 'w').write('12345')",
}
PRIVATE = "import os\nopen('/dev/shm/x', 'w').write('12345'); os.remove('/dev/shm/x'); result['x'] = 5"
CAUGHT = {
    "native function": "import ctypes\nassert ctypes.CDLL(None).abs(-5) == 5",
    "platform asks uname": "import platform\nplatform.processor()",
    "find_library": "import ctypes.util\nctypes.util.find_library('c')",
    "getpass": "import getpass, io, sys\nsys.stdin = io.StringIO('secret\\n'); getpass.getpass()",
    "relative way out": "import os\nos.mkdir('a')\ntry: open('a/../../outside', 'w')\nexcept PermissionError: pass",
    "scratch itself": "import os\ntry: os.rmdir(scratch)\nexcept PermissionError: pass",
    "look-alike folder": "try: open(scratch + '-other', 'w')\nexcept PermissionError: pass",
    "proc": "try: open('/proc/self/mem', 'wb')\nexcept PermissionError: pass",
    "bytes path": "try: open(scratch.encode() + b'-outside', 'wb')\nexcept PermissionError: pass",
    "exclusive": "try: open(scratch + '-outside', 'x')\nexcept PermissionError: pass",
    "descriptor of another": "try: open(1, 'w')\nexcept PermissionError: pass",
    "descriptor that is not open": "try: open(55)\nexcept PermissionError: pass",
    "update": "import sys\ntry: open(sys.executable, 'r+')\nexcept PermissionError: pass",
    "path object": "import pathlib\ntry: pathlib.Path(scratch + '-outside').touch()\nexcept PermissionError: pass",
    "replaced tools": (
        "import os\nplace = scratch + '-outside'\nos.readlink = lambda p: scratch\nos.fspath = lambda p: scratch\n"
        "os.getcwd = lambda: scratch\n"
        "os.path.realpath = lambda p: scratch\ntry: open(place, 'w')\nexcept PermissionError: pass"
    ),
}


def run_all(scratch: Path, scripts: list[str], isolation: str) -> dict[int, dict[str, Any]]:
    job = {"task": "script", "sys_path": [], "scratch": str(scratch), "memory_mb": 1024, "isolation": isolation}
    messages: list[dict[str, Any]] = []
    end = run_job(sys.executable, {**job, "scripts": scripts}, on_message=messages.append, wall_seconds=60.0)
    assert end.reason == "done", end
    said = {message["index"]: message for message in messages if "result" in message}
    if len(said) < len(scripts):
        raise AssertionError(f"{sorted(set(range(len(scripts))) - set(said))} did not end well: {end.stderr_tail}")
    return said


def in_own_folders(scripts: dict[str, str]) -> list[str]:
    opening = "import os\nos.mkdir('{0}'); os.chdir('{0}')\n"
    return [opening.format(number) + source for number, source in enumerate(scripts.values())]


@pytest.fixture(scope="module", params=["auto", "basic"])
def allowed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    return run_all(tmp_path_factory.mktemp("allowed"), in_own_folders(ALLOWED), request.param)


@pytest.fixture(scope="module")
def caught(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    return run_all(tmp_path_factory.mktemp("caught"), list(CAUGHT.values()), "basic")


@pytest.mark.parametrize("name", ALLOWED)
def test_harmless_code_is_let_through(allowed: dict[int, dict[str, Any]], name: str) -> None:
    said = allowed[list(ALLOWED).index(name)]
    assert said["result"] == {"x": 5}
    assert said["blocked"] == []


@pytest.mark.parametrize("name", CAUGHT)
def test_what_is_blocked_is_recorded_though_the_code_swallows_it(caught: dict[int, dict[str, Any]], name: str) -> None:
    assert caught[list(CAUGHT).index(name)]["blocked"]


def test_shared_memory_is_writable_where_it_is_private(tmp_path: Path) -> None:
    assert not Path("/dev/shm/x").exists()
    messages: list[dict[str, Any]] = []
    job = {"task": "script", "sys_path": [], "scratch": str(tmp_path), "memory_mb": 1024, "isolation": "auto"}
    end = run_job(sys.executable, {**job, "scripts": [PRIVATE]}, on_message=messages.append, wall_seconds=60.0)
    if "read-only" not in end.isolation:
        pytest.skip("no mounts of its own on this system")
    assert [m["result"] for m in messages if "result" in m] == [{"x": 5}]
    assert not Path("/dev/shm/x").exists()


def test_shared_memory_of_others_is_not_touched(tmp_path: Path) -> None:
    said = run_all(tmp_path, [f"try:\n    {PRIVATE.splitlines()[1]}\nexcept PermissionError: pass"], "basic")
    assert said[0]["blocked"]
