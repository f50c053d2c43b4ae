"""Holds the pytest plugin that makes a trace of each test; lent to the recorded pytest by name."""

from __future__ import annotations

import sys
from typing import Any

import pytest


def _recorder() -> Any:
    starting = sys.modules.get("testwright_inside.recording.starting")
    return None if starting is None else starting.current()


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
