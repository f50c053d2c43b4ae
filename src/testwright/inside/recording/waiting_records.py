"""Holds records as they were made, until many of them are redacted and written at once: that costs half as much then."""

from __future__ import annotations

import _thread
import json
import marshal
import os
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from .checked_lines import encoded

__all__ = ["WaitingRecords"]

_MOST_WAITING = 8 * 2**20
"""Bytes: what is made faster than others can be handed over is dropped from there on, and counted."""
_getpid, _new_lock, _decoded = os.getpid, _thread.RLock, json.JSONDecoder().decode


class WaitingRecords:
    """They wait packed, as bytes: nothing that happens to a value later changes them, and the program's garbage collector
    has no more to look at. One thread at a time hands them over, in their order.
    """

    def __init__(self, pass_on: Callable[[Mapping[str, Any]], None], drop: Callable[[Mapping[str, Any]], None]) -> None:
        """`drop` is told of those that are not kept; neither raises anything, but for what ends the program."""
        self._pass_on, self._drop = pass_on, drop
        self._packed: deque[bytes] = deque()
        self._process = _getpid()
        self._lock = _new_lock()
        self._is_busy = False
        self.size = 0
        """Bytes."""
        self.is_urgent = False
        """They are not to wait any longer, whatever hinders them."""

    def add(self, record: Mapping[str, Any]) -> None:
        """As it is now."""
        if _getpid() != self._process:  # forked by something that tells Python nothing of it
            self._keep_open_traces()
        if self.size > _MOST_WAITING and record.get("e") == "span":
            self._drop(record)
            return
        packed = _packed(record)
        if packed is None:
            self._drop(record)
            return
        length = len(packed)  # no call from reading to writing the size: another thread cannot come in between
        self._packed.append(packed)
        self.size += length

    def hand_over(self, *, wait: bool) -> None:
        """All that wait now. Not `wait`: unless another thread is about it; within itself, as in the handler of a signal,
        it does nothing.
        """
        if not self._packed or not self._lock.acquire(wait):
            return
        try:
            if not self._is_busy:
                self.is_urgent = wait
                self._empty()
        except RecursionError:  # the program is deep within itself: they wait for a thread that is not
            return
        finally:
            self._lock.release()

    def forget(self) -> None:
        """After a fork, in the child: what waits is the parent's, who has the lock, too."""
        self._packed.clear()
        self._lock = _new_lock()
        self._process, self.size, self._is_busy = _getpid(), 0, False

    def _empty(self) -> None:
        self._is_busy = True
        try:
            for _ in range(len(self._packed)):
                self._hand_over_first()
        finally:
            self._is_busy = False
        if not self._packed:
            self.size = 0

    def _hand_over_first(self) -> None:
        packed, done = self._packed.popleft(), False
        length = len(packed)
        self.size -= length
        try:
            self._pass_on(marshal.loads(packed))
            done = True
        finally:
            if not done:  # Ctrl-C, or no room on the stack: it is handed over the next time
                self._packed.appendleft(packed)
                self.size += length

    def _keep_open_traces(self) -> None:
        """In the child, which goes on with the traces that the parent has not ended."""
        waiting = [marshal.loads(packed) for packed in self._packed]
        self.forget()
        ended = {record["trace"] for record in waiting if record["e"] == "end"}
        for record in waiting:
            if record["e"] == "trace" and record["id"] not in ended:
                self.add(record)


def _packed(record: Any) -> bytes | None:
    """None for what no log can hold."""
    try:
        return marshal.dumps(record)
    except ValueError:  # of a class that was made from a built-in one: it goes into the log as what it was made from
        try:
            return marshal.dumps(_decoded(encoded(record).decode()))
        except ValueError:
            return None
