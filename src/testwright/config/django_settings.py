"""Decides which settings module a Django project has: as the environment, pytest's settings or manage.py say."""

from __future__ import annotations

import configparser
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

__all__ = ["django_settings"]

_NAME = "DJANGO_SETTINGS_MODULE"
_IN_MANAGE = re.compile(rf"{_NAME}[\"']\s*,\s*[\"']([\w.]+)[\"']")
_FILES = (("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))


def django_settings(root: Path, environment: Mapping[str, str] | None = None) -> str:
    """The module's name; "" where nothing says it. A file that cannot be read says nothing."""
    environment = os.environ if environment is None else environment
    return environment.get(_NAME) or _in_pyproject(root) or _in_ini_files(root) or _in_manage(root / "manage.py")


def _in_pyproject(root: Path) -> str:
    try:
        plain = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    options = plain.get("tool", {}).get("pytest", {}).get("ini_options", {})
    return str(options.get(_NAME, "")) if isinstance(options, dict) else ""


def _in_ini_files(root: Path) -> str:
    for file, section in _FILES:
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(root / file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        if parser.has_option(section, _NAME):
            return parser.get(section, _NAME)
    return ""


def _in_manage(path: Path) -> str:
    try:
        match = _IN_MANAGE.search(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return match[1] if match else ""
