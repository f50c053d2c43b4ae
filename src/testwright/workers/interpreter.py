"""Finds the interpreter that the target project runs on, and what it has: version, pytest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from testwright.errors import ProjectError

__all__ = ["OLDEST_PYTHON", "Interpreter", "find_interpreter", "probe_interpreter"]

OLDEST_PYTHON = (3, 11)
_PROBE_SECONDS = 30.0
_PROBE = """
import json, sys
answer = {"version": list(sys.version_info[:3]), "prefix": sys.prefix, "pytest": None}
try:
    import importlib.metadata, importlib.util
    if importlib.util.find_spec("pytest") is not None:
        answer["pytest"] = importlib.metadata.version("pytest")
except Exception as error:
    answer["problem"] = repr(error)
print(json.dumps(answer))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One interpreter; `source` says why it was chosen, `pytest` is a version or ""."""

    path: str
    version: tuple[int, int, int]
    prefix: str
    pytest: str
    source: str


def find_interpreter(
    project: Path,
    *,
    configured: str = "",
    environment: Mapping[str, str] | None = None,
    need_pytest: bool = True,
) -> Interpreter:
    """The configured one, else the project's .venv, else $VIRTUAL_ENV, else ours; the first that is there is taken."""
    path, source = _choose(project, configured, os.environ if environment is None else environment)
    interpreter = probe_interpreter(path, source)
    if interpreter.version[:2] < OLDEST_PYTHON:
        raise ProjectError(
            f"{_told(interpreter)} is Python {_dotted(interpreter.version)}, "
            f"testwright needs {_dotted(OLDEST_PYTHON)} or newer",
            slug="python-too-old",
            where=path,
            hint=f"make a virtual environment with a newer Python: python{_dotted(OLDEST_PYTHON)} -m venv .venv",
        )
    if need_pytest and not interpreter.pytest:
        raise ProjectError(
            f"pytest cannot be imported by {_told(interpreter)}",
            slug="pytest-missing",
            where=path,
            hint=f"{path} -m pip install pytest",
        )
    return interpreter


def probe_interpreter(path: str, source: str = "given") -> Interpreter:
    """Start it once and ask; ProjectError "python-not-found" when it is no working Python."""
    try:
        ended = subprocess.run(
            [path, "-s", "-c", _PROBE],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PROBE_SECONDS,
            check=False,
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        )
        answer = json.loads(ended.stdout)
        major, minor, micro = answer["version"]
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _not_found(path, source, str(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        tail = ended.stderr.decode("utf-8", "replace").strip()[-500:]
        raise _not_found(path, source, f"it answered {ended.stdout[:100]!r}, {tail!r}") from error
    return Interpreter(path, (major, minor, micro), answer["prefix"], answer["pytest"] or "", source)


def _choose(project: Path, configured: str, environment: Mapping[str, str]) -> tuple[str, str]:
    if configured:
        path = Path(configured).expanduser()
        named = path if path.is_absolute() or os.sep not in configured else project / path
        return str(named), "configured"
    candidates = [(project / ".venv", "the project's .venv")]
    if active := environment.get("VIRTUAL_ENV"):
        candidates.append((Path(active), "$VIRTUAL_ENV"))
    for folder, source in candidates:
        if (folder / "bin" / "python").exists():
            # Not resolved: the link's own place is what makes it a virtual environment.
            return str(folder.absolute() / "bin" / "python"), source
    return sys.executable, "testwright's own"


def _not_found(path: str, source: str, reason: str) -> ProjectError:
    return ProjectError(
        f"{path!r} ({source}) is not a working Python: {reason}",
        slug="python-not-found",
        where=path,
        hint="set `python` under [tool.testwright] or activate the project's virtual environment",
    )


def _told(interpreter: Interpreter) -> str:
    return f"{interpreter.path!r} ({interpreter.source})"


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
