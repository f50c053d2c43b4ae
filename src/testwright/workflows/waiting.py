"""Waits for work in other threads such that Ctrl-C is heard at once."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future, wait
from typing import Any, TypeVar

__all__ = ["result_of", "wait_for"]

LOOK = 0.2
"""Seconds between two looks: the system may give the signal to another thread, which wakes nobody."""
Result = TypeVar("Result")


def wait_for(futures: Collection[Future[Any]]) -> None:
    """Until all are done; KeyboardInterrupt may come meanwhile."""
    while wait(futures, timeout=LOOK).not_done:
        pass


def result_of(future: Future[Result]) -> Result:
    """What it gives or raises, once it is there."""
    wait_for([future])
    return future.result()
