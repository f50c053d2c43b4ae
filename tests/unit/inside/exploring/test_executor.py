"""The executor ends what takes too long, cleans up, and is not taken in by exceptions that lie."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from testwright.inside.exploring import executor as executor_module
from testwright.inside.exploring.executor import Executor, Run
from testwright.inside.patching import Tripwire
from testwright.inside.recipes import Await, Call, Const, Function, Name, Patch, ScratchFile
from testwright.inside.scenario import Scenario, Step


class LyingError(ValueError):
    @property
    def __class__(self) -> Any:
        raise SystemExit("asked for its class")

    def __getattribute__(self, name: str) -> Any:
        raise SystemExit("asked for an attribute")


def lie() -> None:
    raise LyingError


def spin() -> None:
    while True:
        pass


async def wait_forever() -> None:
    await asyncio.get_running_loop().create_future()


def doze() -> None:
    time.sleep(0.05)


@pytest.fixture
def executor(tmp_path: Path) -> Iterator[Executor]:
    before = signal.getsignal(signal.SIGALRM)
    recorder = SimpleNamespace(hits=bytearray(4), reset=lambda: None, recording=False)
    made = Executor(recorder, "", "module.py", tmp_path, 0.1)
    made.names.update({("m", f.__name__): f for f in (lie, spin, doze, wait_forever, lose_the_limit)})
    yield made
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def run(executor: Executor, name: str, *, awaited: bool = False) -> Run:
    call = Call(Name("m", name))
    return executor.run(Scenario((Step(Await(call) if awaited else call, "result"),), name))


def test_an_exception_that_lies_about_its_class_counts_as_raised(executor: Executor) -> None:
    assert run(executor, "lie").status == "raised"


def test_an_endless_call_is_slow(executor: Executor) -> None:
    assert run(executor, "spin").status == "slow"


def test_a_deadlock_makes_no_test_and_the_next_run_is_not_harmed(executor: Executor) -> None:
    stuck = run(executor, "wait_forever", awaited=True)
    assert (stuck.status, stuck.deadlocked) == ("nonsense", True)
    pause = Scenario((Step(Await(Call(Name("asyncio", "sleep"), (Const(1), Const("slept")))), "result"),), "f")
    assert [executor.run(pause).value for _ in range(3)] == ["slept"] * 3


def test_files_of_a_run_are_gone_after_it(executor: Executor) -> None:
    for name in ("a.txt", "b.txt", "folder/"):
        executor.run(Scenario((Step(ScratchFile(name, "text"), "result"),), "f"))
        assert list(executor.scratch.iterdir()) == []


def test_only_calls_that_give_the_processor_away_count_as_waiting(
    executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How often they did is counted by the system, which other processes may not disturb here."""
    switches = itertools.repeat(0)
    monkeypatch.setattr(executor_module, "_switches", lambda: next(switches))
    assert run(executor, "spin").status == "slow"
    assert executor.waited == 0
    switches = itertools.count(1)
    assert run(executor, "doze").status == "returned"
    assert executor.waited > 0.01


def test_sleeping_gives_the_processor_away() -> None:
    before = executor_module._switches()
    doze()
    assert executor_module._switches() > before


def raises_badly() -> None:
    raise ValueError("no " + None.name)  # type: ignore[attr-defined]


def test_an_error_inside_a_raise_statement_is_not_what_the_module_says(tmp_path: Path) -> None:
    """`raise Wrong(item.orig)` fails at `.orig` for a stand-in that has none: that is no behaviour."""
    recorder = SimpleNamespace(hits=bytearray(4), reset=lambda: None, recording=False)
    before = signal.getsignal(signal.SIGALRM)
    made = Executor(recorder, Path(__file__).read_text(encoding="utf-8"), __file__, tmp_path, 0.5)
    made.names[("m", "raises_badly")] = raises_badly
    try:
        assert run(made, "raises_badly").status == "nonsense"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def lose_the_limit() -> None:
    try:
        spin()
    finally:
        raise TypeError("what the code made of it")


def test_an_endless_call_is_slow_whatever_becomes_of_the_limit(executor: Executor) -> None:
    assert run(executor, "lose_the_limit").status == "slow"


def test_a_list_of_an_endless_iterator_of_the_interpreter_is_cut_short(executor: Executor) -> None:
    listing = Call(Name("builtins", "list"), (Call(Name("itertools", "count"), ()),))
    assert executor.run(Scenario((Step(listing, "result"),), "spin")).status == "slow"


def test_no_patch_outlives_its_execution(executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXECUTOR_MODE", raising=False)
    before = time.monotonic
    patches = (
        Step(Patch("setenv", "EXECUTOR_MODE", Const("1"))),
        Step(Patch("setattr", "time.monotonic", Function("", Const(1.0)))),
    )
    for last in (Call(Name("time", "monotonic")), Call(Name("m", "lie")), Call(Name("m", "spin"))):
        done = executor.run(Scenario((*patches, Step(last, "result")), "f"))
        assert "EXECUTOR_MODE" not in os.environ, done.status
        assert time.monotonic is before
    assert (
        executor.run(Scenario((*patches, Step(Call(Name("os", "getenv"), (Const("EXECUTOR_MODE"),)))), "f")).value
        == "1"
    )


def test_a_patch_that_fails_leaves_those_before_it_undone(executor: Executor) -> None:
    steps = (Step(Patch("setenv", "EXECUTOR_MODE", Const("1"))), Step(Patch("setattr", "os.no_such_thing", Const(1))))
    assert executor.run(Scenario((*steps, Step(Const(1))), "f")).status == "set-up"
    assert "EXECUTOR_MODE" not in os.environ


def test_what_trips_a_wire_or_asks_for_more_input_is_no_behaviour(executor: Executor) -> None:
    tripped = Step(Patch("setattr", "time.monotonic", Const(Tripwire())))
    assert executor.run(Scenario((tripped, Step(Call(Name("time", "monotonic")))), "f")).status == "nonsense"
    spent = Call(Name("builtins", "next"), (Call(Name("builtins", "iter"), (Const(""),)),))
    assert executor.run(Scenario((Step(spent),), "f")).status == "nonsense"
