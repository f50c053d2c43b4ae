"""A request is checked as a whole before any work: project, options, targets, interpreter, output."""

from __future__ import annotations

import sys

import pytest

from testwright.config.request import find_settings, prepare
from testwright.errors import ProjectError, UsageError


def test_the_project_is_the_one_that_the_target_lies_in(make_files, tmp_path_factory, monkeypatch):
    root = make_files({"pyproject.toml": "[tool.testwright]\nseed = 9\n", "shop.py": "def f(): ...\n"})
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    request = prepare([str(root / "shop.py") + ":f"], {})
    assert (request.project.root, request.options.seed) == (str(root), 9)
    assert request.options.output == str(root / "tests")
    assert [target.only for target in request.targets] == [("f",)]


def test_output_is_relative_to_the_current_folder(make_files, monkeypatch):
    root = make_files({"pyproject.toml": "", "shop.py": "", "sub/x.txt": ""})
    monkeypatch.chdir(root / "sub")
    assert prepare([], {"output": "here"}).options.output == str(root / "sub" / "here")


def test_a_configured_output_is_relative_to_the_file(make_files, monkeypatch):
    root = make_files({"pyproject.toml": "[tool.testwright]\noutput = 'checks'\n", "shop.py": "", "sub/x.txt": ""})
    monkeypatch.chdir(root / "sub")
    assert prepare([], {}).options.output == str(root / "checks")


def test_a_configured_interpreter_is_relative_to_the_file(make_files, monkeypatch):
    root = make_files({"pyproject.toml": "[tool.testwright]\npython = 'env/python'\n", "shop.py": "", "sub/x.txt": ""})
    monkeypatch.chdir(root / "sub")
    with pytest.raises(ProjectError) as caught:
        prepare([], {})
    assert str(root / "env/python") in caught.value.message


def test_a_named_interpreter_wins_over_the_projects_own(make_files, monkeypatch):
    root = make_files({"pyproject.toml": "", "shop.py": "", ".venv/bin/python": "#!/bin/sh\nexit 1\n"})
    (root / ".venv/bin/python").chmod(0o755)
    monkeypatch.chdir(root)
    assert find_settings({})[1].options.python == str(root / ".venv/bin/python")
    assert find_settings({"python": sys.executable})[1].options.python == sys.executable


def test_output_is_checked_only_when_it_will_be_written(make_files, monkeypatch):
    monkeypatch.chdir(make_files({"pyproject.toml": "", "shop.py": "", "taken": ""}))
    with pytest.raises(UsageError) as caught:
        prepare([], {"output": "taken"})
    assert caught.value.slug == "output-not-writable"
    assert prepare([], {"output": "taken", "diff": True}).targets


def test_configured_source_and_exclusions_shape_the_project(make_files, monkeypatch):
    table = "[tool.testwright]\nsource = ['code']\nexclude = ['code/gen']\n"
    monkeypatch.chdir(make_files({"pyproject.toml": table, "code/a.py": "", "code/gen/b.py": ""}))
    project, _ = find_settings({})
    assert [file.module for file in project.modules()] == ["a"]
