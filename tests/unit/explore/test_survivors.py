"""The search goes on for calls that tell mutants from the original, and says which mutants are left."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from testwright.explore.explore_module import Exploration, explore_module, steps_key, with_fitting_checks
from testwright.inside.recipes import Attribute, Call, Const, Name, Variable, walk
from testwright.inside.scenario import Check, Outcome, Scenario, Step
from testwright.nouns import Observation, Target

EXECUTIONS = 4000


def explored(tmp_path: Path, source: str, *, survivors: float = 2.0) -> Exploration:
    path = tmp_path / "planted_survivors.py"
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    target = Target("planted_survivors", str(path), (str(tmp_path),))
    return explore_module(
        target, python=sys.executable, budget=2.0, max_executions=EXECUTIONS, seed=1, survivors=survivors
    )


def constants(observations: list[Observation]) -> set[object]:
    recipes = [node for o in observations for step in o.scenario.steps for node in walk(step.recipe)]
    return {a.value for call in recipes if isinstance(call, Call) for a in call.args if isinstance(a, Const)}


@pytest.mark.parametrize(
    ("source", "telling"),
    [
        (
            """
            def price(weight: int) -> str:
                if weight > 37:
                    return "heavy"
                return "light"
            """,
            37,
        ),
        (
            """
            def allowed(name: str) -> bool:
                return len(name) <= 7
            """,
            "length 7",
        ),
    ],
    ids=["a limit", "a length"],
)
def test_limits_are_hit_exactly(tmp_path: Path, source: str, telling: object) -> None:
    found = explored(tmp_path, source)
    values = constants([*found.observations, *found.tellers])
    assert telling in values | {f"length {len(v)}" for v in values if isinstance(v, str)}
    assert found.mutants["alive"] == []


def test_without_seconds_there_is_no_search(tmp_path: Path) -> None:
    found = explored(tmp_path, "def double(number: int) -> int:\n    return number * 2\n", survivors=0.0)
    assert found.observations
    assert not found.tellers
    assert not found.mutants


def test_what_nothing_can_tell_is_left(tmp_path: Path) -> None:
    source = """
    def absolute(number: int) -> int:
        if number < 0:
            return -number
        return number
    """
    found = explored(tmp_path, source)
    assert found.mutants["alive"]  # `<= 0`: zero is its own negative


def test_a_mutant_that_ends_the_process_costs_itself_alone(tmp_path: Path) -> None:
    source = """
    import os

    def guarded(number: int) -> str:
        if number is None:
            os._exit(3)
        return "ok"

    def price(weight: int) -> str:
        if weight > 37:
            return "heavy"
        return "light"
    """
    found = explored(tmp_path, source)
    assert found.search_crashes
    assert 37 in constants([*found.observations, *found.tellers])


def test_assertions_that_catch_nothing_further_are_told(tmp_path: Path) -> None:
    source = """
    class Range:
        def __init__(self, low: int, size: int):
            self.low = low
            self.high = low + size
            self.copy = low
            self.again = low

    def ranged(low: int, size: int) -> Range:
        return Range(low, size)
    """
    found = explored(tmp_path, source)
    idle = [check for checks in found.idle_checks.values() for check in checks]
    assert not any("high" in str(check) for check in idle)  # nothing else says that it is a sum


def test_with_fitting_checks_something_is_left() -> None:
    scenario = Scenario((Step(Call(Name("m", "f")), "result"),), "f")
    checks = tuple(Check("equals", Attribute(Variable("result"), name), Const(1)) for name in "abc")
    observation = Observation(scenario, (), Outcome(checks))
    some = Exploration(idle_checks={steps_key(scenario): [checks[1].to_plain()]})
    left = with_fitting_checks(observation, some)
    assert left.outcome is not None
    assert left.outcome.checks == (checks[0], checks[2])
    everything = Exploration(idle_checks={steps_key(scenario): [check.to_plain() for check in checks]})
    assert with_fitting_checks(observation, everything) is observation


def test_a_function_that_others_have_covered_is_called_itself(tmp_path: Path) -> None:
    source = """
    def shown(number: int, unit: str = "m") -> str:
        if unit == "":
            return str(number)
        return f"{number} {unit}"

    def is_shown(number: int, unit: str) -> bool:
        return bool(shown(number, unit))
    """
    found = explored(tmp_path, source)
    assert "shown" in {o.scenario.target for o in (*found.observations, *found.tellers)}
    assert found.mutants["alive"] == [12]  # `shown(unit, number)` is as true


def test_a_private_function_is_called_when_nothing_else_tells(tmp_path: Path) -> None:
    source = """
    from typing import NamedTuple

    class _Part(NamedTuple):
        text: str
        place: int

    def _parts(text: str) -> list[_Part]:
        return [_Part(part, place + 10) for place, part in enumerate(text.split(","))]

    def count(text: str) -> int:
        return len(_parts(text))
    """
    found = explored(tmp_path, source)
    assert "_parts" in {o.scenario.target for o in found.tellers}


def test_a_mutant_that_only_details_tell_gets_them(tmp_path: Path) -> None:
    source = """
    class Part:
        def __init__(self, name: str):
            self.name = name
            self.size = len(name)

    class Whole:
        def __init__(self, name: str):
            self.first = Part(name)

    def whole(name: str) -> Whole:
        return Whole(name + "!")
    """
    found = explored(tmp_path, source)
    needed = [check for checks in found.needed_checks.values() for check in checks]
    assert any("first" in str(check) and "name" in str(check) for check in needed)
    assert found.mutants["alive"] == []


def test_a_mutant_that_ends_the_process_denies_no_function(tmp_path: Path) -> None:
    source = """
    import os

    def checked(number: int, limit: int = 37) -> str:
        if number < number:
            os._exit(3)
        return "above" if number > limit else "below"
    """
    found = explored(tmp_path, source, survivors=4.0)
    assert len(found.search_crashes) > 1
    assert 37 in constants([*found.observations, *found.tellers])  # exploring itself finds another


def test_what_was_found_before_a_crash_is_told_once_and_plainly_after_it(tmp_path: Path) -> None:
    source = """
    import os

    def price(weight: int, name: str = "", note: str = "", colour: str = "") -> str:
        if weight > 37:
            return "heavy"
        return "light"

    def guarded(numbers: list[int]) -> str:
        if len(numbers) == 9:
            if numbers is None:
                os._exit(3)
        return "ok"
    """
    found = explored(tmp_path, source, survivors=4.0)
    assert found.search_crashes
    telling = [o.scenario for o in found.tellers if o.scenario.target == "price"]
    assert telling
    assert all(len(call.args) + len(call.kwargs) == 1 for s in telling if isinstance(call := s.steps[-1].recipe, Call))
    assert len(telling) == len(set(telling))


def test_needed_checks_are_added() -> None:
    scenario = Scenario((Step(Call(Name("m", "f")), "result"),), "f")
    checks = tuple(Check("equals", Attribute(Variable("result"), name), Const(1)) for name in "abc")
    observation = Observation(scenario, (), Outcome(checks[:1], further=checks[1:]))
    needed = Exploration(needed_checks={steps_key(scenario): [checks[2].to_plain()]})
    for exploration, expected in ((needed, (checks[0], checks[2])), (Exploration(), checks[:1])):
        fitting = with_fitting_checks(observation, exploration)
        assert fitting.outcome is not None
        assert fitting.outcome.checks == expected
        assert fitting.outcome.further == ()
