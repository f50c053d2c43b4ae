"""Records what a pytest suite reaches: a plugin that tells of each test its outcome, its seconds and its sites."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Generator
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

from ..gate.outcome import Outcome
from ..gate.reporter import last_words

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["Recording"]

_now = time.monotonic  # a test may put another clock in its place


class Recording(Outcome):
    """Sends "collected" and one "test" a test: its outcome, seconds, and the sites it reached, also through fixtures
    that an earlier test had already set up. With `files`, also through which function in one of them its own body
    came there: (site, path, first line).
    """

    def __init__(self, channel: Channel, name: Callable[[str], str], files: Collection[str] = ()) -> None:
        import pytest

        self._channel, self._name, self._files = channel, name, frozenset(files)
        self._through: dict[tuple[int, CodeType, CodeType | None], tuple[int, str, int] | None] = {}
        self._in_body = False
        self.reached: set[int] = set()
        self._of_fixtures: dict[Any, frozenset[int]] = {}
        self._items: dict[str, Any] = {}
        super().__init__()
        self._started = self._began = 0.0

        def around(fixturedef: Any, request: Any) -> Any:
            return (yield from self._fixture_setup(fixturedef))

        def body(item: Any) -> Any:
            self._in_body = True
            try:
                return (yield)
            finally:
                self._in_body = False

        self.pytest_fixture_setup = pytest.hookimpl(wrapper=True)(around)
        self.pytest_runtest_call = pytest.hookimpl(wrapper=True)(body)

    @property
    def reach(self) -> Callable[[int], None]:
        """What the woven code calls with each site that it comes to."""
        return self._reached_through if self._files else self.reached.add

    def _reached_through(self, site: int) -> None:
        self.reached.add(site)
        if self._in_body:
            frame = sys._getframe(1)
            key = site, frame.f_code, frame.f_back.f_code if frame.f_back is not None else None
            if key not in self._through:
                self._through[key] = self._entered(site, frame)

    def _entered(self, site: int, frame: FrameType | None) -> tuple[int, str, int] | None:
        """The outermost call of the project's code on the stack is the test's own."""
        entered = None
        while frame is not None:
            if frame.f_code.co_filename in self._files:
                entered = site, frame.f_code.co_filename, frame.f_code.co_firstlineno
            frame = frame.f_back
        return entered

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self._channel.send(
                {"event": "collection-error", "node": self._name(report.nodeid), "detail": last_words(report)}
            )

    def pytest_collection_finish(self, session: Any) -> None:
        self._items = {item.nodeid: item for item in session.items}
        self._channel.send({"event": "collected", "reached": sorted(self.reached)})

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        self.reached.clear()
        self._through.clear()
        self.begin()
        self._started, self._began = time.process_time(), _now()
        self._channel.note(1, nodeid)

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        seconds, wall = time.process_time() - self._started, _now() - self._began
        inherited = (self._of_fixtures.get(name, frozenset()) for name in self._fixtures_of(nodeid))
        self._channel.send(
            {
                "event": "test",
                "node": self._name(nodeid),
                "outcome": self.outcome,
                "detail": self.detail,
                "seconds": seconds,
                "waited": max(0.0, wall - seconds),
                "reached": sorted(self.reached.union(*inherited)),
                "through": sorted({through for through in self._through.values() if through is not None}),
            }
        )

    def _fixtures_of(self, nodeid: str) -> list[str]:
        return list(getattr(self._items.get(nodeid), "fixturenames", ()))

    def _fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        before = set(self.reached)
        self.reached.clear()
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                known = self._of_fixtures.get(fixturedef.argname, frozenset())
                self._of_fixtures[fixturedef.argname] = known | self.reached
            self.reached |= before
