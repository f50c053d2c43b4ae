from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from testwright.errors import ProjectError
from testwright.workers.interpreter import find_interpreter, probe_interpreter


def fake_python(folder: Path, version: str = "[3, 12, 1]", pytest_version: str = '"9.0"') -> Path:
    """A program that answers as an interpreter of that version would."""
    program = folder / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\necho \'{{"version": {version}, "prefix": "{folder}", "pytest": {pytest_version}}}\'\n'
    )
    program.chmod(0o755)
    return program


def test_the_projects_own_environment_comes_before_the_active_one(tmp_path: Path) -> None:
    own = fake_python(tmp_path / ".venv")
    fake_python(tmp_path / "active")
    found = find_interpreter(tmp_path, environment={"VIRTUAL_ENV": str(tmp_path / "active")})
    assert (found.path, found.version, found.pytest, found.source) == (
        str(own),
        (3, 12, 1),
        "9.0",
        "the project's .venv",
    )


def test_the_active_environment_comes_before_ours(tmp_path: Path) -> None:
    active = fake_python(tmp_path / "active")
    assert find_interpreter(tmp_path, environment={"VIRTUAL_ENV": str(tmp_path / "active")}).path == str(active)


def test_an_active_environment_that_is_gone_is_passed_over(tmp_path: Path) -> None:
    assert find_interpreter(tmp_path, environment={"VIRTUAL_ENV": "/gone"}).path == sys.executable


def test_ours_is_the_last_resort(tmp_path: Path) -> None:
    found = find_interpreter(tmp_path, environment={})
    assert found.path == sys.executable
    assert found.version == sys.version_info[:3]
    assert found.pytest == pytest.__version__


@pytest.mark.parametrize("absolute", [True, False])
def test_a_configured_one_wins(tmp_path: Path, absolute: bool) -> None:
    fake_python(tmp_path / ".venv")
    chosen = fake_python(tmp_path / "other")
    configured = str(chosen) if absolute else str(chosen.relative_to(tmp_path))
    found = find_interpreter(tmp_path, configured=configured, environment={})
    assert (found.path, found.source) == (str(chosen), "configured")


@pytest.mark.parametrize("content", [None, "#!/bin/sh\nexit 1\n", "#!/bin/sh\necho hello\n", "#!/bin/sh\necho '[1]'\n"])
def test_no_working_python(tmp_path: Path, content: str | None) -> None:
    program = tmp_path / "python"
    if content is not None:
        program.write_text(content)
        program.chmod(0o755)
    with pytest.raises(ProjectError) as caught:
        probe_interpreter(str(program))
    assert caught.value.slug == "python-not-found"
    assert repr(str(program)) in caught.value.message
    assert caught.value.hint


def test_a_python_that_is_too_old(tmp_path: Path) -> None:
    fake_python(tmp_path / ".venv", version="[3, 10, 9]")
    with pytest.raises(ProjectError, match=r"is Python 3\.10\.9") as caught:
        find_interpreter(tmp_path, environment={})
    assert caught.value.slug == "python-too-old"


def test_a_python_without_pytest(tmp_path: Path) -> None:
    program = fake_python(tmp_path / ".venv", pytest_version="null")
    with pytest.raises(ProjectError) as caught:
        find_interpreter(tmp_path, environment={})
    assert caught.value.slug == "pytest-missing"
    assert caught.value.hint == f"{program} -m pip install pytest"
    assert find_interpreter(tmp_path, environment={}, need_pytest=False).pytest == ""


def test_a_link_to_python_is_kept_as_it_is(tmp_path: Path) -> None:
    link = tmp_path / ".venv" / "bin" / "python"
    link.parent.mkdir(parents=True)
    os.symlink(sys.executable, link)
    assert find_interpreter(tmp_path, environment={}, need_pytest=False).path == str(link)
