"""Answers requests by what somebody has written down: for tests, and for replies that were made elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from testwright.errors import ModelError
from testwright.llm.exchange import ModelReply, ModelRequest, Told, Usage

__all__ = ["ScriptedModel"]

Answer = Callable[[ModelRequest], "str | ModelReply | Exception"]


class ScriptedModel:
    """`answers` gives the reply to each request: one after the other from a list, or by a function of the request. An
    exception among them is raised. `requests` are those that were made.
    """

    def __init__(
        self, answers: Answer | Iterable[str | ModelReply | Exception], *, context_size: int | None = None
    ) -> None:
        self._answers: Answer = answers if callable(answers) else _in_turn(answers)
        self._lock = threading.Lock()
        self._context_size = context_size
        self.requests: list[ModelRequest] = []

    @property
    def model(self) -> str:
        return "scripted"

    @property
    def host(self) -> str:
        return ""

    @property
    def context_size(self) -> int | None:
        return self._context_size

    def complete(self, request: ModelRequest, *, told: Told | None = None) -> ModelReply:
        with self._lock:
            self.requests.append(request)
            answer = self._answers(request)
        if isinstance(answer, Exception):
            raise answer
        reply = answer if isinstance(answer, ModelReply) else self._reply(request, answer)
        if told is not None:
            told(reply.text)
        return reply

    def _reply(self, request: ModelRequest, text: str) -> ModelReply:
        asked = request.prompt + "".join(message.text for message in request.messages)
        return ModelReply(text, usage=Usage(self.count_tokens(asked), self.count_tokens(text)), model=self.model)

    def count_tokens(self, text: str) -> int | None:
        """Four characters are a token."""
        return (len(text) + 3) // 4

    def close(self) -> None:
        return None


def _in_turn(answers: Iterable[str | ModelReply | Exception]) -> Answer:
    left = iter(answers)

    def answer(request: ModelRequest) -> str | ModelReply | Exception:
        found = next(left, None)
        return ModelError("the script has no more replies", slug="replies-used-up") if found is None else found

    return answer
