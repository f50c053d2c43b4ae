"""A campaign says what it runs before it runs it, so that the right call is blamed for the end of the process."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.inside.exploring.progress import Budget
from testwright.inside.recipes import Call, Const
from testwright.inside.scenario import Scenario

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


def texts_of(scenario: Scenario) -> list[Any]:
    call = scenario.steps[-1].recipe
    assert isinstance(call, Call)
    return [a.value if isinstance(a, Const) else None for a in (*call.args, *(v for _, v in call.kwargs))]


@pytest.mark.parametrize("noted", [SOURCE], indirect=True)
def test_every_run_is_announced_also_the_one_that_is_only_looked_into(noted) -> None:
    announced: list[Any] = []
    unannounced: list[str] = []

    def note(number: int, scenario: Scenario) -> None:
        if None not in announced:
            unannounced.extend(text for text in noted.module.LOG if text not in announced)
        noted.module.LOG.clear()
        announced[:] = texts_of(scenario)

    campaign = noted.campaign(Budget(5.0, 200), note=note)
    campaign.run()
    assert campaign.executor.executions >= 50, campaign.failures
    assert unannounced == []


@pytest.mark.parametrize("noted", [SLOW], indirect=True)
def test_calls_that_do_not_end_take_a_small_share_of_the_time(noted) -> None:
    campaign = noted.campaign(Budget(2.0, None))
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


@pytest.mark.parametrize("noted", [SWITCHED], indirect=True)
def test_what_only_an_earlier_call_led_to_is_no_find(noted) -> None:
    budget, without = Budget(5.0, 600), frozenset({"switches"})
    campaign = noted.campaign(budget, without=without)
    campaign.run()
    off = noted.arc("work", "if-true")
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


@pytest.mark.parametrize("noted", [OPERATOR], indirect=True)
def test_an_operand_that_is_refused_makes_a_test(noted) -> None:
    campaign = noted.campaign(Budget(5.0, 300))
    campaign.run()
    refusal = noted.arc("Money.__add__", "if-true")
    assert campaign.corpus.covered & refusal


HUNGRY = "".join(f"    if zlib.crc32(text.encode()) % 1000003 == {n}:\n        return {n}\n" for n in range(50))
MANY = (
    "import zlib\n\n\ndef hungry(text: str):\n"
    + HUNGRY
    + "".join(f"\ndef f{n}(text: str):\n    return text\n" for n in range(60))
)


@pytest.mark.parametrize("noted", [MANY], indirect=True)
def test_everyone_gets_a_chance_before_what_is_near_takes_the_time(noted) -> None:
    campaign = noted.campaign(Budget(5.0, 600))
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


@pytest.mark.parametrize("noted", [WIDE], indirect=True)
def test_what_fails_at_once_for_want_of_memory_denies_no_large_number(noted) -> None:
    campaign = noted.campaign(Budget(5.0, 3000))
    campaign.run()
    assert campaign.states["shown"].slow
    assert campaign.states["shown"].largest is None
