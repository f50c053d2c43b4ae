"""Runs a file of request tests in the project's own pytest set-up under several conditions, and gathers what each test did."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from testwright.errors import ProjectError
from testwright.execute.assertions import count_assertions
from testwright.execute.conditions import stages
from testwright.execute.pytest_worker import Limits, PytestWorker, run_stages
from testwright.inside.isolation.process_tree import is_running
from testwright.nouns import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["lent_cassettes", "lent_file", "request_gate"]


_CASSETTES = "cassettes_unproven_"
_HARMLESS = ("a thread left running (ThreadPoolExecutor", "socket.bind ('::1', 0)")
"""Asynchronous views run what is not in such threads, and Django keeps them; urllib3 looks whether there is IPv6."""


@contextmanager
def _folder_there(folder: Path) -> Iterator[None]:
    """Made if it is not there, with those above it; those that are empty in the end go again."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    with _writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for each in missing:
            if each.is_dir() and not any(each.iterdir()):
                each.rmdir()


@contextmanager
def _writing_to(folder: Path) -> Iterator[None]:
    """ProjectError where nothing can be written there."""
    try:
        yield
    except OSError as error:
        raise ProjectError(
            f"{str(folder)!r} cannot be written to: {error.strerror or error}",
            slug="output-not-writable",
            where=str(folder),
            hint="name another place with -o, or leave the tests unproven with --no-prove",
        ) from error


@contextmanager
def lent_file(path: Path, text: str, mark: str) -> Iterator[Path]:
    """The text as a file where its tests are to be, under a name of its own, for as long as they are proven. What runs
    that were killed have left there goes, if it has the `mark` of our files.

    ProjectError where the folder cannot be written to.
    """
    stem = path.stem if path.stem.startswith("test_") else f"test_{path.stem}"
    file = path.parent / f"{stem}_unproven_{os.getpid()}.py"
    with _folder_there(path.parent):
        with _writing_to(path.parent):
            _remove_abandoned(path.parent, stem, mark)
            with file.open("x", encoding="utf-8") as stream:
                stream.write(text)
        try:
            yield file
        finally:
            file.unlink(missing_ok=True)


@contextmanager
def lent_cassettes(folder: Path, cassettes: Mapping[str, str]) -> Iterator[str]:
    """The name of a folder beside the tests that has these files, for as long as they are proven; "" where there are none.

    ProjectError where the folder cannot be written to.
    """
    if not cassettes:
        yield ""
        return
    place = folder / f"{_CASSETTES}{os.getpid()}"
    with _folder_there(folder):
        try:
            with _writing_to(folder):
                _remove_abandoned_cassettes(folder)
                place.mkdir()
                for name, text in cassettes.items():
                    (place / name).write_text(text, encoding="utf-8")
            yield place.name
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _remove_abandoned_cassettes(folder: Path) -> None:
    for left in folder.glob(f"{_CASSETTES}*"):
        if _is_over(left.name.removeprefix(_CASSETTES)):
            shutil.rmtree(left, ignore_errors=True)


def _is_over(process: str) -> bool:
    """It ran; or it had the number that we have now."""
    return process.isdigit() and (int(process) == os.getpid() or not is_running(int(process)))


def _remove_abandoned(folder: Path, stem: str, mark: str) -> None:
    for path in folder.glob(f"{stem}_unproven_*.py"):
        process = path.stem.removeprefix(f"{stem}_unproven_")
        if _is_over(process) and mark in path.read_text(encoding="utf-8", errors="replace"):
            path.unlink(missing_ok=True)


def request_gate(
    file: Path,
    nodes: Sequence[str],
    *,
    root: str,
    sys_path: Sequence[str],
    python: str,
    scratch: Path,
    runs: int = 5,
    jobs: int = 2,
    isolation: str = "auto",
    environment: Mapping[str, str] | None = None,
    stop: Callable[[], bool] | None = None,
    django: bool = False,
) -> dict[str, Evidence]:
    """Evidence for each of `nodes`: names of functions, or of methods as `Class::method`. `django`: pytest-django is not there
    to set the project up.

    ProjectError where pytest is not there, or does not collect the file.
    """
    limits = Limits(test_seconds=60.0, memory_mb=4096)
    worker = PytestWorker(
        python,
        (file,),
        tuple(sys_path),
        scratch,
        limits,
        plugins=True,
        stop=stop,
        place=root,
        isolation=isolation,
        environment=environment or {},
        django=django,
    )
    done = run_stages(worker, nodes, stages(runs), jobs)
    problem = next((error for run in done for error in run.collection_errors), "") or next(
        (run.refused for run in done if run.refused), ""
    )
    if problem:
        raise ProjectError(
            f"pytest cannot collect the tests: {problem}",
            slug="tests-not-collected",
            where=root,
            hint="run the project's own tests with pytest and mend what it says",
        )
    counts = count_assertions(file.read_text(encoding="utf-8"))
    return {
        node: Evidence(
            node=node,
            runs=tuple(run.results[node] for run in done if node in run.results),
            assertions=counts.get(node, 0),
            touched=tuple(
                dict.fromkeys(w for run in done for w in run.touched.get(node, ()) if not w.startswith(_HARMLESS))
            ),
        )
        for node in nodes
    }
