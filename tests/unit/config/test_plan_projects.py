"""Of a plan of several projects: which tasks are meant where, and as which files."""

from __future__ import annotations

from pathlib import Path

import pytest

from testwright.config.plan_file import PlannedTask
from testwright.config.plan_projects import plan_choice
from testwright.errors import ProjectError, UsageError

PATHS = {"app.core": "src/app/core.py"}


def task(number: int, project: str, *targets: str) -> PlannedTask:
    return PlannedTask(number, "a", targets or ("app.core:f",), paths=PATHS, project=project)


PLANNED = [task(1, "libs/b"), task(2, "libs/a", "app.core:f", "app.core:C.g", "gone:h"), task(3, "libs/a")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a/src", "b"):
        (tmp_path / "libs" / name).mkdir(parents=True)
    return tmp_path


def test_a_task_is_of_the_files_of_its_project_wherever_it_is_asked_for(root: Path) -> None:
    for here, start in (
        (root, "libs/a/"),
        (root / "libs/a", ""),
        (root / "libs/a/src", "../"),
        (root / "libs/b", "../a/"),
    ):
        path = f"{start}src/app/core.py" if here.name != "src" else "app/core.py"
        found = plan_choice(PLANNED, 2, str(here))
        assert (found.targets, found.left_out) == ((f"{path}:f", f"{path}:C.g", "gone:h"), ())


def test_in_a_project_its_tasks_are_meant(root: Path) -> None:
    found = plan_choice(PLANNED, None, str(root / "libs/a/src"))
    assert found.targets == ("app/core.py:f", "app/core.py:C.g", "gone:h")
    assert found.left_out == ("libs/b",)


def test_a_project_in_the_folder_of_all_is_one_of_them(root: Path) -> None:
    planned = [*PLANNED, task(4, ".")]
    assert plan_choice(planned, None, str(root)).targets == ("src/app/core.py:f",)
    assert plan_choice(planned, None, str(root / "libs/b")).left_out == ("libs/a", ".")


def test_a_plan_of_one_of_several_needs_no_task(root: Path) -> None:
    assert plan_choice([task(1, "libs/b")], None, str(root)).targets == ("libs/b/src/app/core.py:f",)


def test_where_several_may_be_meant_it_is_said_what_to_name(root: Path) -> None:
    with pytest.raises(UsageError, match="libs/b, libs/a") as caught:
        plan_choice(PLANNED, None, str(root))
    assert "--task K" in caught.value.hint


def test_projects_that_are_nowhere_around_are_named(root: Path) -> None:
    (root / "libs/b").rmdir()
    with pytest.raises(ProjectError, match="libs/a, libs/b") as caught:
        plan_choice(PLANNED, 2, str(root))
    assert caught.value.slug == "plan-of-other-projects"


def test_a_plan_of_one_project_is_as_it_was(root: Path) -> None:
    assert plan_choice([task(1, "")], None, str(root)).targets == ("app.core:f",)
    with pytest.raises(UsageError, match="there is no task 7"):
        plan_choice(PLANNED, 7, str(root))
