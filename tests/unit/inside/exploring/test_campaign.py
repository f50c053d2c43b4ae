"""A campaign says what it runs before it runs it, so that the right call is blamed for the end of the process."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from testwright.inside.exploring.campaign import Campaign
from testwright.inside.exploring.executor import Executor
from testwright.inside.exploring.live_module import LiveModule
from testwright.inside.exploring.progress import Budget
from testwright.inside.instrument import Recorder, import_instrumented
from testwright.inside.recipes import Call, Const
from testwright.inside.scenario import Scenario
from testwright.python_source.read_module import read_module

SOURCE = """
LOG = []

def first(text: str):
    LOG.append(text)
    return text == "magic"

def second(text: str):
    LOG.append(text)
    return text.startswith("other") and int(text[5:]) == 10**40
"""


SLOW = """
def endless(number: int):
    while number != 12345.5:
        pass

def search(text: str):
    if hash(text) % 1000003 == 77:
        return "found"
    return "not found"
"""


@pytest.fixture
def module(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    name, before = "noted_module", signal.getsignal(signal.SIGALRM)
    path = tmp_path / f"{name}.py"
    path.write_text(getattr(request, "param", SOURCE), encoding="utf-8")
    recorder = Recorder()
    module = import_instrumented(name, str(path), recorder)
    yield module, recorder, path
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    sys.modules.pop(name, None)


def texts_of(scenario: Scenario) -> list[Any]:
    call = scenario.steps[-1].recipe
    assert isinstance(call, Call)
    return [a.value if isinstance(a, Const) else None for a in (*call.args, *(v for _, v in call.kwargs))]


def test_every_run_is_announced_also_the_one_that_is_only_looked_into(module, tmp_path: Path) -> None:
    live, recorder, path = module
    executor = Executor(recorder, SOURCE, str(path), tmp_path, 0.2)
    announced: list[Any] = []
    unannounced: list[str] = []

    def note(number: int, scenario: Scenario) -> None:
        if None not in announced:
            unannounced.extend(text for text in live.LOG if text not in announced)
        live.LOG.clear()
        announced[:] = texts_of(scenario)

    model = read_module(SOURCE, module=live.__name__, path=str(path)).to_plain()
    campaign = Campaign(LiveModule(live, model), executor, recorder.arcs, seed=1, budget=Budget(5.0, 200), note=note)
    campaign.run()
    assert executor.executions >= 50, campaign.failures
    assert unannounced == []


@pytest.mark.parametrize("module", [SLOW], indirect=True)
def test_calls_that_do_not_end_take_a_small_share_of_the_time(module, tmp_path: Path) -> None:
    live, recorder, path = module
    executor = Executor(recorder, SLOW, str(path), tmp_path, 0.2)
    model = read_module(SLOW, module=live.__name__, path=str(path)).to_plain()
    campaign = Campaign(LiveModule(live, model), executor, recorder.arcs, seed=1, budget=Budget(2.0, None))
    campaign.run()
    assert 0 < campaign.slow_seconds < 1.2  # of two seconds, of which half would go to a fair share
    assert campaign.states["search"].runs > 50 * campaign.states["endless"].runs


SWITCHED = """
ENABLED = True

def set_enabled(value: bool):
    global ENABLED
    ENABLED = value

def work(number: int):
    if not ENABLED:
        return "off"
    return number + 1
"""


@pytest.mark.parametrize("module", [SWITCHED], indirect=True)
def test_what_only_an_earlier_call_led_to_is_no_find(module, tmp_path: Path) -> None:
    live, recorder, path = module
    executor = Executor(recorder, SWITCHED, str(path), tmp_path, 0.2)
    model = read_module(SWITCHED, module=live.__name__, path=str(path)).to_plain()
    budget, without = Budget(5.0, 600), frozenset({"switches"})
    campaign = Campaign(LiveModule(live, model), executor, recorder.arcs, seed=1, budget=budget, without=without)
    campaign.run()
    off = next(1 << (8 * a.number) for a in recorder.arcs if a.qualname == "work" and a.kind == "if-true")
    assert not campaign.corpus.covered & off


OPERATOR = """
class Money:
    def __init__(self, amount: int):
        self.amount = amount

    def __add__(self, other):
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.amount + other.amount)
"""


@pytest.mark.parametrize("module", [OPERATOR], indirect=True)
def test_an_operand_that_is_refused_makes_a_test(module, tmp_path: Path) -> None:
    live, recorder, path = module
    executor = Executor(recorder, OPERATOR, str(path), tmp_path, 0.2)
    model = read_module(OPERATOR, module=live.__name__, path=str(path)).to_plain()
    campaign = Campaign(LiveModule(live, model), executor, recorder.arcs, seed=1, budget=Budget(5.0, 300))
    campaign.run()
    refusal = next(1 << (8 * a.number) for a in recorder.arcs if a.qualname == "Money.__add__" and a.kind == "if-true")
    assert campaign.corpus.covered & refusal


HUNGRY = "".join(f"    if zlib.crc32(text.encode()) % 1000003 == {n}:\n        return {n}\n" for n in range(50))
MANY = (
    "import zlib\n\n\ndef hungry(text: str):\n"
    + HUNGRY
    + "".join(f"\ndef f{n}(text: str):\n    return text\n" for n in range(60))
)


@pytest.mark.parametrize("module", [MANY], indirect=True)
def test_everyone_gets_a_chance_before_what_is_near_takes_the_time(module, tmp_path: Path) -> None:
    live, recorder, path = module
    executor = Executor(recorder, MANY, str(path), tmp_path, 0.2)
    model = read_module(MANY, module=live.__name__, path=str(path)).to_plain()
    campaign = Campaign(LiveModule(live, model), executor, recorder.arcs, seed=1, budget=Budget(5.0, 600))
    campaign.run()
    runs = sorted(state.runs for state in campaign.states.values())
    assert runs[len(runs) // 20] >= 2


WIDE = """
def shown(number: int, width: int):
    if width > 5000:
        raise MemoryError
    if number > 70000:
        return "large"
    return "small"
"""


@pytest.mark.parametrize("module", [WIDE], indirect=True)
def test_what_fails_at_once_for_want_of_memory_denies_no_large_number(module, tmp_path: Path) -> None:
    live, recorder, path = module
    executor = Executor(recorder, WIDE, str(path), tmp_path, 0.2)
    model = read_module(WIDE, module=live.__name__, path=str(path)).to_plain()
    campaign = Campaign(LiveModule(live, model), executor, recorder.arcs, seed=1, budget=Budget(5.0, 3000))
    campaign.run()
    assert campaign.states["shown"].slow
    assert campaign.states["shown"].largest is None
