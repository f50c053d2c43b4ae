"""Holds the pytest plugin object that notes of each existing test how it went, what it executed and what it was given."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from ..gate.outcome import Outcome
from ..gate.reporter import last_words
from ..recipes import Fixture, to_plain
from .recorded_calls import Calls, CallTracer, Expressed
from .taken_fixtures import is_plain, taken_fixtures

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["Noting"]

VALUES_KEPT = 12
"""Of one fixture's name."""


class Noting(Outcome):
    """Sends "collection-error", "collected", a "test" for each one with the arcs that it is the first to pass with,
    a "fixture" for values that a fixture gives, and a "taken-fixture" for each that other tests could take too.

    Most hook methods are plain functions named as pytest wants them: it need not be importable to load this module.
    """

    def __init__(
        self, channel: Channel, tracer: CallTracer, calls: Calls, expressed: Expressed, left_out: frozenset[str]
    ) -> None:
        self._channel, self._tracer, self._calls, self._expressed = channel, tracer, calls, expressed
        self._left_out = left_out
        self._sent: dict[str, set[tuple[int, int]]] = {}
        self._values: dict[str, set[str]] = {}
        self._taken: set[Fixture] = set()
        super().__init__()
        import pytest

        def not_needed(collection_path: Any) -> bool | None:
            return True if os.path.realpath(collection_path) in self._left_out else None

        # Before a conftest of the project, which may say of every file that it is to be collected.
        self.pytest_ignore_collect = pytest.hookimpl(tryfirst=True)(not_needed)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self._channel.send({"event": "collection-error", "node": report.nodeid, "detail": last_words(report)})

    def pytest_collection_finish(self, session: Any) -> None:
        items = session.items
        self._channel.send(
            {
                "event": "collected",
                "count": len(items),
                "files": self._new(self._tracer.switch_files()),
                "style": _style(items, session.config),
            }
        )

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        self.begin()
        self._calls.next_test()
        self._tracer.start()  # again: a test may have put a trace function of its own in its place
        self._channel.note(1, nodeid)

    def pytest_pyfunc_call(self, pyfuncitem: Any) -> None:
        """Before the test's own call: what its fixtures gave. What `parametrize` gave is seen when it is passed on."""
        own = getattr(getattr(pyfuncitem, "callspec", None), "params", {})
        for name, value in pyfuncitem.funcargs.items():
            known = self._values.setdefault(name, set())
            if name not in own and value is not None and len(known) < VALUES_KEPT:  # plugins' own give nothing
                self._note_value(name, value, known)

        for fixture, value in taken_fixtures(pyfuncitem):
            if fixture not in self._taken:
                self._taken.add(fixture)
                kind = [type(value).__module__, type(value).__qualname__]
                event = {"event": "taken-fixture", "fixture": to_plain(fixture), "kind": kind}
                self._channel.send({**event, "plain": is_plain(value)})

    def _note_value(self, name: str, value: Any, known: set[str]) -> None:
        recipe = self._expressed(value, "") or self._calls.maker_of(value)
        text = "" if recipe is None else json.dumps(to_plain(recipe), sort_keys=True)
        if recipe is not None and text not in known:
            known.add(text)
            self._channel.send({"event": "fixture", "name": name, "value": to_plain(recipe)})

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        seen = self._tracer.switch_files()
        passed = self.outcome == "passed"
        self._channel.send(
            {
                "event": "test",
                "node": nodeid,
                "outcome": self.outcome,
                "detail": self.detail,
                "reached": sorted(seen) if passed else [],
                "files": self._new(seen) if passed else {},
            }
        )

    def _new(self, seen: dict[str, frozenset[tuple[int, int]]]) -> dict[str, list[list[int]]]:
        """What was not sent before: should the run be cut off, what passed until then is known."""
        new: dict[str, list[list[int]]] = {}
        for path, arcs in seen.items():
            sent = self._sent.setdefault(path, set())
            if fresh := arcs - sent:
                sent |= fresh
                new[path] = [list(arc) for arc in sorted(fresh)]
        return new


def _style(items: list[Any], config: Any) -> dict[str, Any]:
    """By the number of tests; subclasses of TestCase are no style of pytest's."""
    kinds = Counter(_kind(item) for item in items)
    return {
        "classes": kinds["class"] > kinds["function"],
        "unittest": kinds["unittest"] > kinds["class"] + kinds["function"],
        "asyncio": _asyncio(items, config),
    }


def _kind(item: Any) -> str:
    if getattr(item, "cls", None) is None:
        return "function"
    return "unittest" if any(c.__module__.startswith("unittest") for c in item.cls.__mro__) else "class"


def _asyncio(items: list[Any], config: Any) -> str:
    marks = {mark for item in items for mark in ("asyncio", "anyio") if item.get_closest_marker(mark) is not None}
    if config.pluginmanager.hasplugin("asyncio"):
        mode = str(config.getoption("asyncio_mode", None) or config.getini("asyncio_mode"))
        if mode == "auto" or "asyncio" in marks:
            return mode
    return "anyio" if "anyio" in marks else ""
