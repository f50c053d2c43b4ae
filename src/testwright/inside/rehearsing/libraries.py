"""Tells which of the libraries that a test may use are installed."""

from __future__ import annotations

import importlib.util
import sys

__all__ = ["libraries"]

_LIBRARIES = (
    *("pytest", "pytest_django", "factory", "model_bakery", "time_machine", "freezegun", "responses", "respx", "vcr"),
    *("httpretty", "mocket", "rest_framework", "requests", "httpx", "aiohttp"),
)


def libraries() -> list[str]:
    return [name for name in _LIBRARIES if name in sys.modules or importlib.util.find_spec(name) is not None]
