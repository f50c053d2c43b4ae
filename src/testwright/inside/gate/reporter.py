"""Holds the pytest plugin object that orders the tests, says which one runs, and sends each result as it is there."""

from __future__ import annotations

import gc
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from ..isolation.audit_hook import take_blocked_events
from ..outliving import Standing
from .line_tracer import LineTracer
from .project_state import ProjectState
from .running_order import ordered

if TYPE_CHECKING:
    from ..channel import Channel
    from .pytest_run import Plan

__all__ = ["Reporter", "node_name"]

_DETAIL_LIMIT = 300
_YOUNG = 1
"""The oldest generation of objects that a test can have made."""


def node_name(node_id: str, several: bool = False) -> str:
    """What stands after the file: "test_x[case]", "TestX::test_y"; with the file's name before it if there are several."""
    file, _, name = node_id.partition("::")
    return f"{file.rpartition('/')[2]}::{name}" if several else name


class Reporter:
    """Sends "collected", "collection-error", "result" and, with a tracer, "arcs" messages.

    Hook methods are plain functions named as pytest wants them: pytest need not be importable to load this module.
    """

    def __init__(self, channel: Channel, plan: Plan, *, tracer: LineTracer | None) -> None:
        self._channel = channel
        self._plan = plan
        self._tracer = tracer
        self._several = len(plan.files) > 1  # then nodes are named with their files
        self._numbers: dict[str, int] = {}
        self._reports: list[Any] = []
        self._threads: list[threading.Thread] = []
        self._folder = os.getcwd()
        self._files: frozenset[str] = frozenset()
        self._standing: Standing | None = None
        self._unheard: list[str] = []
        self._hook: Any = None
        self._project: ProjectState | None = None

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            detail = last_words(report)
            self._channel.send({"event": "collection-error", "node": self._name(report.nodeid), "detail": detail})
        elif report.skipped:
            self._channel.send({"event": "collection-skipped", "detail": last_words(report)})

    def pytest_collection_finish(self, session: Any) -> None:
        """Last say on what runs and in which order: all other plugins have sorted before."""
        names = [self._name(item.nodeid) for item in session.items]
        if self._plan.order != "none":
            session.items[:] = self._chosen(session.items)
            names = [self._name(item.nodeid) for item in session.items]
        else:
            session.items.clear()
        self._numbers = {name: number for number, name in enumerate(names, start=1)}
        self._channel.send({"event": "collected", "nodes": names})
        self._send_arcs("")

    def _chosen(self, items: list[Any]) -> list[Any]:
        if self._plan.sequence:
            by_name = {self._name(item.nodeid): item for item in items}
            return [by_name[name] for name in self._plan.sequence if name in by_name]
        wanted = [item for item in items if self._name(item.nodeid) not in self._plan.deselect]
        return ordered(wanted, self._plan.order)

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        name = self._name(nodeid)
        self._reports = []
        take_blocked_events()  # of importing, or of a thread since the last test: not this one's
        self._threads = threading.enumerate()
        self._files = _names_in(self._folder)
        if not self._plan.place:
            self._unheard, self._hook = [], sys.unraisablehook
            sys.unraisablehook = self._hear
        self._standing = Standing()
        self._project = ProjectState(frozenset(self._plan.sources)) if self._plan.place else None
        self._channel.note(self._numbers.get(name, 0), name)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._reports.append(report)

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        name = self._name(nodeid)
        outcome, detail = _judge(self._reports)
        changed = self._standing.changed() if self._standing is not None else []
        left = _new_threads(self._threads) + self._litter() + changed + self._unraisable()
        touched = take_blocked_events() + left
        if (
            touched and not self._plan.place
        ):  # who runs tests where they are wants to know what became of them all the same
            outcome, detail = "escaped", touched[0]
        self._send_arcs(name)
        self._channel.send(
            {
                "event": "result",
                "node": name,
                "outcome": outcome,
                "detail": detail,
                "seconds": sum(report.duration for report in self._reports),
                "touched": touched[:10],
                "left": left[:10],
                "rebound": self._project.changed()[:100] if self._project is not None else [],
            }
        )

    def _hear(self, unraisable: Any) -> None:
        self._unheard.append(f"an exception in a destructor, which nothing can catch ({unraisable.exc_type.__name__})")
        self._hook(unraisable)

    def _unraisable(self) -> list[str]:
        """What objects of the test say at their end: pytest warns of it in whichever test runs then."""
        if self._hook is None:
            return []
        # Now, not while the next test runs: all of it where the test has a fork of its own, for which what was there before
        # is frozen; else what is young.
        gc.collect(2 if self._plan.order == "alone" else _YOUNG)
        sys.unraisablehook, self._hook = self._hook, None
        return self._unheard

    def _name(self, node_id: str) -> str:
        return node_name(node_id, self._several)

    def _litter(self) -> list[str]:
        """What the test left in the folder that pytest was started in: outside of a sandbox, that is the project's."""
        left = sorted(_names_in(self._folder) - self._files)
        return [f"a file left in the current folder ({name})" for name in left]

    def _send_arcs(self, name: str) -> None:
        if self._tracer is not None and self._plan.place:
            files = {file: sorted(arcs) for file, arcs in self._tracer.switch_files().items()}
            self._channel.send({"event": "files", "node": name, "files": files})
        elif self._tracer is not None:
            arcs = sorted(self._tracer.switch())
            self._channel.send({"event": "arcs", "node": name, "arcs": [list(arc) for arc in arcs]})


def _judge(reports: list[Any]) -> tuple[str, str]:
    """pytest's word for the whole test out of its setup, call and teardown reports, and why."""
    for report in reports:
        if report.failed:
            return ("failed" if report.when == "call" else "error"), last_words(report)
    for report in reports:
        if hasattr(report, "wasxfail"):
            return ("xpassed" if report.passed else "xfailed"), str(report.wasxfail)[:_DETAIL_LIMIT]
        if report.skipped:
            return "skipped", last_words(report)
    if not any(report.when == "call" for report in reports):
        return "error", "the test's body was not run"
    return "passed", ""


def last_words(report: Any) -> str:
    """The line that says what went wrong: that of the exception if there is one."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else _reason(report)
    lines = [line for line in str(text).splitlines() if line.strip()]
    chosen = lines[0] if crash is not None else (lines or [""])[-1]
    return chosen.removeprefix("E ").strip()[:_DETAIL_LIMIT]


def _reason(report: Any) -> str:
    if isinstance(report.longrepr, tuple):  # a skip: (path, line, reason)
        return str(report.longrepr[2])
    return str(report.longreprtext)


def _names_in(folder: str) -> frozenset[str]:
    """Without pytest's own folder, which it makes when the first test asks for `tmp_path`, and that of Hypothesis."""
    return frozenset(os.listdir(folder)) - {"basetemp", ".hypothesis"}


def _new_threads(known: list[threading.Thread]) -> list[str]:
    """A thread that a test leaves behind keeps its runner from ever ending."""
    left = [thread for thread in threading.enumerate() if thread not in known and not thread.daemon]
    return [f"a thread left running ({thread.name})" for thread in left]
