"""Runs a project's own pytest suite where it is: once recorded, then its tests against each mutant, a fork for each."""

from __future__ import annotations

import gc
import json
import signal
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ..gate.in_place import AbsorbedOptions, arguments_in_place
from ..gate.pytest_run import UNWANTED_PLUGINS, forget_the_users_settings
from ..gate.reporter import last_words
from ..isolation.children import restrict_fork
from ..isolation.forking import Reply, fork_for
from .importing import WovenModules

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["Judge", "Recording", "Trial", "run_suite"]

CPU_FACTOR, CPU_MARGIN = 10.0, 0.5
"""So many times what a test took, and so many seconds more, it may take with a mutant."""
WALL_FACTOR, WALL_MARGIN = 20.0, 6.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One mutant, with the nodes of the tests that are to run against it, in that order, and how long each took."""

    number: int
    nodes: tuple[str, ...]
    seconds: tuple[float, ...]
    from_the_start: bool = False
    """It is reached while modules are imported, so that everything is to be collected anew."""


def run_suite(job: dict[str, Any], plugins: Sequence[Any]) -> int:
    """pytest's exit code; the project's own configuration holds."""
    import pytest

    forget_the_users_settings(plugins=True)
    arguments = arguments_in_place(job["tests"], str(job["scratch"]), UNWANTED_PLUGINS)
    return int(pytest.main([*arguments, "--continue-on-collection-errors"], plugins=[AbsorbedOptions(), *plugins]))


class Recording:
    """Sends "collected" and one "test" a test: its outcome, seconds, and the sites it reached, also through fixtures
    that an earlier test had already set up.
    """

    def __init__(self, channel: Channel) -> None:
        import pytest

        self._channel = channel
        self.reached: set[int] = set()
        self._of_fixtures: dict[Any, frozenset[int]] = {}
        self._items: dict[str, Any] = {}
        self._outcome, self._detail, self._seconds, self._started = "", "", 0.0, 0.0

        def around(fixturedef: Any, request: Any) -> Any:
            return (yield from self._fixture_setup(fixturedef))

        self.pytest_fixture_setup = pytest.hookimpl(wrapper=True)(around)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self._channel.send({"event": "collection-error", "node": report.nodeid, "detail": last_words(report)})

    def pytest_collection_finish(self, session: Any) -> None:
        self._items = {item.nodeid: item for item in session.items}
        self._channel.send(
            {"event": "collected", "nodes": [i.nodeid for i in session.items], "reached": sorted(self.reached)}
        )

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        self.reached.clear()
        self._outcome, self._detail, self._started = "", "", time.process_time()
        self._channel.note(1, nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self._outcome, self._detail = "failed", self._detail or last_words(report)
        elif report.skipped or hasattr(report, "wasxfail"):
            self._outcome = self._outcome or "skipped"
        elif report.when == "call":
            self._outcome = self._outcome or "passed"

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        inherited = (self._of_fixtures.get(name, frozenset()) for name in self._fixtures_of(nodeid))
        self._channel.send(
            {
                "event": "test",
                "node": nodeid,
                "outcome": self._outcome or "skipped",
                "detail": self._detail,
                "seconds": time.process_time() - self._started,
                "reached": sorted(self.reached.union(*inherited)),
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


class Judge:
    """In place of pytest's own loop: for each trial a fork, in which its tests run until one of them fails.

    Sends "verdict" for each: the outcome (killed, survived, timeout, crashed) and the node that told.
    """

    def __init__(self, channel: Channel, modules: WovenModules, trials: Sequence[Trial]) -> None:
        self._channel, self._modules, self._trials = channel, modules, trials
        self._filtered = channel.isolation is not None and channel.isolation.syscall_filter
        self._failed = False
        self._functions: dict[tuple[str, str, int], list[Any]] = {}
        import pytest

        def protocol(item: Any, nextitem: Any) -> bool:
            self._failed = not _passes(item, nextitem)
            return True

        # In place of pytest's own, which writes a report of each failure; what others wrap around it stays.
        self.pytest_runtest_protocol = pytest.hookimpl(tryfirst=True)(protocol)

    def pytest_runtestloop(self, session: Any) -> bool:
        items = {item.nodeid: item for item in session.items}
        self._functions = self._modules.functions()
        gc.freeze()  # the forks need not look at, and so copy, what is there now
        for trial in self._trials:
            chosen = [(items[n], s) for n, s in zip(trial.nodes, trial.seconds, strict=True) if n in items]
            self._judge(trial, partial(self._run, trial.number, chosen), sum(trial.seconds))
        return True

    def from_the_start(self, trials: Sequence[Trial], job: dict[str, Any], seconds: float) -> None:
        """Each trial collects everything anew; `seconds` is what that takes."""
        for trial in trials:
            limit = CPU_MARGIN + CPU_FACTOR * (seconds + sum(trial.seconds))
            self._judge(trial, partial(self._whole_run, trial, job, limit), seconds + sum(trial.seconds))

    def _judge(self, trial: Trial, work: Callable[[], bytes], seconds: float) -> None:
        self._channel.note(trial.number, "")
        reply = fork_for(work, seconds=WALL_MARGIN + WALL_FACTOR * seconds)
        outcome, node = _outcome(reply)
        self._channel.send({"event": "verdict", "number": trial.number, "outcome": outcome, "node": node})

    def _run(self, number: int, chosen: Sequence[tuple[Any, float]]) -> bytes:
        restrict_fork(self._filtered)
        self._modules.activate(number)
        self._modules.change_default(number, self._functions)
        items = [item for item, _ in chosen]
        for (item, seconds), following in zip(chosen, [*items[1:], None], strict=True):
            _limit(CPU_MARGIN + CPU_FACTOR * seconds)
            self._failed = False
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return json.dumps(["killed", item.nodeid]).encode()
        return json.dumps(["survived", ""]).encode()

    def _whole_run(self, trial: Trial, job: dict[str, Any], seconds: float) -> bytes:
        restrict_fork(self._filtered)
        self._modules.activate(trial.number)
        _limit(seconds)
        first = _FirstFailure(frozenset(trial.nodes), frozenset(job["uncollected"]))
        run_suite(job, [first, self._modules])
        return json.dumps(["killed", first.node] if first.failed else ["survived", ""]).encode()


class _FirstFailure:
    """Of the tests that count; what cannot be collected any more fails too."""

    def __init__(self, nodes: frozenset[str], uncollected: frozenset[str]) -> None:
        self._nodes, self._uncollected = nodes, uncollected
        self.node, self.failed = "", False

    def pytest_collection_modifyitems(self, session: Any, config: Any, items: list[Any]) -> None:
        items[:] = [item for item in items if item.nodeid in self._nodes]

    def pytest_collectreport(self, report: Any) -> None:
        self.failed |= bool(report.failed) and report.nodeid not in self._uncollected

    def pytest_internalerror(self, excrepr: Any) -> None:
        self.failed = True

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.failed:
            self.node, self.failed = report.nodeid, True

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        if self.failed:
            sys.modules["pytest"].exit("one is enough")


def _passes(item: Any, following: Any) -> bool:
    """Of tests that passed before: whatever leaves one now is a failure, and one that is skipped now says nothing."""
    from _pytest.outcomes import Skipped

    hook = item.ihook
    passed = True
    for step in (hook.pytest_runtest_setup, hook.pytest_runtest_call):
        try:
            step(item=item)
        except Skipped:
            break
        except BaseException:  # noqa: BLE001  SystemExit too; in this process nothing else is done
            passed = False
            break
    try:
        hook.pytest_runtest_teardown(item=item, nextitem=following)
    except BaseException:  # noqa: BLE001
        passed = False
    # A method of a unittest.TestCase raises nothing: what went wrong is noted for the report that is not written here.
    noted = getattr(item, "_excinfo", None) or ()
    return passed and not any(not issubclass(info.type, Skipped) for info in noted)


def _limit(seconds: float) -> None:
    """Of processor time from now on; what takes more ends by a signal that no handler of Python gets."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _outcome(reply: Reply) -> tuple[str, str]:
    if reply.kind == "ok":
        outcome, node = json.loads(reply.data)
        return str(outcome), str(node)
    if reply.kind == "slow" or reply.code == -signal.SIGPROF:
        return "timeout", ""
    return "crashed", ""
