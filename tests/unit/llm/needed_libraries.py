"""Skips, aloud, the tests of a file whose libraries are not installed."""

from __future__ import annotations

import importlib.util

import pytest

__all__ = ["require"]


def require(*libraries: str) -> None:
    for name in libraries:
        # Not imported: what only brings a file need not have what it needs itself.
        if importlib.util.find_spec(name) is None:
            pytest.skip(
                f"SKIPPED FOR WANT OF A LIBRARY: {name}; `sh .ci/environment` installs it", allow_module_level=True
            )
