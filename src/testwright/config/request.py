"""Turns what the user gave (target texts, flags) into a checked request: project, options, targets. Nothing is run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from testwright.config.interpreter import Interpreter, ask_interpreter, choose_interpreter
from testwright.config.options import Options
from testwright.config.project import Project, find_project
from testwright.config.sources import Settings, Value, load_settings
from testwright.config.targets import resolve_targets
from testwright.errors import ProjectError, UsageError
from testwright.nouns.target import Target

__all__ = [
    "Request",
    "chosen_interpreter",
    "find_settings",
    "full_path",
    "prepare",
    "prepare_audit",
    "prepare_suite",
    "pytest_missing",
    "require_pytest",
    "require_writable",
]


@dataclass(frozen=True, slots=True)
class Request:
    """All that a run needs; `options` has a full `output` and `python`. `is_whole`: the targets are surely all modules of
    the project's source.
    """

    project: Project
    options: Options
    targets: list[Target]
    is_whole: bool = False


def find_settings(flags: Mapping[str, Any], texts: Sequence[str] = ()) -> tuple[Project, Settings]:
    """The project that the first path of `texts` lies in (else the current folder), and its settings."""
    paths = (os.path.expanduser(text.partition(":")[0]) for text in texts)
    start = next(filter(os.path.exists, paths), os.getcwd())
    found = find_project(start)
    settings = _with_interpreter(load_settings(found.config_file, flags=flags), found.root)
    options = settings.options
    return find_project(start, source=options.source, exclude=options.exclude), settings


def _with_interpreter(settings: Settings, root: str) -> Settings:
    """The same, with the interpreter found by looking where none was named."""
    chosen = Value("python", *choose_interpreter(root, os.environ))
    if any(value.name == "python" and value.source != "default" for value in settings.values):
        return settings
    values = tuple(chosen if value.name == "python" else value for value in settings.values)
    return Settings(replace(settings.options, python=chosen.value), values)


def prepare(texts: Sequence[str], flags: Mapping[str, Any]) -> Request:
    """The request, or the TestwrightError that says what does not fit, before any work is done."""
    project, settings = find_settings(flags, texts)
    options = settings.options
    interpreter = chosen_interpreter(settings, project)
    targets = resolve_targets(texts, project, interpreter.executable)
    require_pytest(interpreter)
    if options.properties:
        _require_hypothesis(interpreter)
    output = full_path("output", options.output, settings, project) if options.output else project.tests
    if not options.diff:
        require_writable(output)
    return Request(project, replace(options, output=output, python=interpreter.executable), targets)


def prepare_suite(texts: Sequence[str], flags: Mapping[str, Any]) -> Request:
    """The same for a command that runs tests and writes none; `options.tests` are full paths that are there,
    none where pytest is to look for itself."""
    project, settings = find_settings(flags, texts)
    options = settings.options
    interpreter = chosen_interpreter(settings, project)
    targets = resolve_targets(texts, project, interpreter.executable)
    require_pytest(interpreter)
    # Where the usual folder is not there, pytest looks for tests by itself, as in a project with one file of them.
    tests = _named_tests(settings, project) or tuple(filter(os.path.exists, (project.tests,)))
    _require_tests(tests)
    return Request(project, replace(options, tests=tests, python=interpreter.executable), targets)


def _named_tests(settings: Settings, project: Project) -> tuple[str, ...]:
    return tuple(full_path("tests", path, settings, project) for path in settings.options.tests)


def _require_tests(paths: Sequence[str]) -> None:
    for path in paths:
        if not os.path.exists(path):
            raise UsageError(
                f"there are no tests at {path!r}",
                slug="tests-not-found",
                where=path,
                hint="name the test files or folders with --tests",
            )


def prepare_audit(texts: Sequence[str], flags: Mapping[str, Any], *, runs_suite: bool = False) -> Request:
    """The same for `audit`: files that are named are full paths. An interpreter is needed only where the suite is run:
    where no coverage is given, and with `runs_suite`.
    """
    found, settings = find_settings(flags, texts)
    project = replace(found, with_mains=True)
    options = settings.options
    coverage = tuple(full_path("coverage", path, settings, project) for path in options.coverage)
    needs_python = runs_suite or not coverage
    python = options.python if not needs_python else chosen_interpreter(settings, project).executable
    targets = resolve_targets(texts, project, python)
    if needs_python:
        require_pytest(ask_interpreter(python))
    tests = _named_tests(settings, project)
    _require_tests(tests)
    ratchet = full_path("audit_ratchet", options.audit_ratchet, settings, project) if options.audit_ratchet else ""
    whole = replace(options, coverage=coverage, python=python, tests=tests, audit_ratchet=ratchet)
    return Request(project, whole, targets, is_whole=not texts)


def chosen_interpreter(settings: Settings, project: Project) -> Interpreter:
    """The one that runs the targets, asked what it is and what it has."""
    python = settings.options.python
    return ask_interpreter(full_path("python", python, settings, project) if os.sep in python else python)


def full_path(name: str, path: str, settings: Settings, project: Project) -> str:
    """A relative path in pyproject.toml is relative to that file; one from elsewhere, to the current folder."""
    source = next(value.source for value in settings.values if value.name == name)
    base = project.root if source.startswith("pyproject.toml") else os.getcwd()
    return os.path.normpath(os.path.join(base, os.path.expanduser(path)))


def require_pytest(interpreter: Interpreter) -> None:
    if not interpreter.has_pytest:
        raise pytest_missing(interpreter.executable)


def pytest_missing(executable: str) -> ProjectError:
    return ProjectError(
        f"the interpreter {executable!r} has no pytest, so no test can be run in it",
        slug="pytest-missing",
        where=executable,
        hint=f"run `{executable} -m pip install pytest`, or name another interpreter with --python",
    )


def _require_hypothesis(interpreter: Interpreter) -> None:
    """Where the tests run: it need not be what runs testwright."""
    if not interpreter.has_hypothesis:
        raise ProjectError(
            f"the interpreter {interpreter.executable!r} has no hypothesis, so no property can be tested in it",
            slug="hypothesis-missing",
            where=interpreter.executable,
            hint=f"run `{interpreter.executable} -m pip install hypothesis`, or leave out --properties",
        )


def require_writable(folder: str) -> None:
    existing = folder
    while not os.path.lexists(existing):
        existing = os.path.dirname(existing)
    if not os.path.isdir(existing):
        why = f"{existing!r} is not a folder"
    elif not _takes_files(existing):
        why = f"{existing!r} may not be written to"
    else:
        return
    raise UsageError(
        f"the tests cannot be written to {folder!r}: {why}",
        slug="output-not-writable",
        where=existing,
        hint="name another folder with --output, or look at the tests first with --diff",
    )


def _takes_files(folder: str) -> bool:
    """Tried, not asked: root may write anywhere, and some file systems take nothing all the same."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
