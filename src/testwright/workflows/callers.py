"""Finds how a module is called elsewhere in its project and its package, by reading source alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from testwright.config.caller_files import caller_files, package_inits
from testwright.errors import ProjectError
from testwright.explore.explore_module import read_source
from testwright.nouns import Target
from testwright.python_source.calls_elsewhere import CallsElsewhere
from testwright.python_source.read_module import read_module
from testwright.write.ownership import MARK

__all__ = ["calls_of"]

MOST_PARSED = 1_500_000
"""Characters of source: about two seconds."""


def calls_of(target: Target, root: Path | None, *, tests: bool) -> list[dict[str, Any]]:
    """In the form of `ExistingTests.calls`; [] for a module that cannot be read. Tests that we wrote say nothing new."""
    try:
        model = read_module(read_source(target), module=target.module, path=target.source)
    except (ProjectError, SyntaxError):
        return []
    found = CallsElsewhere(model)
    for package, path in package_inits(target):
        found.learn_names(_text(path), package)
    left = MOST_PARSED
    for module, path in caller_files(target, str(root or Path(target.source).parent), tests=tests):
        text = _text(path)
        if MARK in text or not found.named_in(text) or len(text) > left:
            continue
        left -= len(text)
        found.read(text, module, is_package=Path(path).name == "__init__.py")
    return found.calls


def _text(path: str) -> str:
    """Empty for what cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
