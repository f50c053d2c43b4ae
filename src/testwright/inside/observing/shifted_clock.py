"""Moves the calendar clock of this process, so that what depends on today's date shows itself by changing."""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

__all__ = ["CLOAKED", "may_read_clock", "shift_clock"]

SHIFT_SECONDS = 400 * 86_400 + 5 * 3600 + 17 * 60
"""Another year, month, day, weekday and hour."""

STEP_SECONDS = 0.13
"""What each look at the clock takes longer: on a busy machine it may, so that no test may tell how little it was."""

CLOAKED: dict[type, type] = {}
"""Stand-in classes of this module, and what they stand for."""

_CLOCKS = re.compile(r"\b(?:time|datetime|calendar|now|today|utcnow|localtime|strftime)\b")


def may_read_clock(source: str) -> bool:
    """The source mentions something that tells the time of day or the date."""
    return _CLOCKS.search(source) is not None


class _StandIn(type):
    """Makes the stand-ins take the real classes' objects for their own; classes derived from them behave as usual."""

    def __instancecheck__(cls, instance: Any) -> bool:
        real = CLOAKED.get(cls)
        return isinstance(instance, real) if real else super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        real = CLOAKED.get(cls)
        return issubclass(subclass, real) if real else super().__subclasscheck__(subclass)


class _ShiftedDate(datetime.date, metaclass=_StandIn):
    @classmethod
    def today(cls) -> Any:
        return cls.fromtimestamp(time.time())


class _ShiftedDatetime(datetime.datetime, metaclass=_StandIn):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def today(cls) -> Any:
        return cls.fromtimestamp(time.time())

    @classmethod
    def utcnow(cls) -> Any:
        return cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)


def shift_clock(*, shifted: bool = True, step: float = STEP_SECONDS) -> None:
    """For good: `time` and `datetime` tell another date, and pass faster, to whoever looks them up from now on.

    Not `time.monotonic`, by which event loops and locks wait. Not `shifted`, only the stand-ins are there, to tell what
    the date changes from what they change.
    """
    for stand_in, real in ((_ShiftedDate, datetime.date), (_ShiftedDatetime, datetime.datetime)):
        CLOAKED[stand_in] = real
        stand_in.__module__, stand_in.__qualname__, stand_in.__name__ = "datetime", real.__name__, real.__name__
        setattr(datetime, real.__name__, stand_in)
    for name, function in _shifted_functions(step).items() if shifted else ():
        setattr(time, name, function)


def _shifted_functions(step: float) -> Mapping[str, Callable[..., Any]]:
    now, form, words = time.time, time.strftime, time.asctime
    local = time.localtime
    taking_seconds = {name: _at_shifted_time(getattr(time, name), now) for name in ("localtime", "gmtime", "ctime")}
    steps = (step * number for number in count(1))
    clocks = ("time", "perf_counter", "process_time")
    shifts = {"time": SHIFT_SECONDS}
    passing = {name: _passing_faster(getattr(time, name), shifts.get(name, 0), steps) for name in clocks}
    in_nanoseconds = {f"{name}_ns": _in_nanoseconds(clock) for name, clock in passing.items()}
    return {
        **taking_seconds,
        **passing,
        **in_nanoseconds,
        "strftime": lambda text, moment=None: form(text, moment or local(now() + SHIFT_SECONDS)),
        "asctime": lambda moment=None: words(moment or local(now() + SHIFT_SECONDS)),
    }


def _passing_faster(clock: Callable[[], float], shift: float, steps: Iterator[float]) -> Callable[[], float]:
    return lambda: clock() + shift + next(steps)


def _in_nanoseconds(clock: Callable[[], float]) -> Callable[[], int]:
    return lambda: int(clock() * 1e9)


def _at_shifted_time(function: Callable[..., Any], now: Callable[[], float]) -> Callable[..., Any]:
    """`function` of seconds, whose default is the time now."""

    def shifted(seconds: float | None = None) -> Any:
        return function(now() + SHIFT_SECONDS if seconds is None else seconds)

    return shifted
