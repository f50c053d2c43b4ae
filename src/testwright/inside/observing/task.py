"""Observes scenarios: one child imports the module as it is, then each scenario runs in a fork of that child."""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from ..channel import Channel
from ..conftests import load_all
from ..isolation.children import in_child, restrict_fork
from ..isolation.forking import Reply, fork_for
from ..recipes import Const
from ..scenario import Outcome, Scenario
from .checks import Place
from .hoisting import hoist_changed, hoist_inline
from .other_machine import pretend_other_machine
from .performing import LOOP_SECONDS, perform
from .shifted_clock import may_read_clock, shift_clock

__all__ = ["run"]

SECONDS = 5.0
IMPORT_SECONDS = 60.0
IMPORTING, RUNNING, UNSHIFTABLE = "import", "scenario", "unshiftable"


def run(job: dict[str, Any], channel: Channel) -> None:
    """job: "module", "path", "scenarios" (plain), "start", "seconds", "run" (a number that differs between repeats),
    "detailed" (the indexes of those of which more is wanted than a reader would),
    "shift" (true: on another date, if the module's source looks as if it read the clock), "processors" (not
    0: as if on another machine, with so many).

    Sends {"event": "outcome", "index", "outcome"} for each scenario from `start` on, with "scenario" when it is
    another one than asked (an inline argument got its own step); {"event": "unimportable", "detail"} when the module
    cannot be imported.
    """
    index = int(job.get("start", 0))
    scenarios = job["scenarios"]
    seconds = float(job.get("seconds", SECONDS))
    each = 3 * (seconds + 1)  # a scenario may be run again with its arguments hoisted
    while index < len(scenarios):
        end = in_child(
            partial(_observe_from, job, index),
            channel,
            wall_seconds=IMPORT_SECONDS + each * (len(scenarios) - index),
            silence_seconds=IMPORT_SECONDS + each,
            may_fork=True,  # its forks take that from themselves
        )
        if end.last_text == UNSHIFTABLE:
            job = {**job, "shift": False}
            continue
        if end.kind == "ok":
            return
        if end.last_text != RUNNING:
            channel.send({"event": "unimportable", "detail": f"the import ended with {end.kind} {end.code}"})
            return
        _send(channel, end.last_number, Outcome(broken=f"crashed: {end.kind} {end.code}"))
        index = end.last_number + 1


def _observe_from(job: dict[str, Any], start: int, channel: Channel) -> None:
    channel.note(start, IMPORTING)
    shifted = bool(job.get("shift")) and _reads_clock(Path(job["path"]))
    if shifted:
        shift_clock()
    if job.get("processors"):
        pretend_other_machine(int(job["processors"]))
    try:
        importlib.import_module(job["module"])
    except BaseException as error:  # noqa: BLE001  the code under test may raise anything
        if shifted:  # some libraries know the classes of `datetime` by identity: another child tries without
            channel.note(start, UNSHIFTABLE)
            return
        channel.send({"event": "unimportable", "detail": f"{type(error).__name__}: {_words(error)}"})
        return
    for _ in range(3 * int(job.get("run", 0))):
        fork_for(bytes, seconds=SECONDS)  # so that process numbers differ between repeats
    load_all(path for plain in job["scenarios"] for path in Scenario.from_plain(plain).conftests)
    gc.freeze()
    observer = _Observer(job, channel)
    for index in range(start, len(job["scenarios"])):
        channel.note(index, RUNNING)
        observer.observe(index)


def _reads_clock(path: Path) -> bool:
    return path.is_file() and may_read_clock(path.read_text(encoding="utf-8", errors="replace"))


def _words(error: BaseException) -> str:
    try:
        return str(error)[:500]
    except Exception:  # noqa: BLE001  a __str__ of the code under test may raise anything
        return ""


def _send(channel: Channel, index: int, outcome: Outcome, scenario: Scenario | None = None) -> None:
    message: dict[str, Any] = {"event": "outcome", "index": index, "outcome": outcome.to_plain()}
    if scenario is not None:
        message["scenario"] = scenario.to_plain()
    channel.send(message)


class _Observer:
    """The child that has imported the module, and forks for each scenario."""

    def __init__(self, job: dict[str, Any], channel: Channel) -> None:
        path = getattr(sys.modules[job["module"]], "__file__", None) or job["path"]
        self.place = Place(job["module"], path, tuple({str(Path(path).parent), *job.get("sys_path", ())}))
        self.scenarios = job["scenarios"]
        self.detailed = frozenset(job.get("detailed", ()))
        self.scratch = Path(job["scratch"])
        self.seconds = float(job.get("seconds", SECONDS))
        self.filtered = channel.isolation is not None and channel.isolation.syscall_filter
        self.channel = channel

    def observe(self, index: int) -> None:
        scenario = Scenario.from_plain(self.scenarios[index])
        outcome = self._outcome(scenario, self.scratch / str(index), index in self.detailed)
        if not (outcome.broken or outcome.raised or _says_something(outcome)):
            better = self._with_hoisted(scenario, index)
            if better is not None:
                _send(self.channel, index, better[1], better[0])
                return
        _send(self.channel, index, outcome)

    def _with_hoisted(self, scenario: Scenario, index: int) -> tuple[Scenario, Outcome] | None:
        """The same call with the inline arguments that it changed in steps of their own."""
        everything = hoist_inline(scenario)
        if everything is scenario:
            return None
        outcome = self._outcome(everything, self.scratch / f"{index}-again")
        if not _says_something(outcome):
            return None
        bound = {step.variable for step in everything.steps} - {step.variable for step in scenario.steps}
        plain = json.dumps(outcome.to_plain()["checks"])
        changed = {name for name in bound if json.dumps(["variable", name]) in plain}
        return hoist_changed(scenario, changed), outcome

    def _outcome(self, scenario: Scenario, scratch: Path, detailed: bool = False) -> Outcome:
        work = partial(
            _performed, scenario, self.place, scratch, self.filtered, self.channel.descriptor, self.seconds, detailed
        )
        return _read(fork_for(work, seconds=self.seconds))


def _says_something(outcome: Outcome) -> bool:
    """Some check is more than that nothing came back."""
    return any(c.kind != "is" or c.expected != Const(None) for c in outcome.checks)


def _performed(
    scenario: Scenario,
    place: Place,
    scratch: Path,
    filtered: bool,
    descriptor: int,
    seconds: float,
    detailed: bool,
) -> bytes:
    """In the fork: take away what is still allowed, run, and give the outcome as JSON."""
    os.close(descriptor)
    restrict_fork(filtered)
    outcome = perform(scenario, place, scratch, loop_seconds=min(LOOP_SECONDS, seconds), detailed=detailed)
    return json.dumps(outcome.to_plain()).encode()


def _read(reply: Reply) -> Outcome:
    if reply.kind == "slow":
        return Outcome(broken="too slow")
    if reply.kind == "ended":
        return Outcome(broken="crashed: the process ended")
    try:
        return Outcome.from_plain(json.loads(reply.data))
    except (ValueError, RecursionError):
        return Outcome(broken="crashed: no outcome")
