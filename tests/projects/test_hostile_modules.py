"""A module that misbehaves costs itself only: the run ends, its other functions get tests, nothing outside changes."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

GOOD = """
    def ordinary(number: int) -> str:
        return "big" if number > 10 else "small"
    """
HOSTILE = {
    "endless-loop": "def bad(n: int):\n    while True:\n        n += 1\n",
    "endless-sleep": "import time\n\n\ndef bad(n: int):\n    time.sleep(10_000)\n",
    "swallows-everything": "def bad(n: int):\n    while True:\n        try:\n            n += 1\n        except BaseException:\n            pass\n",
    "deep-recursion": "def bad(n: int):\n    return bad(n) + 1\n",
    "memory": "def bad(n: int):\n    return len([0] * 10**10)\n",
    "os-exit": "import os\n\n\ndef bad(n: int):\n    os._exit(0)\n",
    "sys-exit": "import sys\n\n\ndef bad(n: int):\n    sys.exit(3)\n",
    "kills-itself": "import os, signal\n\n\ndef bad(n: int):\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "kills-its-parent": "import os, signal\n\n\ndef bad(n: int):\n    os.kill(os.getppid(), signal.SIGKILL)\n",
    "forks": "import os\n\n\ndef bad(n: int):\n    for _ in range(12):\n        os.fork()\n    return n\n",
    "threads": "import threading, time\n\n\ndef bad(n: int):\n    threading.Thread(target=time.sleep, args=(3600,)).start()\n    return n\n",
    "writes": "import pathlib\n\n\ndef bad(n: int):\n    (pathlib.Path(__file__).parent / 'escaped').write_text('x')\n",
    "deletes": "import os\n\n\ndef bad(n: int):\n    os.remove(__file__)\n",
    "connects": "import socket\n\n\ndef bad(n: int):\n    return socket.create_connection(('127.0.0.1', 9))\n",
    "starts-processes": "import subprocess\n\n\ndef bad(n: int):\n    return subprocess.run(['touch', '/tmp/escaped'])\n",
    "closes-everything": "import os\n\n\ndef bad(n: int):\n    os.closerange(0, 256)\n    return n\n",
    "prints-much": "def bad(n: int):\n    print('x' * 5_000_000)\n    return n\n",
    "forges": "import os\n\n\ndef bad(n: int):\n    for fd in range(3, 256):\n        try:\n"
    '            os.write(fd, b\'{"event": "kept", "scenario": {}}\\n\')\n        except OSError:\n            pass\n    return n\n',
    "raising-dunders": "class Bad:\n    def __eq__(self, other):\n        raise OSError('eq')\n\n    def __repr__(self):\n        raise OSError('repr')\n\n"
    "    def __del__(self):\n        raise OSError('del')\n\n\ndef bad(n: int):\n    return Bad()\n",
    "segfault": "import ctypes\n\n\ndef bad(n: int):\n    ctypes.string_at(0)\n",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_the_other_function_still_gets_its_tests(make_project, name):
    project = make_project({"target.py": HOSTILE[name] + "\n\n" + dedent(GOOD)}, name="hostile")
    before = {p: p.read_bytes() for p in project.root.rglob("*") if p.is_file()}
    done = project.run("generate", "target.py", "--budget", "0.5", "--json")
    assert done.code in (0, 1), done.err
    assert "Traceback" not in done.err, done.err
    module = json.loads(done.out)["modules"][0]
    assert "ordinary(" in project.read("tests/test_target.py"), module
    changed = [p for p, data in before.items() if not p.exists() or p.read_bytes() != data]
    assert changed == []
    assert not (project.root / "escaped").exists()
    assert project.pytest("tests").code == 0


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("hangs", "while True:\n    pass\n"),
        ("crashes", "import os\nos.abort()\n"),
        ("exits", "import sys\nsys.exit(0)\n"),
        ("raises", "raise RuntimeError('no')\n"),
        ("writes", "open(__file__ + '.escaped', 'w')\n"),
    ],
)
def test_an_import_that_misbehaves_is_explained(make_project, name, source):
    project = make_project({"target.py": source + "\n\ndef f():\n    return 1\n"})
    done = project.run("generate", "target.py", "--budget", "0.5")
    done.refused("import-failed")
    assert project.files() == []
    assert not (project.root / "target.py.escaped").exists()
