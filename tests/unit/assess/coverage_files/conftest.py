"""A small project that is really measured once, with all reports of coverage.py about it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import testwright.python_source.parsing as parsing
import testwright.python_source.read_module as read_module

STANDARD = ("argparse.py", "contextlib.py", "dataclasses.py", "difflib.py", "shlex.py", "textwrap.py")
TRICKY = '''\
    """What the parser of coverage.py
    finds hard."""
    import functools
    def decorate(*given):
        return lambda f: f
    @decorate(
        1,
    )
    @decorate(2)
    def ways(x, y=[
        1, 2,
    ]):
        """Doc."""
        global z
        count: int
        if x > 1 and (
            y or
            x
        ): z = 3
        elif x:
            pass
        with open(__file__) as a, \\
                open(__file__) as b:
            for i in range(x):
                if i == 1:
                    continue
            else:
                z = 4
        try:
            z = 1 / x
        except ZeroDivisionError:
            z = 0
        finally:
            z = 9
        while True:
            break
        if x is z:  # pragma: no branch
            return 5
        return [n for n in y
                if n]
        print("never")
    class Holder:
        a = 1
        if a:
            b = 2
        def method(self):
            def inner(v):
                if v:
                    return v
            if self.a:
                return inner(0)
            assert self.a, "none"
    def matched(v):
        match v:
            case 1:
                return "one"
            case {"a": 1}:
                return "dict"
            case _:
                return "other"
    def unused(x):
        if x:
            return 1
    def skipped():  # pragma: no cover
        return 1
    ways(0)
    ways(2)
    Holder().method()
    matched(1)
    if __name__ == "__main__":
        print("main")
    '''
RUN = """\
    import lib.argparse, lib.contextlib, lib.dataclasses, lib.difflib, lib.shlex, lib.textwrap
    import lib.tricky, lib.parsing
    lib.textwrap.wrap("some words " * 20)
    list(lib.shlex.shlex("a b 'c d'"))
    list(lib.difflib.ndiff(["a", "b"], ["a", "c"]))
    parser = lib.argparse.ArgumentParser()
    parser.add_argument("--x", type=int)
    parser.parse_args(["--x", "3"])
    """


def coverage_command(folder: Path, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-m", "coverage", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True)
class Measured:
    """A project's folder, its sources and what `coverage json` says of it."""

    root: Path
    sources: list[str]
    told: dict[str, Any]

    def source(self, name: str) -> str:
        return str(self.root / "lib" / name)


def with_reports(root: Path) -> Measured:
    """Of the data that is in `root`."""
    coverage_command(root, "json", "-q")
    coverage_command(root, "xml", "-q")
    coverage_command(root, "lcov", "-q")
    sources = sorted(str(path) for path in (root / "lib").glob("*.py"))
    return Measured(root, sources, json.loads((root / "coverage.json").read_text())["files"])


def copied(root: Path) -> None:
    library = Path(sysconfig.get_paths()["stdlib"])
    (root / "lib").mkdir()
    (root / "lib" / "__init__.py").write_text("")
    for name in STANDARD:
        shutil.copy(library / name, root / "lib" / name)
    for module in (parsing, read_module):
        shutil.copy(str(module.__file__), root / "lib")
    (root / "lib" / "tricky.py").write_text(dedent(TRICKY))
    (root / "run.py").write_text(dedent(RUN))


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """With branches. Tests may read it, and change nothing."""
    root = tmp_path_factory.mktemp("measured").resolve()
    copied(root)
    coverage_command(root, "run", "--branch", "--source=lib", "run.py")
    return with_reports(root)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of an unmeasured one, with `src/pkg/a.py` of two functions."""
    root = (tmp_path / "project").resolve()
    (root / "src" / "pkg").mkdir(parents=True)
    (root / "src" / "pkg" / "__init__.py").write_text("")
    (root / "src" / "pkg" / "a.py").write_text("def f(x):\n    if x:\n        return 1\n    return 2\n")
    return root


@pytest.fixture
def run_coverage() -> Callable[..., None]:
    """`coverage ARGUMENTS` in a folder."""
    return coverage_command
