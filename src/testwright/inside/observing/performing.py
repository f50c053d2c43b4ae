"""Runs one scenario in this process, in its own folder with captured streams, and judges what it showed."""

from __future__ import annotations

import asyncio
import os
import threading
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from ..isolation.audit_hook import take_blocked_events
from ..outliving import Standing
from ..patching import take_back
from ..recipes import Surroundings
from ..running import Ending, run_scenario
from ..scenario import Outcome, Scenario
from .changes import Held, hold
from .checks import LEAVING, Place, Seen, judge
from .side_effects import logged, tables_of
from .streams import captured

__all__ = ["perform"]

LOOP_SECONDS = 2.0


def perform(
    scenario: Scenario,
    place: Place,
    scratch: Path,
    *,
    loop_seconds: float = LOOP_SECONDS,
    blocked: Callable[[], list[str]] = take_blocked_events,
    whole_process: bool = True,
    detailed: bool = False,
) -> Outcome:
    """The outcome of one run; this process is not to be used for another scenario afterwards.

    Without `whole_process` it is not looked for what the run left changed in the process, which takes longer than most
    runs. `detailed`: it has further checks.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    os.chdir(scratch)
    around = Surroundings(scratch, files={})
    held: dict[str, Held] = {}
    clock = _BoundedLoop(loop_seconds)
    blocked()
    tables: dict[str, list[str]] = {}

    def before_last() -> None:
        warned.clear()
        held.update(hold(around.variables, place.module))
        tables.update(tables_of(around.variables))

    with captured(place.path) as streams, warnings.catch_warnings(record=True) as warned, logged(place.path) as log:
        warnings.simplefilter("always")
        standing = Standing() if whole_process else None
        ending: Ending = run_scenario(
            scenario,
            around,
            loop_runner=clock.run,
            before_last=before_last,
        )
        take_back(around.undo)
        seen = Seen(scenario, around, ending, scratch, held, streams.output, streams.errors)
        seen.tables, seen.log, seen.warned, seen.detailed = tables, log, list(warned), detailed
        seen.input_asked, seen.too_slow = streams.input_asked, clock.expired
        seen.blocked = blocked()
        if not around.finish:
            seen.left = _left(standing)
            return judge(seen, place)
        outcome = judge(seen, place)  # before the fixtures end, which may undo what there is to see
        take_back(around.finish)
        left = _left(standing)
        return Outcome(broken=f"{LEAVING}: {left[0]}") if left and not outcome.broken else outcome


def _left(standing: Standing | None) -> list[str]:
    return [*threads_left(), *(standing.changed() if standing else ())]


def threads_left() -> list[str]:
    """Threads that would keep the test runner from ending."""
    return [
        f"a thread left running ({t.name})"
        for t in threading.enumerate()
        if not t.daemon and t is not threading.main_thread()
    ]


class _BoundedLoop:
    """`asyncio.run` that gives up after some seconds, and knows it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        async def bounded() -> None:
            limit = asyncio.timeout(self.seconds)
            try:
                async with limit:
                    await main
            finally:
                self.expired = limit.expired()

        asyncio.run(bounded())
