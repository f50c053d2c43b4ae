"""Answers questions that were asked before from what is kept of then; with `replay`, only those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from testwright.errors import ModelError
from testwright.llm.around_client import AroundClient
from testwright.llm.context_fit import fit
from testwright.llm.exchange import ModelClient, ModelReply, ModelRequest, Told
from testwright.llm.model_settings import Price, ReplyMode
from testwright.llm.reply_keys import reply_key, text_key
from testwright.llm.reply_store import ReplyStore
from testwright.llm.spending import cost_of

__all__ = ["KeptReplies", "ReplayedModel"]


class KeptReplies(AroundClient):
    """Around a client that is there. Errors are not kept, nor replies that somebody stopped."""

    def __init__(
        self, client: ModelClient, store: ReplyStore, mode: ReplyMode, address: str, price: Price | None = None
    ) -> None:
        super().__init__(client)
        self._price = price
        self._store = store
        self._mode = mode
        store.keep_facts(address, {"model": client.model, "host": client.host, "context_size": client.context_size})

    def complete(self, request: ModelRequest, *, told: Told | None = None) -> ModelReply:
        key = reply_key(self.model, request)
        kept = self._store.reply(key) if self._mode == "auto" else None
        if kept is not None:
            return _said(replace(kept, cost=cost_of(kept.usage, self._price)), told)
        fit(self, request)  # keeps how long the question is: the same is asked without the model
        reply = self._client.complete(request, told=told)
        if reply.finish != "cancelled":
            self._store.keep_reply(key, reply)
        return reply

    def count_tokens(self, text: str) -> int | None:
        return _counted(self.model, text, self._store, self._client.count_tokens)


class ReplayedModel:
    """Instead of a client: what is kept, and nothing else. Needs neither the model nor a library."""

    def __init__(self, store: ReplyStore, address: str) -> None:
        self._store = store
        self._address = address
        self._facts: dict[str, Any] = store.facts(address)
        if not isinstance(self._facts.get("model"), str):
            raise _not_kept(f"no reply of {address!r} is kept", address)

    @property
    def model(self) -> str:
        return str(self._facts["model"])

    @property
    def host(self) -> str:
        return ""

    @property
    def context_size(self) -> int | None:
        size = self._facts.get("context_size")
        return size if isinstance(size, int) else None

    def complete(self, request: ModelRequest, *, told: Told | None = None) -> ModelReply:
        kept = self._store.reply(reply_key(self.model, request))
        if kept is None:
            raise _not_kept("no reply to this question is kept", self._address)
        return _said(kept, told)

    def count_tokens(self, text: str) -> int | None:
        return _counted(self.model, text, self._store, None)

    def close(self) -> None:
        return None


def _said(reply: ModelReply, told: Told | None) -> ModelReply:
    if told is not None:
        told(reply.text)
    return reply


def _counted(model: str, text: str, store: ReplyStore, count: Callable[[str], int | None] | None) -> int | None:
    """Kept as well: questions are cut to size by it, and must be the same without the model."""
    key = text_key(f"{model}\0{text}")
    known = store.tokens(key)
    if known is not None or count is None:
        return known
    found = count(text)
    if found is not None:
        store.keep_tokens(key, found)
    return found


def _not_kept(message: str, address: str) -> ModelError:
    return ModelError(
        f"{message}, and --replies replay asks no model",
        slug="reply-not-kept",
        where=address,
        hint="run once with `--replies auto` to get and keep the replies",
    )
