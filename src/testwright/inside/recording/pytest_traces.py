"""Holds the pytest plugin that makes a trace of each test; lent to the recorded pytest by name."""

from __future__ import annotations

import sys
from typing import Any

import pytest

_PACKAGES = ("testwright_inside", "testwright.inside")


def _recorder() -> Any:
    """That of this process, from whichever copy of our package has started one."""
    for package in _PACKAGES:
        starting = sys.modules.get(f"{package}.recording.starting")
        if starting is not None and starting.current() is not None:
            return starting.current()
    return None


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: Any) -> Any:
    recorder = _recorder()
    if recorder is None:
        yield
        return
    session = recorder.session
    _Went.status, _Went.error = "ok", ""
    scope = session.begin("test", item.nodeid, {"node": item.nodeid})
    with session.within(scope):
        yield
    session.end(scope, _Went.status, {"error": _Went.error} if _Went.error else {})


class _Went:
    status = "ok"
    error = ""


def pytest_runtest_logreport(report: Any) -> None:
    if report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        _Went.status, _Went.error = "error", "" if crash is None else str(crash.message)[:300]
    elif report.skipped and _Went.status == "ok":
        _Went.status = "skipped"
