"""Which folder a program that is recorded belongs to."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import pytest

from testwright.inside.recording.project_code import ProjectCode, program_file, project_root


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


def test_a_file_is_the_projects_by_where_it_really_is(tmp_path: Path) -> None:
    """Some tools install a package by a link to its folder, or a module by a link to its file."""
    project, elsewhere = tmp_path / "project", tmp_path / "site-packages"
    for folder in (project / "shop", elsewhere / "other"):
        folder.mkdir(parents=True)
    for file in (project / "shop/cart.py", project / "single.py", elsewhere / "other/cart.py"):
        file.touch()
    (elsewhere / "shop").symlink_to(project / "shop")
    (elsewhere / "single.py").symlink_to(project / "single.py")
    (project / "vendored.py").symlink_to(elsewhere / "other/cart.py")
    ours = ProjectCode(str(project), [str(project / "shop"), str(project / "single.py")])
    assert ours.place_of(str(elsewhere / "shop/cart.py")) == "shop/cart.py"
    assert ours.place_of(str(elsewhere / "single.py")) == "single.py"
    assert ours.place_of(str(project / "single.py")) == "single.py"
    assert ours.place_of(str(project / "shop/../shop/cart.py")) == "shop/cart.py"
    for other in (elsewhere / "other/cart.py", project / "vendored.py", project / "setup.py", Path("<string>")):
        assert ours.place_of(str(other)) == ""
