"""Chooses the project's interpreter, and asks it, in a process of its own, what it is and where it imports from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from testwright.errors import ProjectError

__all__ = ["Interpreter", "ask_interpreter", "choose_interpreter"]

_QUESTION = (
    "import sys, json; from importlib.util import find_spec; "
    "print(json.dumps({'version': list(sys.version_info[:3]), 'path': sys.path, "
    "'builtin': list(sys.builtin_module_names), "
    "'pytest': find_spec('pytest') is not None, 'hypothesis': find_spec('hypothesis') is not None, "
    "'executable': sys.executable}))"
)
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One Python: its full path, version, sys.path without the current folder, whether it has pytest and Hypothesis."""

    executable: str
    version: tuple[int, ...]
    path: tuple[str, ...]
    builtin_modules: frozenset[str]
    has_pytest: bool
    has_hypothesis: bool

    @property
    def version_text(self) -> str:
        return ".".join(str(part) for part in self.version)


def choose_interpreter(root: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """The interpreter to take when none was named, and why: the project's .venv, else $VIRTUAL_ENV, else our own."""
    candidates = [(os.path.join(root, ".venv"), "the project's .venv")]
    if active := environment.get("VIRTUAL_ENV"):
        candidates.append((os.path.abspath(active), "VIRTUAL_ENV"))
    for folder, source in candidates:
        python = os.path.join(folder, "bin", "python")  # not resolved: where the link is makes the environment
        if os.access(python, os.X_OK):
            return (sys.executable if _is_ours(folder) else python), source
    return sys.executable, "default"


def _is_ours(folder: str) -> bool:
    return os.path.realpath(folder) == os.path.realpath(sys.prefix)


@lru_cache
def ask_interpreter(python: str) -> Interpreter:
    """What `python` (a path or a command) answers; ProjectError if it cannot be run or is too old."""
    found = shutil.which(python)
    if found is None:
        raise ProjectError(
            f"there is no interpreter {python!r}",
            slug="python-not-found",
            where="--python",
            hint="name the interpreter of the project's environment, such as .venv/bin/python",
        )
    # Run from the root folder: with -P nothing of the user's is imported for being in the current one.
    command = [os.path.abspath(found), "-P", "-s", "-c", _QUESTION]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, cwd=os.sep, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _not_usable(python, str(error)) from error
    if answer.returncode != 0 and "-P" in answer.stderr:
        raise _too_old(python)
    try:
        facts = json.loads(answer.stdout.strip().splitlines()[-1])
    except (IndexError, json.JSONDecodeError) as error:
        raise _not_usable(python, _last_line(answer.stderr) or "it gave no answer") from error
    if tuple(facts["version"]) < (3, 11):
        raise _too_old(python)
    return Interpreter(
        executable=os.path.abspath(found),
        version=tuple(facts["version"]),
        path=tuple(entry for entry in facts["path"] if entry and os.path.isdir(entry)),
        builtin_modules=frozenset(facts["builtin"]),
        has_pytest=bool(facts["pytest"]),
        has_hypothesis=bool(facts["hypothesis"]),
    )


def _too_old(python: str) -> ProjectError:
    return ProjectError(
        f"the interpreter {python!r} is older than Python 3.11",
        slug="python-too-old",
        where="--python",
        hint="point --python at an environment with Python 3.11 or newer",
    )


def _not_usable(python: str, why: str) -> ProjectError:
    return ProjectError(
        f"the interpreter {python!r} cannot be used: {why}",
        slug="python-not-usable",
        where="--python",
        hint=f"try `{python} -c 'import sys; print(sys.path)'` and mend what it says",
    )


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
