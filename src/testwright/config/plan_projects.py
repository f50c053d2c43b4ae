"""Decides which tasks of a plan are meant where it is of several projects, and where the files of theirs are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from testwright.config.plan_file import PlannedTask, require_task, targets_of
from testwright.errors import ProjectError, UsageError

__all__ = ["PlanChoice", "plan_choice"]


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """`targets` are as `testwright generate` takes them in the folder where it runs, each once; `left_out` are the
    projects whose tasks are not among them.
    """

    targets: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def plan_choice(tasks: Sequence[PlannedTask], number: int | None, here: str) -> PlanChoice:
    """Of all tasks, or of that number. `generate` writes the tests of one project at a time: of several that is the one of
    the task, or the one that the folder `here` lies in.

    Raises UsageError `plan-task-not-found`, `bad-usage` where no project is said, ProjectError `plan-of-other-projects`.
    """
    if number is not None:
        require_task(number, [task.number for task in tasks])
    chosen = [task for task in tasks if number is None or task.number == number]
    if not any(task.project for task in chosen):
        return PlanChoice(targets_of(chosen))
    here = os.path.realpath(here)
    root = _folder_of_all({task.project for task in tasks}, here)
    projects = tuple(dict.fromkeys(task.project for task in chosen))
    project = projects[0] if len(projects) == 1 else _around(projects, root, here)
    own = [task for task in chosen if task.project == project]
    left_out = tuple(each for each in projects if each != project)
    return PlanChoice(_as_paths(own, os.path.join(root, project), here), left_out)


def _folder_of_all(projects: Iterable[str], here: str) -> str:
    """The nearest folder, from `here` upwards, that has them all in it."""
    named = sorted(projects)
    folder = here
    while not all(os.path.isdir(os.path.join(folder, each)) for each in named):
        folder, before = os.path.dirname(folder), folder
        if folder == before:
            raise ProjectError(
                f"the plan is of {', '.join(named)}, and neither this folder nor one around it has all of them",
                slug="plan-of-other-projects",
                where=here,
                hint="run it where the audit was run, or make the plan anew with `testwright audit --plan FILE`",
            )
    return folder


def _around(projects: Sequence[str], root: str, here: str) -> str:
    """The innermost that `here` lies in."""
    inside = [each for each in projects if _is_in(here, os.path.realpath(os.path.join(root, each)))]
    if not inside:
        raise UsageError(
            f"the plan is of {len(projects)} projects, and tests are written for one at a time: {', '.join(projects)}",
            slug="bad-usage",
            where="--plan",
            hint=f"name a task with --task K, or run it in one of them, such as {projects[0]!r}",
        )
    return max(inside, key=lambda each: (each != ".", len(each)))


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _as_paths(tasks: Iterable[PlannedTask], folder: str, here: str) -> tuple[str, ...]:
    """A dotted name may be a module of each project: its file is of one."""
    found: dict[str, None] = {}
    for task in tasks:
        for target in task.targets:
            module, sign, qualname = target.partition(":")
            path = task.paths.get(module, "")
            found[os.path.relpath(os.path.join(folder, path), here) + sign + qualname if path else target] = None
    return tuple(found)
