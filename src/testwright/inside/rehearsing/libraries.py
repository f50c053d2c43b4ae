"""Tells which of the libraries that a test may use are installed."""

from __future__ import annotations

import importlib.util
import sys
from importlib.metadata import version

__all__ = ["libraries"]

_LIBRARIES = (
    *("pytest", "pytest_django", "factory", "model_bakery", "time_machine", "freezegun", "responses", "respx", "vcr"),
    *("httpretty", "mocket", "rest_framework", "requests", "urllib3", "httpx", "aiohttp", "aiosqlite"),
)


def libraries() -> list[str]:
    """By name; "urllib3:shutdown" where urllib3 asks sockets for what httpretty's lack."""
    found = [name for name in _LIBRARIES if name in sys.modules or importlib.util.find_spec(name) is not None]
    if "urllib3" in found:
        major, minor = (int(part) for part in version("urllib3").split(".")[:2])
        found += ["urllib3:shutdown"] if (major, minor) >= (2, 3) else []
    return found
