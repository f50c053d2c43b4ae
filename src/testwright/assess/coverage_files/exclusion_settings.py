"""Finds the file in which a project tells coverage.py what not to count."""

from __future__ import annotations

import os
import warnings

__all__ = ["exclusion_settings"]

# In the order in which coverage.py looks for them; the first two are its own, the others hold more than its sections.
_OWN = (".coveragerc", ".coveragerc.toml")
_SHARED = (("setup.cfg", "[coverage:"), ("tox.ini", "[coverage:"), ("pyproject.toml", "tool.coverage"))


def exclusion_settings(root: str) -> tuple[str, str]:
    """Its path, "" where there is none or it cannot be read, and in the latter case why."""
    path = _settings_file(root)
    if not path:
        return "", ""
    from coverage import Coverage
    from coverage.exceptions import CoverageException

    with warnings.catch_warnings():
        # An option that this coverage.py does not know is no matter of ours.
        warnings.simplefilter("ignore")
        try:
            Coverage(data_file=None, config_file=path, messages=False)
        except (CoverageException, OSError, ValueError) as error:
            return (
                "",
                f"the settings of coverage.py in {path} cannot be read ({error}): its defaults say what is excluded",
            )
    return path, ""


def _settings_file(root: str) -> str:
    for name in _OWN:
        if os.path.isfile(path := os.path.join(root, name)):
            return path
    for name, section in _SHARED:
        if _mentions(path := os.path.join(root, name), section):
            return path
    return ""


def _mentions(path: str, section: str) -> bool:
    if not os.path.isfile(path):
        return False
    with open(path, encoding="utf-8", errors="replace") as stream:
        return section in stream.read()
