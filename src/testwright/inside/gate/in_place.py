"""Decides how pytest is called on test files where they are: with the project's own settings, conftests and plugins."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

__all__ = ["AbsorbedOptions", "arguments_in_place"]

# Options of the plugins that the gate does not let in: the project's `addopts` may name them all the same.
_WITH_VALUE = (
    *("--numprocesses", "--maxprocesses", "--dist", "--tx", "--max-worker-restart", "--maxschedchunk"),
    *("--cov-report", "--cov-config", "--cov-fail-under", "--cov-context", "--cov-precision"),
    *("--reruns", "--reruns-delay", "--only-rerun", "--rerun-except", "--max-runs", "--min-passes"),
    *("--timeout", "--timeout-method", "--session-timeout", "--timeout-func-only"),
    *("--randomly-seed", "--random-order-bucket", "--random-order-seed"),
)
_SWITCHES = (
    *("--cov-branch", "--cov-append", "--no-cov", "--no-cov-on-fail", "--cov-reset", "--looponfail", "--forked"),
    *("--timeout-disable-debugger-detection", "--random-order", "--force-sugar", "--old-summary", "--force-flaky"),
    *("--randomly-dont-reorganize", "--randomly-dont-reset-seed", "--no-flaky-report", "--no-success-flaky-report"),
    *("--fail-on-flaky", "--no-loadscope-reorder", "--testwright-audit"),
)
_SETTINGS = ("timeout", "timeout_method", "timeout_func_only", "session_timeout", "reruns", "reruns_delay", "rsyncdirs")
_MARKS = (
    *("timeout(seconds)", "flaky(reruns)", "forked", "no_cover", "xdist_group(name)", "random_order(disabled)"),
    "repeat(count)",
)


class AbsorbedOptions:
    """A pytest plugin that knows the options, settings and marks of plugins that are not there, and does nothing."""

    def pytest_addoption(self, parser: Any) -> None:
        group = parser.getgroup("absorbed")
        for name in _WITH_VALUE:
            group.addoption(name, dest=_place(name))
        for name in _SWITCHES:
            group.addoption(name, dest=_place(name), action="store_true")
        group._addoption("-n", dest="absorbed_n")  # pytest keeps short lower-case options to itself otherwise
        group.addoption("--cov", dest="absorbed_cov", action="append", nargs="?", const=True)
        for name in _SETTINGS:
            parser.addini(name, "of a plugin that is not there")

    def pytest_configure(self, config: Any) -> None:
        for mark in _MARKS:
            config.addinivalue_line("markers", f"{mark}: of a plugin that is not there")


def _place(name: str) -> str:
    """Where the value goes: nowhere that anybody looks."""
    return "absorbed" + name.replace("-", "_")


def arguments_in_place(files: Sequence[str], scratch: str, unwanted: Sequence[str]) -> list[str]:
    """The last word of an option counts: whatever the project asks for, all tests are run and nothing else is written."""
    blocked = [part for name in unwanted if name != "cacheprovider" for part in ("-p", f"no:{name}")]
    return [
        *files,
        *blocked,
        "-q",
        "--tb=short",
        "--maxfail=0",
        f"--basetemp={os.path.join(scratch, 'basetemp')}",
        "-o",
        f"cache_dir={os.path.join(scratch, 'cache')}",
    ]
