"""Drives a coroutine in an event loop whose clock jumps to the next timer when nothing else is to do."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["VirtualTimeLoop", "run"]

T = TypeVar("T")

MOST_JUMPS = 20_000
MOST_TURNS = 200_000
PATIENCE = 1.0
"""Real seconds that the loop waits in all for work that it gave to threads."""


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits: when no file is ready it moves its loop's clock instead; nothing to move to is a deadlock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.jumps = 0
        self.turns = 0
        self.threads_busy = 0
        self.patience = PATIENCE

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.turns += 1
        if self.turns > MOST_TURNS:
            raise RuntimeError("the event loop turns without an end")
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.threads_busy and self.patience > 0:
            return self._wait_for_threads()
        if timeout is None:
            raise RuntimeError("deadlock: nothing is scheduled and the coroutine is not done")
        self._jump(timeout)
        return ready

    def _wait_for_threads(self) -> list[tuple[selectors.SelectorKey, int]]:
        slice_of_time = 0.01
        self.patience -= slice_of_time
        return super().select(slice_of_time)

    def _jump(self, seconds: float) -> None:
        self.jumps += 1
        if self.jumps > MOST_JUMPS:
            raise RuntimeError("the event loop sleeps without an end")
        self.now += seconds


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop in which sleeping for an hour takes no time; a deadlock raises RuntimeError at once."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since the loop was made, in its own time."""
        return self._jumping.now

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """As usual, but the clock stands still (for a while) until the thread is done."""
        future = super().run_in_executor(executor, func, *args)
        self._jumping.threads_busy += 1
        future.add_done_callback(self._thread_done)
        return future

    async def shutdown_default_executor(self, *args: Any) -> None:
        """As usual; the thread that joins the others is waited for like any."""
        self._jumping.threads_busy += 1
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self._jumping.threads_busy -= 1

    def _thread_done(self, future: object) -> None:
        self._jumping.threads_busy -= 1


def run(main: Coroutine[Any, Any, T]) -> T:
    """Like `asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
