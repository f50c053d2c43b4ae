"""Which folder a program that is recorded belongs to."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import pytest

from testwright.inside.recording.project_code import program_file, project_root


@pytest.mark.parametrize("place", ["scripts", "purelib", "stdlib"])
def test_a_servers_command_is_not_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str) -> None:
    """`uvicorn shop:app` and `python -m uvicorn shop:app`: the folder where that is said is the project's."""
    command = Path(sysconfig.get_path(place)) / "uvicorn"
    monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(__file__=str(command)))
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path / "shop")
    assert program_file() == ""
    assert project_root(program_file()) == str(tmp_path.resolve())


def test_a_program_of_the_project_tells_where_that_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "serve.py"
    program.touch()
    monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(__file__=str(program)))
    assert program_file() == str(program)
    monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace())
    assert program_file() == ""
