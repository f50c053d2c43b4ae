"""Asks models from several threads: questions go in, answers come out in the order in which they are given."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from testwright.bench.records.conversation_file import message
from testwright.bench.records.model_registry import Registry
from testwright.bench.running.answered import Answered, as_conversation
from testwright.errors import TestwrightError
from testwright.llm.exchange import ModelClient, ModelReply, ModelRequest

__all__ = ["Askers", "answered_by"]

_MILLION = 1_000_000


def answered_by(client: ModelClient, request: ModelRequest, model: str, registry: Registry) -> Answered:
    """Its answer, or why there is none. The price is that of the registry on this day, else the client's own."""
    asked = as_conversation(request.messages)
    try:
        reply = client.complete(request)
    except TestwrightError as error:
        return Answered(asked, failure=error.message, slug=error.slug)
    tokens = _tokens(reply)
    cost = _cost(reply, tokens, model, registry)
    return Answered((*asked, _ai_message(reply, tokens, cost)), reply.text, tokens, reply.seconds, cost)


def _tokens(reply: ModelReply) -> tuple[int, int] | None:
    prompt, answer = reply.usage.prompt_tokens, reply.usage.reply_tokens
    return None if prompt is None or answer is None else (prompt, answer)


def _cost(reply: ModelReply, tokens: tuple[int, int] | None, model: str, registry: Registry) -> float | None:
    price = registry.facts(model).price(time.strftime("%Y-%m-%d"))
    if price is None or tokens is None:
        return reply.cost
    return (tokens[0] * price.input + tokens[1] * price.output) / _MILLION


def _ai_message(reply: ModelReply, tokens: tuple[int, int] | None, cost: float | None) -> Mapping[str, Any]:
    return message(
        "aimessage",
        reply.text,
        status=200,
        tokens=list(tokens or (0, 0)),
        elapsed=round(reply.seconds, 6),
        cost=cost or 0.0,
        finish_reason=reply.finish,
    )


class Askers:
    """Threads that ask. They end with the process: a server that never answers must not keep a user who wants to stop."""

    def __init__(self, count: int, work: Callable[[Any], Any]) -> None:
        self._work = work
        self._waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.outstanding = 0
        for _ in range(count):
            threading.Thread(target=self._ask, daemon=True).start()

    def _ask(self) -> None:
        while True:
            asked = self._waiting.get()
            try:
                self._done.put((asked, self._work(asked)))
            except Exception as error:  # noqa: BLE001  # raised where the answer is taken
                self._done.put((asked, error))

    def put(self, asked: Any) -> None:
        self.outstanding += 1
        self._waiting.put(asked)

    def take(self, most: int) -> list[tuple[Any, Any]]:
        """What is answered, at least one, at most so many."""
        taken = [self._done.get()]
        while len(taken) < most and not self._done.empty():
            taken.append(self._done.get())
        self.outstanding -= len(taken)
        for _, answer in taken:
            if isinstance(answer, Exception):
                raise answer
        return taken
