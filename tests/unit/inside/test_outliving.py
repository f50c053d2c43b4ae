"""What counts as left changed behind a test, and what does not; each case in a fork, as some cannot be undone."""

from __future__ import annotations

import abc
import builtins
import decimal
import gc
import importlib
import json
import locale
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from testwright.inside.isolation.forking import fork_for
from testwright.inside.outliving import Standing


def change_zone() -> None:
    os.environ["TZ"] = "AAA-9:30"
    time.tzset()
    del os.environ["TZ"]


def words_after(change: Callable[[], object], home: Path) -> list[str]:
    def work() -> bytes:
        os.environ["HOME"] = str(home)
        os.environ.pop("TMPDIR", None)
        os.environ.pop("TZ", None)
        time.tzset()
        os.umask(0o022)
        standing = Standing()
        change()
        return json.dumps(standing.changed()).encode()

    words: list[str] = json.loads(fork_for(work, seconds=30).data)
    return words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: os.environ.update(SOME="x"), "the environment variable SOME left changed"),
        (lambda: os.environ.pop("PATH"), "the environment variable PATH left changed"),
        (lambda: os.chdir("/"), "the current folder left changed"),
        (lambda: os.umask(0o077), "the file mode mask left changed"),
        (change_zone, "the time zone left changed"),
        (lambda: sys.setrecursionlimit(777), "the recursion limit left changed"),
        (lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN), "a signal handler left changed"),
        (lambda: logging.disable(), "the level of all logging left changed"),
        (lambda: logging.getLogger().setLevel(1), "the level of all logging left changed"),
        (lambda: locale.setlocale(locale.LC_ALL, ("C.UTF-8", "C")[_in_utf8()]), "the locale left changed"),
        (lambda: decimal.getcontext().__setattr__("prec", 3), "the decimal context left changed"),
        (lambda: socket.setdefaulttimeout(3), "the timeout of all sockets left changed"),
        (gc.disable, "garbage collection left changed"),
        (lambda: sys.path.insert(0, "/x"), "the module search path left changed"),
        (lambda: setattr(sys, "path", 1.5), "the module search path left changed"),
        (lambda: setattr(sys, "excepthook", print), "a hook or stream of the interpreter left changed"),
        (lambda: setattr(sys, "stdout", None), "a hook or stream of the interpreter left changed"),
        (lambda: setattr(sys, "argv", ["x"]), "a hook or stream of the interpreter left changed"),
        (lambda: sys.setprofile(lambda *a: None), "a hook or stream of the interpreter left changed"),
        (lambda: setattr(builtins, "open", print), "a hook or stream of the interpreter left changed"),
        (lambda: setattr(builtins, "_", str), "the names of the builtins left changed"),
        (lambda: sys.meta_path.pop(), "the hooks of the import system left changed"),
        (lambda: sys.meta_path.append(Path), "the hooks of the import system left changed"),
        (lambda: sys.meta_path.reverse(), "the hooks of the import system left changed"),
        (lambda: sys.setswitchinterval(0.5), "the thread switch interval left changed"),
        (lambda: importlib.reload(abc), "the module abc left executed once more"),
        (lambda: os.close(2), "a file closed that was open before"),
        (lambda: sys.modules.pop("json"), "the module json left replaced"),
        (lambda: sys.modules.update(json=decimal), "the module json left replaced"),  # type: ignore[dict-item]
    ],
)
def test_what_others_go_by_is_told(change: Callable[[], object], words: str, tmp_path: Path) -> None:
    assert words_after(change, tmp_path) == [words]


def test_a_hook_that_a_first_import_brings_with_it_is_not_told(tmp_path: Path) -> None:
    source = "import sys\n\nclass Finder:\n    def find_spec(self, *args):\n        return None\n\nsys.meta_path.append(Finder())\n"
    (tmp_path / "brings_a_finder.py").write_text(source, encoding="utf-8")

    def change() -> None:
        sys.path.insert(0, str(tmp_path / "."))
        importlib.import_module("brings_a_finder")
        del sys.path[0]

    sys.dont_write_bytecode = True
    assert words_after(change, tmp_path) == []


def _in_utf8() -> bool:
    return "UTF-8" in locale.setlocale(locale.LC_ALL)


def test_a_file_in_the_home_is_told_however_deep(tmp_path: Path) -> None:
    (tmp_path / ".cache").mkdir()
    told = words_after((tmp_path / ".cache" / "of-mine").touch, tmp_path)
    assert told == ["a file left in the home or temporary folder (of-mine)"]


def test_what_is_put_back_or_of_no_consequence_is_not_told(tmp_path: Path) -> None:
    def change() -> None:
        here = os.getcwd()
        os.chdir("/")
        os.chdir(here)
        os.environ["PYTEST_CURRENT_TEST"] = "test_a"
        os.environ["SOME"] = "x"
        del os.environ["SOME"]
        (tmp_path / "f").touch()
        (tmp_path / "f").unlink()
        decimal.Decimal(1) / 3

    assert words_after(change, tmp_path) == []
