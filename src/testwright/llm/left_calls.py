"""Runs a call that blocks beside its caller, who can leave it at any time: on Ctrl-C, after a time-out, when the client closes."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from testwright.errors import ModelError
from testwright.llm.exchange import Told

__all__ = ["Cancelled", "LeavableCalls", "Patience", "Say"]

Result = TypeVar("Result")
Say = Callable[[str], bool]
"""Gives a piece of text to the caller; False when nobody waits for it any more, so that the call can end."""


class Cancelled(Exception):
    """The client was closed while it was asked."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that are waited for the first piece, for each further one, and for all of them."""

    first: float
    next: float
    total: float

    @classmethod
    def by_tokens(cls, prompt: int, reply: int, seconds_per_token: float) -> Patience:
        """A large model on a small machine takes a second for a token: time alone says nothing about a hang."""
        first = 60.0 + prompt * seconds_per_token
        return cls(first, 60.0 + seconds_per_token, first + reply * seconds_per_token)


@dataclass(slots=True)
class _Call:
    events: queue.SimpleQueue[tuple[str, object]] = field(default_factory=queue.SimpleQueue)
    is_left: bool = False

    def say(self, text: str) -> bool:
        self.events.put(("piece", text))
        return not self.is_left


class LeavableCalls:
    """The calls of one client, from several threads. `farewell`: seconds that a call which is left gets to end; a library in
    C++ that comes back to Python while the process ends would abort it.
    """

    def __init__(self, *, farewell: float = 0.0) -> None:
        self._farewell = farewell
        self._lock = threading.Lock()
        self._calls: list[_Call] = []
        self.closed = threading.Event()

    def run(self, work: Callable[[Say], Result], told: Told | None, patience: Patience) -> Result:
        """What `work` gives. Raises what it raises, and Cancelled when this is closed meanwhile."""
        call = _Call()
        with self._lock:
            if self.closed.is_set():
                raise Cancelled
            self._calls.append(call)
        # A daemon: the program may end while a library is still busy with what nobody wants.
        thread = threading.Thread(target=_work, args=(work, call), daemon=True, name="asking a model")
        thread.start()
        try:
            return _wait(call, told, patience)
        finally:
            call.is_left = True
            with self._lock:
                self._calls.remove(call)
            thread.join(self._farewell)

    def close(self) -> None:
        with self._lock:
            self.closed.set()
            for call in self._calls:
                call.events.put(("failed", Cancelled()))


def _work(work: Callable[[Say], Result], call: _Call) -> None:
    try:
        call.events.put(("done", work(call.say)))
    except BaseException as error:  # noqa: BLE001 - raised again where the caller waits
        call.events.put(("failed", error))


def _wait(call: _Call, told: Told | None, patience: Patience) -> Result:  # type: ignore[type-var]
    end, limit = time.monotonic() + patience.total, patience.first
    while True:
        try:
            kind, value = call.events.get(timeout=max(0.0, min(limit, end - time.monotonic())))
        except queue.Empty:
            raise _too_slow(limit, patience.total) from None
        if kind == "done":
            return value  # type: ignore[return-value]
        if kind == "failed":
            assert isinstance(value, BaseException)
            raise value
        if told is not None and value:
            told(str(value))
        limit = patience.next


def _too_slow(limit: float, total: float) -> ModelError:
    return ModelError(
        f"the model said nothing for {limit:.0f} seconds, or has not ended after {total:.0f}",
        slug="model-too-slow",
        hint="ask a faster model, or allow more time with `seconds-per-token` in [tool.testwright.model]",
    )
