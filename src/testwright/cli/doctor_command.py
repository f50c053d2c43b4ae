"""`testwright doctor`: checks what testwright needs, and says what to do about what is missing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from dataclasses import dataclass
from typing import Any

import click

from testwright import __version__
from testwright.cli import exit_codes
from testwright.cli.command_line import option_flags, with_options
from testwright.cli.output import show_document, show_text, table
from testwright.config.interpreter import ask_interpreter
from testwright.config.project import Project
from testwright.config.request import find_settings
from testwright.config.sources import Settings
from testwright.errors import TestwrightError

__all__ = ["command"]

_LIBRARIES = ("click", "coverage", "jinja2", "libcst", "msgspec", "pytest", "rich")
_EXTRAS = {
    "xllamacpp": "models in .gguf files: `pip install 'testwright[local]'`",
    "llama-cpp-python": "does the same, if you have it",
    "huggingface-hub": "loads such files: `pip install 'testwright[local]'`",
    "openai": "models at servers: `pip install 'testwright[openai]'`",
}


@dataclass(frozen=True, slots=True)
class _Check:
    """One thing looked at; `ok` None = only to know."""

    name: str
    ok: bool | None
    answer: str
    hint: str = ""


@click.command("doctor", short_help="Check what testwright needs: sandbox, interpreter, pytest.")
@with_options(["python"])
@with_options(["model_name", "model_base_url", "model_offline", "model_threads"])
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool, **given: Any) -> int:
    """Check what testwright needs, and say what to do about what is missing."""
    checks = [_ourselves(), *_libraries(), *_extras(), *_project_checks(option_flags(given))]
    failed = [check for check in checks if check.ok is False]
    if as_json:
        show_document({"checks": [_plain(check) for check in checks], "ok": not failed})
    else:
        marks = {True: "ok", False: "FAILED", None: "-"}
        show_text(table(("check", "", "answer"), [(check.name, marks[check.ok], check.answer) for check in checks]))
        for check in failed:
            show_text(f"\n{check.name}: {check.hint}")
    return exit_codes.CANNOT_START if failed else exit_codes.DONE


def _plain(check: _Check) -> dict[str, Any]:
    return {"name": check.name, "ok": check.ok, "answer": check.answer, "hint": check.hint}


def _ourselves() -> _Check:
    return _Check("testwright", True, f"{__version__} on Python {platform.python_version()}, {platform.system()}")


def _libraries() -> list[_Check]:
    checks = []
    for name in _LIBRARIES:
        try:
            checks.append(_Check(name, True, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            checks.append(_Check(name, False, "not installed", f"install testwright again, it brings {name}"))
    return checks


def _extras() -> list[_Check]:
    checks = []
    for name, use in _EXTRAS.items():
        try:
            checks.append(_Check(name, None, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            checks.append(_Check(name, None, f"not installed; {use}"))
    return checks


def _model(settings: Settings, project: Project) -> _Check:
    """Which one would be asked, and where; nothing is asked or loaded."""
    from testwright.llm.opening import described_model
    from testwright.workflows.model_settings import model_settings

    name = settings.options.model_name
    if not name:
        return _Check("model", None, "none; name one with --model, or as `name` in [tool.testwright.model]")
    try:
        return _Check("model", True, described_model(name, model_settings(settings, project)))
    except TestwrightError as error:
        return _failed("model", error)


def _project_checks(flags: dict[str, Any]) -> list[_Check]:
    try:
        project, settings = find_settings(flags)
    except TestwrightError as error:
        return [_failed("configuration", error)]
    checks = [
        _Check("project", None, project.root),
        _Check("source", None, ", ".join(project.source_roots)),
        _model(settings, project),
        _Check("tests", None, project.tests + ("" if os.path.isdir(project.tests) else " (not there yet)")),
    ]
    try:
        interpreter = ask_interpreter(settings.options.python)
    except TestwrightError as error:
        return [*checks, _failed("interpreter", error)]
    python = interpreter.executable
    return [
        *checks,
        _Check("interpreter", True, f"{python} (Python {interpreter.version_text})"),
        _Check(
            "its pytest",
            interpreter.has_pytest,
            "installed" if interpreter.has_pytest else "not installed",
            f"run `{python} -m pip install pytest`",
        ),
        _sandbox(python),
    ]


def _sandbox(python: str) -> _Check:
    from testwright.workers.doctor_probe import probe_isolation

    try:
        found = probe_isolation(python)
    except TestwrightError as error:
        return _failed("sandbox", error)
    absent = [name.replace("_", " ") for name, value in found.items() if value is False]
    missing = f"; this system does not give: {', '.join(absent)}" if absent else ""
    return _Check("sandbox", True, f"{found.get('level', 'unknown')}{missing}")


def _failed(name: str, error: TestwrightError) -> _Check:
    return _Check(name, False, f"{error.message} [{error.slug}]", error.hint)
