"""Makes the ids of traces: they sort by time, and two are never the same, in one process or in several."""

from __future__ import annotations

import _thread
import os

from .real_clock import now_ns

__all__ = ["Ulids", "new_trace_id"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32."""
_DIGITS = 26
_CHANCE_BITS = 80
_getpid, _new_lock, _urandom = os.getpid, _thread.RLock, os.urandom


class Ulids:
    """48 bits of milliseconds, 80 of chance; within a millisecond the next one is one more, so that they rise."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._process, self._last, self._lock = _getpid(), 0, _new_lock()

    def next(self, milliseconds: int) -> str:
        if _getpid() != self._process:  # a fork must not count on from where its parent does too
            self._begin()
        with self._lock:
            number = milliseconds << _CHANCE_BITS | int.from_bytes(_urandom(_CHANCE_BITS // 8), "big")
            if number >> _CHANCE_BITS <= self._last >> _CHANCE_BITS:
                number = self._last + 1
            self._last = number
        return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_DIGITS)))


_ulids = Ulids()


def new_trace_id() -> str:
    """ "trc_" and a ULID of now."""
    return "trc_" + _ulids.next(now_ns() // 1_000_000)
