from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from testwright.config.joint_request import JointRequest, prepare_audits
from testwright.config.project import projects_below
from testwright.config.request import Request
from testwright.errors import UsageError

Repository = Callable[[Mapping[str, str]], Path]
TWO = {
    "one/pyproject.toml": "",
    "one/src/app/core.py": "x = 1\n",
    "one/tests/test_core.py": "",
    "two/pyproject.toml": "",
    "two/app/core.py": "x = 1\n",
    "two/tests/test_core.py": "",
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The current folder is its root; nothing outside of it says what is a project."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)

    def make(files: Mapping[str, str]) -> Path:
        root = (tmp_path / "repository").resolve()
        (root / ".git").mkdir(parents=True)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        monkeypatch.chdir(root)
        return root

    return make


def joint(*texts: str, **flags: object) -> JointRequest:
    found = prepare_audits(texts, {"python": sys.executable, **flags})
    assert isinstance(found, JointRequest)
    return found


def sources(request: Request) -> list[str]:
    return [os.path.relpath(target.source) for target in request.targets]


@pytest.mark.parametrize("texts", [("one", "two"), ("two", "one"), (), (".",), ("one/src/app/core.py", "two")])
def test_each_path_is_of_the_project_that_it_lies_in(repository: Repository, texts: tuple[str, ...]) -> None:
    root = repository(TWO)
    found = joint(*texts)
    assert found.root == str(root)
    assert {label: sources(part) for label, part in found.parts.items()} == {
        "one": ["one/src/app/core.py"],
        "two": ["two/app/core.py"],
    }


def test_one_project_is_a_request_of_its_own(repository: Repository) -> None:
    repository(TWO | {"three/notes.txt": ""})
    for texts in (("one",), ("one", "one/src"), ("one/src/app/core.py",)):
        assert isinstance(prepare_audits(texts, {"python": sys.executable}), Request)


def test_a_root_with_source_is_one_project_as_before(repository: Repository) -> None:
    repository(TWO | {"main.py": "x = 1\n"})
    found = prepare_audits((), {"python": sys.executable})
    assert isinstance(found, Request)
    assert (sources(found), found.is_whole) == (["main.py"], True)


def test_a_root_with_one_project_in_it_stands_for_that(repository: Repository) -> None:
    root = repository({name: text for name, text in TWO.items() if name.startswith("one")})
    found = prepare_audits((), {"python": sys.executable})
    assert isinstance(found, Request)
    assert found.project.root == str(root / "one")


def test_without_any_source_that_is_said(repository: Repository) -> None:
    repository({"README": ""})
    with pytest.raises(UsageError) as caught:
        prepare_audits((), {"python": sys.executable})
    assert caught.value.slug == "no-source-found"


def test_the_root_may_be_one_of_them(repository: Repository) -> None:
    repository(TWO | {"pyproject.toml": "[tool.testwright]\naudit-fail-under = 70\n", "main.py": "x = 1\n"})
    found = joint(".", "two")
    assert set(found.parts) == {".", "two"}
    assert found.options.audit_fail_under == 70
    assert found.parts["."].options.audit_fail_under is None  # it is not held twice


def test_links_to_a_project_are_that_project(repository: Repository) -> None:
    root = repository(TWO)
    (root / "again").symlink_to(root / "one")
    assert isinstance(prepare_audits(("one", "again"), {"python": sys.executable}), Request)


def test_a_dotted_name_is_one_of_the_first_project(repository: Repository) -> None:
    repository(TWO)
    found = joint("app.core", "two/tests/..", "one/src")
    assert sources(found.parts["two"]) == ["two/app/core.py"]


def test_projects_outside_of_the_current_one_are_in_their_common_folder(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(TWO)
    monkeypatch.chdir(root / "one")
    assert joint("../one", "../two").root == str(root)


def test_limits_of_all_are_given_or_stand_in_the_root_and_those_of_one_in_its_own_file(repository: Repository) -> None:
    own = '[tool.testwright]\naudit-max-crap = 5\naudit-ratchet = "floors.json"\n'
    root = repository(TWO | {"one/pyproject.toml": own, "pyproject.toml": "[tool.testwright]\naudit-max-crap = 30\n"})
    found = joint("one", "two", audit_fail_under=80.0)
    assert (found.options.audit_fail_under, found.options.audit_max_crap) == (80, 30)
    one, two = (found.parts[name].options for name in ("one", "two"))
    assert (one.audit_fail_under, one.audit_max_crap, one.audit_ratchet) == (None, 5, str(root / "one/floors.json"))
    assert (two.audit_fail_under, two.audit_max_crap, two.audit_ratchet) == (None, None, "")


def test_tests_are_run_in_the_project_that_they_lie_in(repository: Repository) -> None:
    root = repository(TWO)
    found = joint("one", "two", tests=("two/tests/test_core.py",))
    assert found.parts["one"].options.tests == ()
    assert found.parts["two"].options.tests == (str(root / "two/tests/test_core.py"),)
    with pytest.raises(UsageError, match="lies in none of the projects") as caught:
        joint("one", "two", tests=("tests",))
    assert caught.value.slug == "bad-usage"


def test_the_environment_of_the_workspace_is_that_of_projects_without_one(repository: Repository) -> None:
    root = repository(TWO)
    for folder in (".venv/bin", "two/.venv/bin"):
        (root / folder).mkdir(parents=True)
        (root / folder / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        (root / folder / "python").chmod(0o755)
    found = prepare_audits(("one", "two"), {"coverage": ("c.json",)})
    assert isinstance(found, JointRequest)
    assert found.parts["one"].options.python == str(root / ".venv/bin/python")
    assert found.parts["two"].options.python == str(root / "two/.venv/bin/python")


def test_projects_below_are_the_nearest_with_source(repository: Repository) -> None:
    root = repository(
        {
            "libs/a/pyproject.toml": "",
            "libs/a/a.py": "",
            "libs/a/inner/pyproject.toml": "",
            "libs/a/inner/b.py": "",
            "group/pyproject.toml": "[tool.workspace]\n",
            "group/c/pyproject.toml": "",
            "group/c/c.py": "",
            "empty/pyproject.toml": "",
            "docs/d/pyproject.toml": "",
            "docs/d/d.py": "",
            "libs/a2/tests/e/pyproject.toml": "",
            "libs/a2/tests/e/e.py": "",
            ".hidden/pyproject.toml": "",
            ".hidden/f.py": "",
            "env2/pyvenv.cfg": "",
            "env2/g/pyproject.toml": "",
            "env2/g/g.py": "",
        }
    )
    assert projects_below(".") == [str(root / "group/c"), str(root / "libs/a")]
