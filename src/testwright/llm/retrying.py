"""Decides when a question is asked again, and after how long."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar

from testwright.errors import ModelError
from testwright.llm.left_calls import Cancelled

__all__ = ["ATTEMPTS", "Retrying", "Transient", "seconds_asked_for"]

Result = TypeVar("Result")
ATTEMPTS = 5
_LONGEST_WAIT, _LONGEST_ASKED = 30.0, 120.0


class Transient(Exception):
    """A failure that may be gone when the same is asked again; `after`: the seconds that the server asks for."""

    def __init__(self, error: ModelError, after: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.after = after


class Retrying:
    """Of one server: when it asks one thread to wait, all of them wait."""

    def __init__(self, closed: threading.Event, *, pause: float = 0.5) -> None:
        self._closed = closed
        self._pause = pause
        self._not_before = 0.0

    def run(self, ask: Callable[[], Result]) -> Result:
        for attempt in range(1, ATTEMPTS + 1):
            self._wait_until(self._not_before)
            try:
                return ask()
            except Transient as failure:
                if attempt == ATTEMPTS or (failure.after or 0.0) > _LONGEST_ASKED:
                    raise failure.error from failure.__cause__
                self._not_now(failure.after, attempt)
        raise AssertionError("the last attempt returns or raises")

    def _not_now(self, after: float | None, attempt: int) -> None:
        if after is not None:
            self._not_before = max(self._not_before, time.monotonic() + after)
        # Those who failed together must not come back together.
        wait = random.uniform(0.5, 1.0) * min(_LONGEST_WAIT, self._pause * 2.0 ** (attempt - 1))
        self._wait_until(time.monotonic() + wait)

    def _wait_until(self, moment: float) -> None:
        if self._closed.wait(max(0.0, moment - time.monotonic())):
            raise Cancelled


def seconds_asked_for(header: str | None) -> float | None:
    """Of a Retry-After header, which has seconds or a date."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None
