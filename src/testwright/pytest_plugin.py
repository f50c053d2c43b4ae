"""Adds `pytest --testwright-audit`: the run is measured, and what it did not test is reported at its end.

Loaded by pytest wherever testwright is installed; without the option it does nothing, and imports nothing of ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from coverage import Coverage

_FOLDER = "MEASURED_BY_TESTWRIGHT"
"""Environment variable: where this run keeps its data, told to the workers of pytest-xdist."""
_SHOWN, _SECONDS = 5, 600.0


class _Measuring:
    """`coverage` is None where something else measures, or nothing is to be measured."""

    coverage: Coverage | None = None
    folder = ""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("testwright").addoption(
        "--testwright-audit",
        action="store_true",
        help="Measure this run with coverage.py, and report at its end what is not tested.",
    )


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Any:
    """As early as can be: conftests import the code that is tested."""
    asked = early_config.known_args_namespace
    if os.environ.get(_FOLDER):
        _start(os.environ[_FOLDER])
    elif getattr(asked, "testwright_audit", False):
        _Measuring.folder = os.environ[_FOLDER] = tempfile.mkdtemp(prefix="testwright-audit-")
        if not _measures_itself(asked):
            _start(_Measuring.folder)
    yield


def _measures_itself(asked: Any) -> bool:
    """pytest-cov is at work: two cannot trace at a time, and its data are as good."""
    return bool(getattr(asked, "cov_source", None)) and not getattr(asked, "no_cov", False)


def _start(folder: str) -> None:
    from coverage import Coverage

    if Coverage.current() is None:
        file = os.path.join(folder, f"coverage.{os.getpid()}")
        _Measuring.coverage = Coverage(data_file=file, branch=True, config_file=False, messages=False, omit=[__file__])
        # The controller of pytest-xdist runs nothing; where warnings are errors, saying so would end its run.
        _Measuring.coverage.set_option("run:disable_warnings", ["no-data-collected"])
        _Measuring.coverage.start()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Any:
    measuring = _Measuring.coverage
    if measuring is not None:
        measuring.switch_context(item.nodeid)
    yield
    if measuring is not None:
        measuring.switch_context("")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    if _Measuring.coverage is not None:
        _Measuring.coverage.stop()
        _Measuring.coverage.save()
        _Measuring.coverage = None


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not _Measuring.folder:
        return
    terminalreporter.section("testwright audit")
    file = _combined(_Measuring.folder) or _data_of_others(config)
    terminalreporter.write_line(_report(str(config.rootpath), file))


def _combined(folder: str) -> str:
    """One data file of what all processes have left, "" for nothing: the controller of pytest-xdist runs no test."""
    from coverage import CoverageData

    whole = CoverageData(basename=os.path.join(folder, "combined"))
    for file in sorted(entry.path for entry in os.scandir(folder)):
        part = CoverageData(basename=file)
        part.read()
        whole.update(part)
    return whole.data_filename() if whole.measured_files() else ""


def _data_of_others(config: pytest.Config) -> str:
    from coverage import Coverage

    plugin = config.pluginmanager.getplugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    measured = controller.cov if controller is not None else Coverage.current()
    file = measured.get_data().data_filename() if measured is not None else ""
    return file if os.path.isfile(file) else ""


def _report(root: str, file: str) -> str:
    """In a process of its own, which imports none of the project's code."""
    if not file:
        return "nothing was measured: let what measures this run end, then `testwright audit --coverage FILE`"
    command = [sys.executable, "-m", "testwright", "audit", "-q", "--show", str(_SHOWN), "--coverage", file]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the report could not be made: {error}"
    return (done.stdout if done.stdout.strip() else done.stderr).rstrip()


def pytest_unconfigure() -> None:
    if _Measuring.folder:
        os.environ.pop(_FOLDER, None)
        shutil.rmtree(_Measuring.folder, ignore_errors=True)
        _Measuring.folder = ""
