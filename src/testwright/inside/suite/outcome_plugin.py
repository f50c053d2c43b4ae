"""Holds the pytest plugin that tells coverage.py which test runs, and writes down how each one went.

It is copied beside `start_measuring` and loaded by name (`-p`), in pytest-xdist's workers too: the standard library,
pytest and coverage only.
"""

from __future__ import annotations

import json
import os
import random
import sys
from typing import Any

import pytest
from coverage import Coverage
from coverage.exceptions import CoverageException

_PLACE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_TOLD = os.path.join(_PLACE, "told.jsonl")
_DETAIL_LIMIT = 300
_MEASURING = Coverage.current()
_write, _to_json = os.write, json.dumps  # bound here, as tests replace such things


class _Telling:
    """Where lines go to: nowhere in a process that does not see all reports."""

    descriptor = -1
    collected = 0
    running: dict[str, dict[str, Any]] = {}  # noqa: RUF012 - there is one of it
    parts: list[list[str]] = []  # noqa: RUF012
    slept = 0.0
    hosts: dict[str, None] = {}  # noqa: RUF012
    watching = False
    part = -1
    """Which of the parts that are asked for this process runs."""


def _tell(event: str, **more: Any) -> None:
    if _Telling.descriptor >= 0:
        _write(_Telling.descriptor, (_to_json({"event": event, **more}) + "\n").encode())


def _switch(context: str) -> bool:
    """False where nothing is measured: coverage.py could not start, or a test has stopped it."""
    if _MEASURING is None:
        return False
    try:
        _MEASURING.switch_context(context)
    except CoverageException as error:
        _tell("unmeasured", detail=str(error))
        return False
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests(early_config: Any) -> Any:
    """Before pytest-cov's own, which begins to measure here; `--no-cov` is its word for: do not."""
    if hasattr(early_config.known_args_namespace, "no_cov"):
        early_config.known_args_namespace.no_cov = True
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: Any) -> None:
    if hasattr(config.option, "no_cov"):
        config.option.no_cov = True  # what pytest-xdist hands on to its workers
    if not hasattr(config, "workerinput"):
        _Telling.descriptor = os.open(_TOLD, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        _begin()


def _begin() -> None:
    why = "" if _switch("") else _why_not_measured()
    _tell("begun", unmeasured=why)
    if why:
        raise pytest.UsageError(f"coverage.py cannot be started: {why}")


def _why_not_measured() -> str:
    """Found by trying once more: at the interpreter's start it was only printed."""
    try:
        again = Coverage(config_file=os.environ["COVERAGE_PROCESS_START"])
        again.start()
        again.stop()
    except Exception as error:  # noqa: BLE001 - a plugin of coverage.py's may raise anything, and it is told
        return f"{type(error).__name__}: {error}"
    return "it was not when this interpreter started"


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: Any) -> None:
    """An order is one process's: pytest-xdist, if it is loaded, is to start no workers."""
    if _order() is not None and hasattr(config.option, "numprocesses"):
        config.option.numprocesses, config.option.dist, config.option.tx = 0, "no", []


def _order() -> Any:
    with open(os.path.join(_PLACE, "order.json"), encoding="utf-8") as file:
        return json.load(file)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    order = _order()
    if order is None:
        return
    if order["watched"] and not _Telling.watching:
        _Telling.watching = True
        sys.addaudithook(_watch)
    if order["kind"] == "reversed":
        items.reverse()
    elif order["kind"] == "shuffled":
        random.Random(order["seed"]).shuffle(items)
    elif order["kind"] == "parts":
        _Telling.parts = order["parts"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: Any) -> Any:
    """Each part in a fork of its own: what they all stand on is collected once."""
    if not _Telling.parts:
        return None
    by_node = {item.nodeid: item for item in session.items}
    for number, nodes in enumerate(_Telling.parts):
        child = os.fork()
        if not child:
            try:
                _run_part(number, [by_node[node] for node in nodes if node in by_node])
            finally:
                os._exit(0)
        os.waitpid(child, 0)
    return True


def _run_part(number: int, items: list[Any]) -> None:
    _Telling.part = number
    random.seed()  # else all parts would have the same luck
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook. It must raise nothing: of calls with nonsense, the test is to see the error that they give."""
    if event == "time.sleep":
        seconds = arguments[0] if arguments else 0
        _Telling.slept += seconds if type(seconds) in (int, float) and seconds > 0 else 0
    elif event in ("socket.connect", "socket.getaddrinfo") and len(arguments) > 1:
        place = arguments[1] if event == "socket.connect" else arguments[:1]
        address = place[0] if isinstance(place, tuple) and place else None
        host = address.decode("ascii", "replace") if isinstance(address, bytes) else address
        if isinstance(host, str) and not _is_here(host):
            _Telling.hosts[host] = None


def _is_here(host: str) -> bool:
    return host in ("", "localhost", "::1", "0.0.0.0", "::") or host.startswith("127.") or host.endswith(".localhost")


def pytest_collectreport(report: Any) -> None:
    if report.failed:
        _tell("collection-error", node=report.nodeid, detail=_last_words(report))


def pytest_collection_finish(session: Any) -> None:
    _collected(len(session.items))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: Any) -> None:
    _collected(len(ids))


def _collected(count: int) -> None:
    if count > _Telling.collected:
        _Telling.collected = count
        _tell("collected", count=count)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: Any) -> Any:
    _switch(item.nodeid)
    yield
    _switch("")


def pytest_runtest_logstart(nodeid: str) -> None:
    _tell("start", node=nodeid)


def pytest_runtest_logreport(report: Any) -> None:
    if _Telling.descriptor < 0:
        return
    noted = _Telling.running.setdefault(report.nodeid, {"outcome": "", "seconds": 0.0, "detail": ""})
    if getattr(report, "context", None) is None:  # a subtest's time lies within that of its test
        noted["seconds"] += report.duration
    outcome = _outcome(report)
    if outcome and noted["outcome"] not in ("failed", "error"):
        noted["outcome"] = outcome
        noted["detail"] = _last_words(report) if report.failed else ""
    if report.when == "???":  # pytest-xdist's, of a worker that crashed: no end of this test is told
        _finish(report.nodeid)


def pytest_runtest_logfinish(nodeid: str) -> None:
    if _Telling.descriptor >= 0:
        _finish(nodeid)


def _finish(node: str) -> None:
    noted = _Telling.running.pop(node, None)
    if noted is not None:
        seen = {"slept": _Telling.slept, "hosts": list(_Telling.hosts)[:5], "part": _Telling.part}
        _tell("test", node=node, **noted, **seen)
    _Telling.slept, _Telling.hosts = 0.0, {}


def _outcome(report: Any) -> str:
    """ "" for what decides nothing: a set-up that passed, or a run that a plugin repeats."""
    expected = hasattr(report, "wasxfail")
    if report.outcome == "failed":
        return "error" if report.when in ("setup", "teardown", "???") else "failed"
    if report.outcome == "skipped":
        return "xfailed" if expected else "skipped"
    if report.outcome == "passed" and report.when == "call":
        return "xpassed" if expected else "passed"
    return ""


def _last_words(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(report.longrepr) if crash is None else crash.message
    marked = [line[2:].strip() for line in text.splitlines() if line.startswith("E  ")]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (marked or (lines[:1] if crash is not None else lines[-1:]) or [""])[-1][:_DETAIL_LIMIT]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus: Any) -> None:
    _switch("")  # writes down what was measured: a worker of pytest-xdist may not live to its end
    _tell("finished", code=int(exitstatus))
