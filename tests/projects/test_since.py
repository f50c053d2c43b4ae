"""`generate --since`: only what was touched is looked at."""

from __future__ import annotations

import subprocess

import pytest

CODE = """
    def sign(number: int) -> str:
        return "negative" if number < 0 else "other"

    def twice(number: int) -> int:
        return 2 * number
    """
WORK = ("--max-executions", "200")


def git(project, *arguments: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(project.root), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def project(make_project):
    made = make_project({"calc.py": CODE, "other.py": "def three():\n    return 3\n"})
    git(made, "init", "-q", "-b", "main")
    git(made, "add", ".")
    git(made, "commit", "-qm", "first")
    return made


def test_only_functions_that_changed_get_tests(project):
    git(project, "switch", "-qc", "feature")
    project.write("calc.py", CODE.replace("2 * number", "number * 2"))
    git(project, "commit", "-qam", "second")
    project.write("new.py", "def four():\n    return 4\n")
    done = project.run("generate", "--since", *WORK, "--json")
    assert done.code == 0, done.err
    assert [module["module"] for module in done.document["modules"]] == ["calc", "new"]
    assert project.files() == ["tests/test_calc_twice.py", "tests/test_new_four.py"]
    assert "sign" not in project.read("tests/test_calc_twice.py")


def test_nothing_touched_is_nothing_to_do(project):
    done = project.run("generate", "--since", "main", *WORK)
    assert done.code == 0
    assert "nothing to do: no function of the targets was touched" in done.err
    assert project.files() == []
    assert project.run("generate", "--since", "main", "--json").document["modules"] == []


def test_an_unknown_revision_is_told(project):
    project.run("generate", "--since", "no-such-branch").refused("revision-not-found")
