"""Runs a suite's tests against each mutant, a fork for each: until the first fails, or all to see which ones do."""

from __future__ import annotations

import gc
import mmap
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from ..isolation.children import restrict_fork
from ..isolation.forking import Reply, fork_for
from .company import Company
from .importing import WovenModules
from .single_test import SingleTests
from .suite import SuiteRun
from .trial import FAILED, PASSED, RUNNING, UNTRIED, WALL_FACTOR, WALL_MARGIN, Promising, Trial, limit

if TYPE_CHECKING:
    from ..channel import Channel

__all__ = ["Judge"]

QUICK_MARGIN = 2.0
IDLE_FACTOR, IDLE_MARGIN = 3.0, 0.5
"""So many times what a test only waited, and so many seconds more, it may wait with a mutant."""
ENDINGS = 3
"""So many tests may hang or end the process for one mutant before the others are not tried any more."""
Attempt = Callable[[Sequence[int]], Reply]
"""Runs the tests at these places of a trial in a fork."""


@dataclass(slots=True)
class _Found:
    """The tests (by place) that fail with a mutant, and how."""

    how: dict[int, str] = field(default_factory=dict)
    doubtful: list[int] = field(default_factory=list)
    """They failed after another one had, which may have left something behind."""
    endings: int = 0
    everywhere: str = ""
    """How, when no test can run at all."""


class Judge:
    """In place of pytest's own loop: for each trial a fork, in which its tests run until one of them fails.

    With `every`, the others run too: after one that hangs or ends the process in a fork of their own, and what fails
    after another one counts when it fails alone as well (`quick`: at once, for tests that leave nothing behind). Sends
    "verdict" for each: the outcome (killed, survived, timeout, crashed) and the nodes that told, the first one first.
    """

    def __init__(
        self,
        channel: Channel,
        modules: WovenModules,
        trials: Sequence[Trial],
        suite: SuiteRun,
        *,
        every: bool,
        quick: bool = False,
    ) -> None:
        self._channel, self._modules, self._suite = channel, modules, suite
        self._every, self._quick = every, quick
        self._trials = [trial for trial in trials if not trial.from_the_start]
        self._filtered = channel.isolation is not None and channel.isolation.syscall_filter
        self._marks = mmap.mmap(-1, 1 + max((len(trial.nodes) for trial in trials), default=0))
        self._functions: dict[tuple[str, str, int], list[Any]] = {}
        self._promising = Promising()
        self.tests = SingleTests()
        """A plugin too."""

    def pytest_runtestloop(self, session: Any) -> bool:
        items = {self._suite.name(item.nodeid): item for item in session.items}
        self._functions = self._modules.functions()
        with self.tests.prepared(session):
            gc.collect()
            gc.freeze()  # the forks need not look at, and so copy, what is there now
            company = Company(
                self._modules, self.tests, items, self._promising, every=self._every, filtered=self._filtered
            )
            for part in company.parts(self._trials):
                self._judge_part(part, items, company)
        return True

    def _judge_part(self, trials: Sequence[Trial], items: dict[str, Any], company: Company) -> None:
        """In company those that it can tell of, the others alone."""
        there = [[n for n, node in enumerate(trial.nodes) if node in items] for trial in trials]
        self._channel.note(trials[0].number, "")
        failing = company.judge(trials, there) if self._quick or not self._every else {}
        for trial, places in zip(trials, there, strict=True):
            if trial.number in failing:
                self._tell(trial, "killed", failing[trial.number])
            else:
                attempt = partial(self._warm, trial, items)
                self._judge(trial, self._promising.first(trial, places), attempt, sure=self._quick)

    def from_the_start(self, trials: Sequence[Trial], uncollected: frozenset[str], seconds: float) -> None:
        """Each trial collects everything anew; `seconds` is what that takes."""
        for trial in trials:
            attempt = partial(self._cold, trial, uncollected, seconds)
            self._judge(trial, list(range(len(trial.nodes))), attempt, sure=True)

    def _judge(self, trial: Trial, waiting: list[int], attempt: Attempt, *, sure: bool) -> None:
        """`sure`: what fails after another one counts at once, as trying again takes too long."""
        self._channel.note(trial.number, "")
        self._marks[:] = bytes(len(self._marks))
        found = _Found()
        while waiting and not found.everywhere and found.endings < ENDINGS:
            self._take(waiting, attempt(waiting), found, sure)
            waiting = self._marked(waiting, UNTRIED) if self._every else []
        for place in found.doubtful:
            if (how := self._alone(place, attempt)) != "survived":
                found.how[place] = how
        outcome = found.everywhere or next(iter(found.how.values()), "survived")
        self._tell(trial, outcome, () if found.everywhere else list(found.how))

    def _tell(self, trial: Trial, outcome: str, places: Sequence[int]) -> None:
        nodes = [trial.nodes[place] for place in places]
        if places:
            self._promising.caught(trial, places[0])
        self._channel.send({"event": "verdict", "number": trial.number, "outcome": outcome, "nodes": nodes})

    def _take(self, tried: Sequence[int], reply: Reply, found: _Found, sure: bool) -> None:
        failed, ended, how = self._marked(tried, FAILED), self._marked(tried, RUNNING), "killed"
        if reply.kind != "ok":
            how = _ending(reply)
            found.endings += 1
        if reply.data or (reply.kind != "ok" and not failed + ended):  # they could not even be collected
            ended += self._marked(tried, UNTRIED) if self._every else []
            found.everywhere = "" if failed + ended else how
        for place in ended:
            self._marks[place] = FAILED
        for place in failed + ended:
            if sure or place == (failed + ended)[0]:
                found.how[place] = "killed" if place in failed else how
            else:
                found.doubtful.append(place)

    def _marked(self, tried: Sequence[int], mark: int) -> list[int]:
        return [place for place in tried if self._marks[place] == mark]

    def _alone(self, place: int, attempt: Attempt) -> str:
        self._marks[place] = UNTRIED
        reply = attempt([place])
        if reply.kind != "ok":
            return _ending(reply)
        return "killed" if self._marks[place] == FAILED else "survived"

    def _warm(self, trial: Trial, items: dict[str, Any], places: Sequence[int]) -> Reply:
        chosen = [(place, items[trial.nodes[place]], trial.seconds[place]) for place in places]
        margin = QUICK_MARGIN if self._quick else WALL_MARGIN
        waited = [trial.waited[place] for place in places]
        seconds = margin + WALL_FACTOR * sum(taken for _, _, taken in chosen) + IDLE_FACTOR * sum(waited)

        def idle() -> float:
            running = [trial.waited[place] for place in self._marked(places, RUNNING)]
            return IDLE_MARGIN + IDLE_FACTOR * max(running, default=0.0)

        return fork_for(partial(self._run, trial.number, chosen), seconds=seconds, idle=idle)

    def _run(self, number: int, chosen: Sequence[tuple[int, Any, float]]) -> bytes:
        restrict_fork(self._filtered)
        self._modules.activate(number)
        self._modules.change_default(number, self._functions)
        items = [item for _, item, _ in chosen]
        for (place, item, seconds), following in zip(chosen, [*items[1:], None], strict=True):
            limit(seconds)
            self._marks[place] = RUNNING
            passed = self.tests.passes(item, following)
            self._marks[place] = PASSED if passed else FAILED
            if not passed and not self._every:
                break
        return b""

    def _cold(self, trial: Trial, uncollected: frozenset[str], collecting: float, places: Sequence[int]) -> Reply:
        seconds = collecting + sum(trial.seconds[place] for place in places)
        waited = sum(trial.waited[place] for place in places)
        wall = WALL_MARGIN + WALL_FACTOR * seconds + IDLE_FACTOR * waited
        return fork_for(partial(self._whole_run, trial, uncollected, places, seconds), seconds=wall)

    def _whole_run(self, trial: Trial, uncollected: frozenset[str], places: Sequence[int], seconds: float) -> bytes:
        restrict_fork(self._filtered)
        self._modules.activate(trial.number)
        limit(seconds)
        gc.freeze()  # pytest collects garbage several times before it ends
        tried = _Tried({trial.nodes[place]: place for place in places}, uncollected, self._suite, self._marks)
        self._suite.run([*tried.plugins(self._every), self._modules])
        return b"uncollected" if tried.nothing_ran else b""


