"""Says what tests are generated for: definitions whose answer is tests, and modules that are installed somewhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from testwright.config.project import find_project
from testwright.config.targets import resolve_targets
from testwright.errors import TestwrightError, UsageError
from testwright.nouns.definition import TestGenerationDefinition

__all__ = ["Subject", "installed_modules", "of_definition"]

_INSTALL_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Subject:
    """A module, the interpreter that has it, and what of a definition goes with it.

    `source` is the file; "" where the definition has the text, which is then written into a project of its own. `missing`
    says why it cannot be examined here ("" = it can).
    """

    name: str
    module: str
    python: str
    source: str = ""
    import_roots: tuple[str, ...] = ()
    definition: TestGenerationDefinition | None = None
    missing: str = ""

    @property
    def text(self) -> str:
        if self.definition is not None:
            return self.definition.source
        return Path(self.source).read_text(encoding="utf-8", errors="replace")

    @property
    def sha256(self) -> str:
        if self.definition is not None:
            return self.definition.sha256
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


def of_definition(definition: TestGenerationDefinition, python: str) -> Subject:
    return Subject(definition.name, definition.module_name, python, definition=definition)


def installed_modules(file: str, python: str, environments: str | None, told: Callable[[str], None]) -> list[Subject]:
    """Of a file of tables `[[module]]` with `package` (a requirement) and `module`. With `environments`, each package is
    installed there into an environment of its own; else `python` has to have all. UsageError for a file that is none.
    """
    try:
        tables = tomllib.loads(Path(file).read_text(encoding="utf-8"))["module"]
        named = [(str(each["package"]), str(each["module"])) for each in tables]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{file!r} is no list of modules: {error}",
            slug="modules-invalid",
            where=file,
            hint='write tables [[module]] with package = "docstring_parser==0.18.0" and module = "docstring_parser.google"',
        ) from error
    return [_installed(package, module, python, environments, told) for package, module in named]


def _installed(
    package: str, module: str, python: str, environments: str | None, told: Callable[[str], None]
) -> Subject:
    if environments is not None:
        told(f"installing {package}")
        place = Path(environments).expanduser().resolve() / package.replace("==", "-").replace("/", "_")
        problem = _environment(place, [package, "pytest"], python)
        if problem:
            return Subject(module, module, python, missing=f"{package} cannot be installed: {problem}")
        python = str(place / ("Scripts" if os.name == "nt" else "bin") / "python")
    try:
        (target,) = resolve_targets([module], find_project(os.path.dirname(python)), python)
    except TestwrightError as error:
        return Subject(module, module, python, missing=error.message)
    return Subject(module, module, python, target.source, target.import_roots)


def _environment(place: Path, requirements: Sequence[str], python: str) -> str:
    """ "" or why it could not be made. One that is there is taken as it is."""
    done = place / "installed"
    if done.exists():
        return ""
    inside = str(place / ("Scripts" if os.name == "nt" else "bin") / "python")
    install = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    for command in ([python, "-m", "venv", "--clear", str(place)], install):
        try:
            finished = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if finished.returncode:
            return (finished.stderr.strip().splitlines() or ["pip says nothing"])[-1]
    done.write_text("\n".join(requirements), encoding="utf-8")
    return ""
