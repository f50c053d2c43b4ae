"""Decides where recorded requests are sent again: in a Django project, or to an application of WSGI or ASGI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from testwright.config.project import Project
from testwright.execute.rehearse import DjangoPlace, RehearsalPlace, ServicePlace

__all__ = ["folders_to_import_from", "rehearsal_place"]


def folders_to_import_from(project: Project) -> list[str]:
    return list(dict.fromkeys([*project.source_roots, project.root]))


def rehearsal_place(
    project: Project, python: str, settings: str, app: str, tests: Path, stop: Callable[[], bool] | None
) -> RehearsalPlace:
    """`tests` is the folder that the tests are to be in."""
    path = tuple(folders_to_import_from(project))
    if not app:
        return DjangoPlace(root=project.root, python=python, project_path=path, settings=settings, stop=stop)
    conftests = tuple(_conftests(Path(project.root).resolve(), tests.resolve()))
    return ServicePlace(root=project.root, python=python, project_path=path, app=app, conftests=conftests, stop=stop)


def _conftests(root: Path, tests: Path) -> list[str]:
    """From the project's folder down to that of the tests."""
    folders = [folder for folder in (tests, *tests.parents) if folder.is_relative_to(root)]
    return [str(folder / "conftest.py") for folder in reversed(folders) if (folder / "conftest.py").is_file()]
