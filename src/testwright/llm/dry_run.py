"""Shows what a model would be asked, and asks none."""

from __future__ import annotations

from collections.abc import Callable

from testwright.llm.exchange import ModelReply, ModelRequest, Told

__all__ = ["DryRun", "shown_request"]


class DryRun:
    """A client whose replies are all empty and cancelled. `redact` takes what looks like a secret out of a text."""

    def __init__(self, show: Told, redact: Callable[[str], str], *, context_size: int | None = None) -> None:
        self._show = show
        self._redact = redact
        self._context_size = context_size

    @property
    def model(self) -> str:
        return "none"

    @property
    def host(self) -> str:
        return ""

    @property
    def context_size(self) -> int | None:
        return self._context_size

    def complete(self, request: ModelRequest, *, told: Told | None = None) -> ModelReply:
        self._show(self._redact(shown_request(request)))
        return ModelReply("", finish="cancelled", model=self.model)

    def count_tokens(self, text: str) -> int | None:
        return None

    def close(self) -> None:
        return None


def shown_request(request: ModelRequest) -> str:
    """As a person reads it: each message under its role; a raw prompt as it is."""
    if request.prompt:
        return f"--- prompt\n{request.prompt}"
    return "\n".join(f"--- {message.role}\n{message.text}" for message in request.messages)
