"""Scenarios run step by step, await at any depth, and say where they stopped."""

from __future__ import annotations

import asyncio

import pytest

from testwright.inside import virtual_time
from testwright.inside.recipes import (
    Attribute,
    Await,
    Call,
    Const,
    Dictionary,
    Function,
    Item,
    Name,
    Operation,
    Recipe,
    Sequence,
    Surroundings,
    Variable,
)
from testwright.inside.running import Ending, run_scenario, wants_loop
from testwright.inside.scenario import Scenario, Step


def soon(value: Recipe) -> Recipe:
    return Await(Call(Name("asyncio", "sleep"), (Const(0), value)))


def run(*steps: Step, around: Surroundings | None = None) -> Ending:
    return run_scenario(Scenario(steps, "t"), around or Surroundings())


def test_variables_bind_and_the_last_value_is_the_ending() -> None:
    around = Surroundings()
    ending = run(
        Step(Sequence("list", (Const(1),)), "items"),
        Step(Call(Attribute(Variable("items"), "append"), (Const(2),))),
        Step(Call(Name("builtins", "sum"), (Variable("items"),)), "result"),
        around=around,
    )
    assert (ending.value, ending.error, ending.step) == (3, None, 2)
    assert around.variables == {"items": [1, 2], "result": 3}


def test_a_step_with_an_attribute_sets_it() -> None:
    around = Surroundings()
    run(
        Step(Call(Name("types", "SimpleNamespace")), "box"),
        Step(Const(5), "box", "size"),
        Step(Attribute(Variable("box"), "size"), "result"),
        around=around,
    )
    assert around.variables["result"] == 5


@pytest.mark.parametrize(
    ("recipe", "value"),
    [
        (soon(Const(3)), 3),
        (Sequence("list", (Const(1), soon(Const(2)))), [1, 2]),
        (Dictionary(((soon(Const("a")), soon(Const(1))),)), {"a": 1}),
        (Call(Name("builtins", "dict"), (), (("a", soon(Const(1))),)), {"a": 1}),
        (Item(soon(Sequence("tuple", (Const(7),))), soon(Const(0))), 7),
        (Attribute(soon(Const(3)), "real"), 3),
        (Operation("-", soon(Const(3))), -3),
        (Operation("+", soon(Const(3)), soon(soon(Const(4)))), 7),
        (Call(Function("x", Operation("+", Variable("x"), Const(1))), (soon(Const(3)),)), 4),
    ],
)
@pytest.mark.parametrize("runner", [asyncio.run, virtual_time.run])
def test_awaits_are_evaluated_at_any_depth(recipe: Recipe, value: object, runner: object) -> None:
    ending = run_scenario(Scenario((Step(recipe, "result"),), "t"), Surroundings(), loop_runner=runner)  # type: ignore[arg-type]
    assert ending.error is None
    assert ending.value == value


def test_steps_share_one_loop() -> None:
    around = Surroundings()
    ending = run(
        Step(Call(Name("asyncio", "Queue")), "queue"),
        Step(Await(Call(Attribute(Variable("queue"), "put"), (Const("x"),)))),
        Step(Await(Call(Attribute(Variable("queue"), "get"))), "result"),
        around=around,
    )
    assert (ending.value, ending.error) == ("x", None)


def test_an_error_in_the_set_up_is_told_from_one_under_test() -> None:
    bad = Operation("/", Const(1), Const(0))
    early = run(Step(bad, "x"), Step(Const(1), "result"))
    late = run(Step(Const(1), "x"), Step(bad, "result"))
    waiting = run(Step(soon(Const(1)), "x"), Step(bad, "result"))
    assert (early.failed_early, early.step) == (True, 0)
    assert (late.failed_early, late.step) == (False, 1)
    assert (waiting.failed_early, waiting.step) == (False, 1)
    assert isinstance(waiting.error, ZeroDivisionError)


def test_sys_exit_is_an_ending_like_others() -> None:
    for recipe in (Call(Name("sys", "exit"), (Const(3),)), Call(Name("sys", "exit"), (soon(Const(3)),))):
        ending = run(Step(recipe))
        assert isinstance(ending.error, SystemExit)
        assert ending.error.code == 3


def test_before_last_is_called_between_set_up_and_the_step_under_test() -> None:
    around = Surroundings()
    seen: list[object] = []
    scenario = Scenario((Step(Const(1), "x"), Step(Const(2), "result")), "t")
    run_scenario(scenario, around, before_last=lambda: seen.append(dict(around.variables)))
    assert seen == [{"x": 1}]


ASKS = Step(Call(Name("asyncio", "Queue")), "queue"), Step(Call(Name("asyncio", "get_event_loop")), "result")


def test_without_awaiting_there_is_no_event_loop_whatever_ran_before() -> None:
    """A test that finds a loop would pass alone and fail after one that used `asyncio.run`."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    ending = run(*ASKS)
    assert wants_loop(ending.error)
    assert not wants_loop(RuntimeError("no such thing"))


def test_a_scenario_may_run_in_a_loop_without_awaiting_anything() -> None:
    scenario = Scenario(ASKS, "t", in_loop=True)
    assert run_scenario(scenario, Surroundings()).error is None
    assert Scenario.from_plain(scenario.to_plain()) == scenario
