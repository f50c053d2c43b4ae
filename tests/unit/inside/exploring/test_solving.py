"""Conditions on numbers, lengths and counts that are solved from one run that got to them."""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testwright.inside.exploring.frontier import Frontier
from testwright.inside.exploring.solving import LOOKS, Solver
from testwright.inside.instrument import Recorder, import_instrumented
from testwright.inside.recipes import Call, Const, Name, Recipe, Sequence, Surroundings
from testwright.inside.running import run_scenario
from testwright.inside.scenario import Scenario, Step

NUMBER = itertools.count()


class Solving:
    """A function `f` with one `return "hit"`, called by the solver only."""

    def __init__(self, tmp_path: Path, body: str) -> None:
        self.name = f"solved_module_{next(NUMBER)}"
        path = tmp_path / f"{self.name}.py"
        path.write_text(body)
        self.recorder = Recorder()
        import_instrumented(self.name, str(path), self.recorder)
        line = body[: body.index('return "hit"')].count("\n") + 1
        self.wanted = next(arc.number for arc in self.recorder.arcs if line in arc.lines)
        self.frontier = Frontier(self.recorder.arcs, random.Random(1))
        self.covered: set[int] = set()
        self.runs = 0

    def run(self, scenario: Scenario) -> None:
        self.recorder.reset()
        self.recorder.recording = True
        run_scenario(scenario, Surroundings())
        self.runs += 1

    def observe(self, scenario: Scenario) -> list[Any]:
        self.run(scenario)
        return list(self.recorder.comparisons)

    def attempt(self, scenario: Scenario) -> None:
        self.run(scenario)
        self.covered.update(self.recorder.hit_numbers())
        self.last = scenario

    def solved(self, *args: Recipe) -> tuple[Any, ...] | None:
        """The arguments that lead to the hit, None when it was not found."""
        call = Call(Name(self.name, "f"), args)
        scenario = Scenario((Step(call, "result"),), "f")
        solver = Solver(self.recorder.sites, self.frontier, self.observe)
        for _ in range(2):
            solver.solve(scenario, self.wanted, self.attempt, lambda: self.wanted not in self.covered)
        if self.wanted not in self.covered:
            return None
        made = self.last.steps[-1].recipe
        assert isinstance(made, Call)
        return tuple(arg.value if isinstance(arg, Const) else arg for arg in made.args)


@pytest.fixture
def solving(tmp_path: Path) -> Any:
    made: list[Solving] = []

    def make(condition: str, parameters: str = "x") -> Solving:
        body = f'def f({parameters}):\n    if {condition}:\n        return "hit"\n    return "no"\n'
        made.append(Solving(tmp_path, body))
        return made[-1]

    yield make
    for each in made:
        sys.modules.pop(each.name, None)


Make = Callable[..., Solving]


@pytest.mark.parametrize(
    ("condition", "start", "wanted"),
    [
        ("x * 2 + 3 == 1717", 1, 857),
        ("x // 3 == 1001", 5, 3003),
        ("5 - x >= 905", 1, -900),
        ("70000 < x * 3 < 70010", 1, 23334),
        ("x * x == 1522756", 1, 1234),
        ("x % 97 == 3 and x > 1000", 3, 1070),
        ("x * 0.5 == 31.5", 1, 63),
        ("x % 10 == 0 and x // 10 == 77", 10, 770),
    ],
)
def test_a_number_is_found(solving: Make, condition: str, start: int, wanted: int) -> None:
    assert solving(condition).solved(Const(start)) == (wanted,)


@pytest.mark.parametrize(
    ("condition", "start"),
    [
        ("int(x) * 7 - 5 == 6701", "12"),
        ("int(x.split('=')[1]) > 4096", "size=1"),
        ("len(x) * 3 == 36", "abc"),
        ("x.startswith('<<') and x.endswith('>>') and len(x) == 12", "<<>>"),
        ("x.count('-') == 4 and len(x) == 20", "abc"),
        ("len(x) == 3 and ord(x[0]) + ord(x[1]) == 201", "abc"),
        ("len(x) == 4 and sum(int(c) * n for n, c in enumerate(x, 1)) == 47", "1111"),
    ],
)
def test_a_text_is_found(solving: Make, condition: str, start: str) -> None:
    found = solving(condition).solved(Const(start))
    assert found is not None
    assert eval(condition, {"x": found[0]})


def test_several_numbers_are_found_that_fulfil_all(solving: Make) -> None:
    assert solving("a + b == 1000 and a - b == 412", "a, b").solved(Const(999), Const(1)) == (706, 294)
    assert solving("a + b + c == 60 and a - b == 10 and b == 2 * c", "a, b, c").solved(
        Const(25), Const(15), Const(20)
    ) == (30, 20, 10)


def test_lists_are_made_longer_and_their_items_turned(solving: Make) -> None:
    made = solving("len(x) == 4 and sum(x) == 777").solved(Sequence("list", (Const(1),)))
    assert made is not None
    assert sum(item.value for item in made[0].items) == 777


def test_what_cannot_be_is_given_up_soon(solving: Make) -> None:
    impossible = solving("x * 2 == 7")
    assert impossible.solved(Const(1)) is None
    assert impossible.runs < 60


def test_a_condition_on_texts_alone_costs_nothing(solving: Make) -> None:
    words = solving("x.startswith('abc')")
    assert words.solved(Const("x")) is None
    assert words.runs == 0


def test_an_arc_is_looked_at_from_few_runs(solving: Make) -> None:
    impossible = solving("x * 2 == 7")
    solver = Solver(impossible.recorder.sites, impossible.frontier, impossible.observe)
    for number in range(3 * LOOKS):
        scenario = Scenario((Step(Call(Name(impossible.name, "f"), (Const(number),)), "result"),), "f")
        solver.solve(scenario, impossible.wanted, impossible.attempt, lambda: True)
    assert len(solver.looks[impossible.wanted]) == LOOKS


def test_nothing_is_run_any_more_when_the_budget_is_spent(solving: Make) -> None:
    """Not even to see what moves: a single look at that takes dozens of runs, each of which may be slow."""
    impossible = solving("x * 2 + y * 4 + len(z) * 6 == 7777777", "x, y, z")
    solver = Solver(impossible.recorder.sites, impossible.frontier, impossible.observe)
    call = Call(Name(impossible.name, "f"), (Const(1), Const(2), Const("abc")))
    scenario = Scenario((Step(call, "result"),), "f")
    solver.solve(scenario, impossible.wanted, impossible.attempt, lambda: impossible.runs < 5)
    assert impossible.runs <= 6  # one candidate may have been made by then
