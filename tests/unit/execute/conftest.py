"""Holds a stand-in for pytest-asyncio, which need not be installed: it runs async tests in the mode that was said."""

from __future__ import annotations

from pathlib import Path

import pytest

PLUGIN = """
import asyncio
import inspect
import pytest

def pytest_addoption(parser):
    parser.addini("asyncio_mode", "")

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if inspect.iscoroutinefunction(pyfuncitem.obj) and pyfuncitem.config.getini("asyncio_mode") == "auto":
        asyncio.run(pyfuncitem.obj())
        return True
"""


@pytest.fixture
def with_asyncio_plugin(tmp_path: Path) -> Path:
    """The folder that it can be imported from."""
    (tmp_path / "pytest_asyncio").mkdir()
    (tmp_path / "pytest_asyncio" / "__init__.py").write_text("")
    (tmp_path / "pytest_asyncio" / "plugin.py").write_text(PLUGIN)
    return tmp_path
