"""Moves a date that a scenario builds to another one near by, and to plainer ones: its parts alone would mostly be none."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from ..recipes import Call, Const, Name, Recipe

__all__ = ["DAYS", "is_day", "moved_day", "oddness_of_day", "plainer_days"]

DAYS = frozenset({Name("datetime", "date"), Name("datetime", "datetime")})
STEPS = (1, -1, 1, -1, 7, -7, 30, -30, 365, -365)
"""Days."""
WITHIN = (60, -60, 3600, -3600, 1, -1)
"""Seconds."""
PLAIN = (2024, 1, 1)


def is_day(node: Recipe) -> bool:
    """Whether it calls `date` or `datetime` with numbers for the day, and perhaps for the time."""
    if not isinstance(node, Call) or node.function not in DAYS or not 3 <= len(node.args) <= 7:
        return False
    return all(isinstance(arg, Const) and type(arg.value) is int for arg in node.args)


def moved_day(call: Call, rng: random.Random) -> Call | None:
    """A few days later or earlier, or (with a time) a moment; None where there is no such day."""
    numbers = _numbers(call)
    step = timedelta(days=rng.choice(STEPS))
    if len(numbers) > 3 and rng.random() < 0.5:
        step = timedelta(seconds=rng.choice(WITHIN))
    try:
        year, month, day, hour, minute, second, micros = (*numbers, 0, 0, 0, 0)[:7]
        moment = datetime(year, month, day, hour, minute, second, micros) + step
    except (ValueError, OverflowError):
        return None
    parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond)
    return _with(call, parts[: len(numbers)])


def oddness_of_day(call: Call) -> int:
    """How many of its numbers are not those of the plainest."""
    return sum(number != plain for number, plain in zip(_numbers(call), PLAIN, strict=False))


def plainer_days(call: Call) -> Iterator[Call]:
    """With less of a time, and nearer to the first of January 2024: a year of one digit is plain to nobody."""
    numbers = _numbers(call)
    for size in range(3, len(numbers)):
        yield _with(call, numbers[:size])
    for place, number in enumerate(numbers):
        plain = PLAIN[place] if place < len(PLAIN) else 0
        if number != plain:
            yield _with(call, (*numbers[:place], plain, *numbers[place + 1 :]))
    for number in range(len(call.kwargs)):
        yield Call(call.function, call.args, (*call.kwargs[:number], *call.kwargs[number + 1 :]))


def _numbers(call: Call) -> tuple[int, ...]:
    return tuple(arg.value for arg in call.args if isinstance(arg, Const))


def _with(call: Call, numbers: tuple[int, ...]) -> Call:
    return Call(call.function, tuple(Const(number) for number in numbers), call.kwargs)
