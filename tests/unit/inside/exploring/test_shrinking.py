"""Shrinking makes scenarios plainer, and never loses what they are kept for."""

from __future__ import annotations

from collections.abc import Callable

from testwright.inside.exploring.corpus import Entry, cost_of
from testwright.inside.exploring.shrinking import shrink
from testwright.inside.recipes import Attribute, Await, Call, Const, Name, Recipe, Variable, walk
from testwright.inside.scenario import Scenario, Step

CALL = Name("module", "f")


def entry(scenario: Scenario, mask: int, raised: str = "") -> Entry:
    return Entry(scenario, mask, cost_of(scenario, raised, False), raised, True)


def shrunk(scenario: Scenario, reaches: Callable[[Scenario], int], attempts: int = 400) -> Scenario:
    return shrink(entry(scenario, reaches(scenario)), 1, False, lambda s: entry(s, reaches(s)), attempts).scenario


def calling(*args: Recipe) -> Scenario:
    return Scenario((Step(Call(CALL, args), "result"),), "f")


def texts(scenario: Scenario) -> list[str]:
    return [
        n.value for s in scenario.steps for n in walk(s.recipe) if isinstance(n, Const) and isinstance(n.value, str)
    ]


def test_a_text_keeps_only_what_matters() -> None:
    found = shrunk(calling(Const("some long text with a % in it")), lambda s: int(any("%" in t for t in texts(s))))
    assert texts(found) == ["%"]


def test_earlier_steps_that_are_not_needed_go() -> None:
    made = Step(Call(Name("module", "C")), "c")
    needed, useless = (Step(Call(Attribute(Variable("c"), n))) for n in ("open", "look"))
    last = Step(Call(Attribute(Variable("c"), "read")), "result")
    found = shrunk(
        Scenario((made, useless, needed, useless, last), "C.read"),
        lambda s: int(s.steps[0] == made and needed in s.steps and s.steps[-1] == last),
    )
    assert found.steps == (made, needed, last)


def test_a_lone_call_takes_the_place_of_a_gathering() -> None:
    def alone(name: str) -> Recipe:
        return Call(Attribute(Variable("c"), name))

    gathered = Await(Call(Name("asyncio", "gather"), (alone("put"), alone("get"))))
    found = shrunk(Scenario((Step(gathered, "result"),), "C.get"), lambda s: int("'get'" in repr(s)))
    assert found.steps[-1].recipe == Await(alone("get"))


def test_without_attempts_nothing_changes() -> None:
    scenario = calling(Const("abcdef"))
    assert shrunk(scenario, lambda s: 1, attempts=0) == scenario


def test_an_exception_is_not_taken_for_a_result() -> None:
    scenario = calling(Const("abcdef"))
    found = shrink(entry(scenario, 1), 1, False, lambda s: entry(s, 1, "ValueError"), 50)
    assert found.scenario == scenario
