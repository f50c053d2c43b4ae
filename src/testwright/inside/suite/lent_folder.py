"""Makes the folder that is put on the suite's path: what starts coverage.py, our plugin, coverage.py where it is missing."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["OWN_SITECUSTOMIZE", "PLUGIN", "Lent"]

PLUGIN = "testwright_suite_plugin"
OWN_SITECUSTOMIZE = "testwright_own_sitecustomize"
OLDEST = (7, 6)
_CORE_CAN_BE_CHOSEN = (7, 9)
_HERE = Path(__file__).resolve().parent


class Lent:
    """The folder, coverage.py's settings file, and which coverage.py measures."""

    def __init__(
        self, place: Path, settings: dict[str, Any], ours: tuple[str, str], environment: Mapping[str, str]
    ) -> None:
        """`settings` are tables of coverage.py's TOML file, `ours` is the folder and version of the package to lend."""
        package, version = ours
        self.folder = place / "lent"
        self.settings = place / "settings.toml"
        self.data_file = place / "data" / "coverage"
        theirs = _installed(environment.get("PYTHONPATH", ""))
        self.is_lent = _numbers(theirs) < OLDEST
        self.version = version if self.is_lent else theirs
        self._make(settings, package)

    def _make(self, settings: dict[str, Any], coverage_package: str) -> None:
        self.folder.mkdir(parents=True)
        self.data_file.parent.mkdir()
        shutil.copyfile(_HERE / "start_measuring.py", self.folder / "sitecustomize.py")
        shutil.copyfile(_HERE.parent / "own_sitecustomize.py", self.folder / f"{OWN_SITECUSTOMIZE}.py")
        shutil.copyfile(_HERE / "outcome_plugin.py", self.folder / f"{PLUGIN}.py")
        if self.is_lent:
            os.symlink(coverage_package, self.folder / "coverage")
        self.settings.write_text(self._as_toml(settings), encoding="utf-8")

    def _as_toml(self, settings: dict[str, Any]) -> str:
        tables = {name: dict(values) for name, values in settings.items()}
        tables["run"]["data_file"] = _escaped(str(self.data_file))
        if _numbers(self.version) >= _CORE_CAN_BE_CHOSEN:
            tables["run"]["core"] = "ctrace"  # sys.monitoring does not know which test runs
        return "".join(_table(name, values) for name, values in tables.items())


def _installed(python_path: str) -> str:
    """The version that this interpreter would import in the user's environment, "" when there is none."""
    places = [place for place in python_path.split(os.pathsep) if place]
    found = importlib.metadata.distributions(name="coverage", path=[*places, *sys.path])
    return next((distribution.version for distribution in found), "")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _escaped(text: str) -> str:
    """coverage.py replaces `$NAME` in its settings."""
    return text.replace("$", "$$")


def _table(name: str, values: dict[str, Any]) -> str:
    """A JSON string, list, number or truth value is one of TOML too."""
    lines = [f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([f"[tool.coverage.{json.dumps(name, ensure_ascii=False)}]", *lines, "", ""])
