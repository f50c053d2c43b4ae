"""Which test files, and which of their tests, a text names."""

from __future__ import annotations

import os

import pytest

from testwright.config.proven_files import prepare_tests
from testwright.errors import UsageError


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in (
        *("pyproject.toml", "tests/test_a.py", "tests/deep/b_test.py", "tests/conftest.py", "tests/helpers.py"),
        *("tests/.hidden/test_c.py", "tests/env/pyvenv.cfg", "tests/env/test_d.py", "notes.txt"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def named(*texts):
    request = prepare_tests(texts, {})
    return {os.path.relpath(each.path): each.only for each in request.files}


@pytest.mark.parametrize(
    ("texts", "files"),
    [
        (["tests/test_a.py"], {"tests/test_a.py": ()}),
        (["tests/helpers.py"], {"tests/helpers.py": ()}),
        (["tests"], {"tests/deep/b_test.py": (), "tests/test_a.py": ()}),
        (["tests/test_a.py::test_x"], {"tests/test_a.py": ("test_x",)}),
        (["tests/test_a.py::T::test_x", "tests/test_a.py::test_y"], {"tests/test_a.py": ("T::test_x", "test_y")}),
        (["tests/test_a.py::test_x", "tests/test_a.py"], {"tests/test_a.py": ()}),
    ],
)
def test_files_folders_and_tests(project, texts, files):
    assert named(*texts) == files


def test_the_project_is_the_one_that_the_file_lies_in(project, monkeypatch):
    monkeypatch.chdir(os.sep)
    request = prepare_tests([str(project / "tests" / "test_a.py") + "::test_x"], {})
    assert request.project.root == str(project)
    assert os.path.isabs(request.options.python)


@pytest.mark.parametrize(
    ("text", "slug", "hint"),
    [
        ("tests/test_b.py", "target-not-found", "test_a.py"),
        ("absent/test_b.py", "target-not-found", "FILE::TEST"),
        ("tests::test_x", "target-not-found", "FILE::TEST"),
        ("::test_x", "target-not-found", "FILE::TEST"),
        ("notes.txt", "not-a-python-file", ".py"),
        ("tests/env", "no-tests-found", "test_….py"),
    ],
)
def test_what_names_no_test_is_refused(project, text, slug, hint):
    if text == "tests/env":
        (project / "tests" / "env" / "test_d.py").unlink()
    with pytest.raises(UsageError) as caught:
        named(text)
    assert caught.value.slug == slug
    assert caught.value.where
    assert hint in caught.value.hint
