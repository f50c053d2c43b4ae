"""The interpreter is asked in its own process, and nothing of the current folder is imported for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from testwright.config.interpreter import ask_interpreter, choose_interpreter
from testwright.errors import ProjectError


@pytest.fixture
def fake_python(tmp_path):
    def make(script: str) -> str:
        file = tmp_path / "python"
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(0o755)
        return str(file)

    return make


def test_the_running_interpreter_answers_for_itself():
    found = ask_interpreter(sys.executable)
    assert found.version == tuple(sys.version_info[:3])
    assert found.has_pytest is True
    assert "sys" in found.builtin_modules
    assert all(Path(folder).is_dir() for folder in found.path)


def test_a_module_of_the_current_folder_is_never_imported(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('imported from the current folder')")
    monkeypatch.chdir(tmp_path)
    ask_interpreter.cache_clear()
    assert str(tmp_path) not in ask_interpreter(sys.executable).path


@pytest.mark.parametrize(
    ("script", "slug"),
    [
        ("echo 'unknown option -P' >&2; exit 2", "python-too-old"),
        ("""echo '{"version": [3, 10, 1], "path": [], "builtin": [], "pytest": true}'""", "python-too-old"),
        ("echo broken >&2; exit 1", "python-not-usable"),
        ("exit 0", "python-not-usable"),
    ],
)
def test_what_is_no_usable_python_is_refused(fake_python, script, slug):
    with pytest.raises(ProjectError) as caught:
        ask_interpreter(fake_python(script))
    assert caught.value.slug == slug


def test_a_missing_interpreter_is_refused():
    with pytest.raises(ProjectError) as caught:
        ask_interpreter("/no/such/python")
    assert caught.value.slug == "python-not-found"


def make_environment(folder: Path) -> Path:
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    return python


def test_the_projects_own_environment_comes_first(tmp_path):
    own, active = make_environment(tmp_path / ".venv"), make_environment(tmp_path / "active")
    chosen = choose_interpreter(str(tmp_path), {"VIRTUAL_ENV": str(active.parent.parent)})
    assert chosen == (str(own), "the project's .venv")


def test_then_the_active_one(tmp_path):
    active = make_environment(tmp_path / "active")
    chosen = choose_interpreter(str(tmp_path), {"VIRTUAL_ENV": str(active.parent.parent)})
    assert chosen == (str(active), "VIRTUAL_ENV")


@pytest.mark.parametrize("environment", [{}, {"VIRTUAL_ENV": ""}, {"VIRTUAL_ENV": "/gone"}])
def test_ours_is_the_last_resort(tmp_path, environment):
    assert choose_interpreter(str(tmp_path), environment) == (sys.executable, "default")


def test_when_it_is_ours_it_is_named_as_it_was_started(tmp_path):
    assert choose_interpreter(str(tmp_path), {"VIRTUAL_ENV": sys.prefix})[0] == sys.executable
