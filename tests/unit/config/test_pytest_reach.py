"""The advice on imports is given exactly when pytest, run in the project, would not find the module."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from testwright.config.interpreter import ask_interpreter
from testwright.config.pytest_reach import advice_on_imports


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "src" / "shop_of_nobody").mkdir(parents=True)
    (tmp_path / "src" / "shop_of_nobody" / "__init__.py").touch()
    (tmp_path / "tests").mkdir()
    return tmp_path


def advice(root: Path, folder: str = "src", module: str = "shop_of_nobody.prices") -> str:
    return advice_on_imports(root, [(module, str(root / folder))], sys.executable)


def test_a_source_folder_that_nobody_names_is_told_with_the_lines_to_add(root):
    told = advice(root)
    assert "'shop_of_nobody'" in told
    assert f"where: {root / 'pyproject.toml'}" in told
    assert 'add `pythonpath = ["src"]` to [tool.pytest.ini_options]' in told
    assert f"-m pip install -e {root}" in told


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["lib", "src"]\n'),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = "lib src"\n'),
        ("pyproject.toml", '[tool.pytest]\npythonpath = ["src"]\n'),
        ("pytest.ini", "[pytest]\npythonpath = src lib\n"),
        ("tox.ini", "[pytest]\npythonpath =\n    src\n    lib\n"),
        ("setup.cfg", "[tool:pytest]\npythonpath = ./src\n"),
        ("conftest.py", "import sys\nsys.path.insert(0, 'src')\n"),
        ("tests/conftest.py", "import sys\nsys.path.insert(0, 'src')\n"),
    ],
)
def test_whatever_puts_it_on_the_path_will_do(root, file, text):
    (root / file).write_text(text)
    assert advice(root) == ""


def test_the_folder_in_which_pytest_is_run_needs_nothing(root):
    assert advice(root, ".") == ""


def test_what_is_installed_needs_nothing(root):
    assert advice(root, "src", "pytest.somewhere") == ""


def test_what_the_environment_has_on_its_path_needs_nothing(root, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root / "src"), os.environ.get("PYTHONPATH", "")]))
    ask_interpreter.cache_clear()
    assert advice(root) == ""
    ask_interpreter.cache_clear()


def test_the_advice_is_for_the_file_that_pytest_reads(root):
    (root / "pytest.ini").write_text("[pytest]\naddopts = -q\n")
    told = advice(root)
    assert f"where: {root / 'pytest.ini'}" in told
    assert "add `pythonpath = src` to [pytest]" in told


def test_a_broken_settings_file_breaks_nothing(root):
    (root / "pyproject.toml").write_text("[tool\n")
    (root / "tox.ini").write_text("pythonpath\n")
    assert "shop_of_nobody" in advice(root)