class _Tried:
    """Marks the tests that count; what cannot be collected any more fails too."""

    def __init__(self, places: dict[str, int], uncollected: frozenset[str], suite: SuiteRun, marks: mmap.mmap) -> None:
        self._places, self._uncollected, self._name, self._marks = places, uncollected, suite.name, marks
        self.nothing_ran = False

    def plugins(self, every: bool) -> Iterator[Any]:
        yield self
        if not every:
            yield _OneIsEnough()

    def pytest_configure(self, config: Any) -> None:
        config.option.tbstyle = "no"  # nobody reads why it failed

    def pytest_collection_modifyitems(self, session: Any, config: Any, items: list[Any]) -> None:
        items[:] = [item for item in items if self._name(item.nodeid) in self._places]

    def pytest_collectreport(self, report: Any) -> None:
        self.nothing_ran |= bool(report.failed) and self._name(report.nodeid) not in self._uncollected

    def pytest_internalerror(self, excrepr: Any) -> None:
        self.nothing_ran = True

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        self._marks[self._places[self._name(nodeid)]] = RUNNING

    def pytest_runtest_logreport(self, report: Any) -> None:
        place = self._places[self._name(report.nodeid)]
        if report.failed:
            self._marks[place] = FAILED

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        place = self._places[self._name(nodeid)]
        self._marks[place] = FAILED if self._marks[place] == FAILED else PASSED


class _OneIsEnough:
    def __init__(self) -> None:
        self._failed = False

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._failed |= bool(report.failed)

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        if self._failed:
            sys.modules["pytest"].exit("one is enough")


def _ending(reply: Reply) -> str:
    return "timeout" if reply.kind == "slow" or reply.code == -signal.SIGPROF else "crashed"
