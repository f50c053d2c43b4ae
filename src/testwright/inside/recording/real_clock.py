"""Tells the time as it really is, also in a program whose tests have frozen or moved its clock."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["now_ns"]


def _clock() -> Callable[[], int]:
    """Counts on from the moment of the import: what moves clocks replaces functions, and leaves the monotonic one alone.

    The function is kept in a closure, as libraries look through the names of all modules for it.
    """
    elapsed = time.monotonic_ns
    start = time.time_ns() - elapsed()

    def now_ns() -> int:
        return start + elapsed()

    return now_ns


now_ns = _clock()
"""Nanoseconds since the epoch."""
