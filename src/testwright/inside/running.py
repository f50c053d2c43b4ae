"""Runs the steps of a scenario, plain or in one event loop, and says how it ended."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeAlias

from .recipes import (
    BINARY,
    SEQUENCES,
    UNARY,
    Attribute,
    Await,
    Call,
    Dictionary,
    Function,
    Item,
    Operation,
    Recipe,
    Sequence,
    Surroundings,
    evaluate,
    walk,
)
from .scenario import Scenario, Step

__all__ = ["Ending", "LoopRunner", "bind", "evaluate_async", "run_scenario", "wants_loop"]

LoopRunner: TypeAlias = Callable[[Coroutine[Any, Any, None]], object]
"""What drives an async scenario's one coroutine to its end: `asyncio.run`, `virtual_time.run`, or the like."""
_NO_LOOP = re.compile(r"no (?:current|running) event loop")


@dataclass(slots=True)
class Ending:
    """How a run ended: the last step's `value`, or the `error` that the step numbered `step` raised."""

    value: Any = None
    error: BaseException | None = None
    step: int = 0
    reached_last: bool = False

    @property
    def failed_early(self) -> bool:
        """An earlier step than the one under test raised (or the loop's runner did before it)."""
        return self.error is not None and not self.reached_last


def wants_loop(error: BaseException | None) -> bool:
    """The code asked for the current event loop where there is none; whether there is one must not be left to chance."""
    return type(error) is RuntimeError and bool(_NO_LOOP.search(str(error)))


def run_scenario(
    scenario: Scenario,
    around: Surroundings,
    *,
    loop_runner: LoopRunner = asyncio.run,
    before_last: Callable[[], None] | None = None,
) -> Ending:
    """Runs the steps in order, binding their variables in `around`; never raises what the code under test raises.

    `before_last` is called between the set-up and the step under test (whose errors come out of it unchanged as an
    early failure). An async scenario runs as one coroutine, given to `loop_runner`.
    """
    ending = Ending()
    run = _run_async if scenario.is_async else _run_plain
    if not scenario.is_async:
        asyncio.set_event_loop(None)  # as after any test that used `asyncio.run`
    try:
        run(scenario.steps, around, ending, before_last, loop_runner)
    except BaseException as error:  # noqa: BLE001  the code under test may raise anything, SystemExit included
        ending.error = error
    return ending


def _run_plain(
    steps: tuple[Step, ...],
    around: Surroundings,
    ending: Ending,
    before_last: Callable[[], None] | None,
    loop_runner: LoopRunner,
) -> None:
    for number, step in enumerate(steps):
        _arrive(ending, number, len(steps), before_last)
        ending.value = bind(step, evaluate(step.recipe, around), around)


def _run_async(
    steps: tuple[Step, ...],
    around: Surroundings,
    ending: Ending,
    before_last: Callable[[], None] | None,
    loop_runner: LoopRunner,
) -> None:
    async def body() -> None:
        for number, step in enumerate(steps):
            _arrive(ending, number, len(steps), before_last)
            ending.value = bind(step, await evaluate_async(step.recipe, around), around)

    coroutine = body()
    try:
        loop_runner(coroutine)
    finally:
        coroutine.close()  # a runner that could not start would leave it unawaited, with a warning


def _arrive(ending: Ending, number: int, count: int, before_last: Callable[[], None] | None) -> None:
    ending.step = number
    if number == count - 1:
        if before_last is not None:
            before_last()
        ending.reached_last = True


def bind(step: Step, value: Any, around: Surroundings) -> Any:
    """Puts the step's value where the step says; gives the value."""
    if step.attribute:
        owner, _, name = step.attribute.rpartition(".")
        held = around.variables[step.variable]
        setattr(attrgetter(owner)(held) if owner else held, name, value)
    elif step.variable:
        around.variables[step.variable] = value
    return value


async def evaluate_async(recipe: Recipe, around: Surroundings) -> Any:
    """Like `recipes.evaluate`, but awaits what an Await node at any depth stands for."""
    if isinstance(recipe, Function) or not any(isinstance(node, Await) for node in walk(recipe)):
        return evaluate(recipe, around)
    match recipe:
        case Await(target=target):
            return await (await evaluate_async(target, around))
        case Call(function=function, args=args, kwargs=kwargs):
            called = await evaluate_async(function, around)
            positional = [await evaluate_async(a, around) for a in args]
            named = {k: await evaluate_async(v, around) for k, v in kwargs}
            return called(*positional, **named)
        case Sequence(kind=kind, items=items):
            return SEQUENCES[kind]([await evaluate_async(i, around) for i in items])
        case Dictionary(items=pairs):
            return {await evaluate_async(k, around): await evaluate_async(v, around) for k, v in pairs}
        case Attribute(target=target, name=name):
            return getattr(await evaluate_async(target, around), name)
        case Item(target=target, key=key):
            return (await evaluate_async(target, around))[await evaluate_async(key, around)]
        case Operation(symbol=symbol, left=left, right=right):
            first = await evaluate_async(left, around)
            if right is None:
                return UNARY[symbol](first)
            return BINARY[symbol](first, await evaluate_async(right, around))
        case _:
            return evaluate(recipe, around)
