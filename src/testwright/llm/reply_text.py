"""Puts a reply together from the pieces that a backend sends in the OpenAI form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from testwright.llm.exchange import Finish, ModelReply, Usage

__all__ = ["Collected", "take_chunk", "take_whole"]

_CHARACTERS_PER_TOKEN = 100
"""More than any tokenizer has for text: what is longer did not keep to `max_tokens`."""


@dataclass(slots=True)
class Collected:
    """`finish`: None until the backend says how the reply ends."""

    max_tokens: int
    model: str
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    finish: Finish | None = None
    usage: Usage = field(default_factory=Usage)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def is_too_long(self) -> bool:
        return self.size > _CHARACTERS_PER_TOKEN * (self.max_tokens + 100)

    def add(self, piece: str) -> None:
        self.pieces.append(piece)
        self.size += len(piece)

    def reply(self, seconds: float) -> ModelReply:
        return ModelReply(self.text, self.finish or "stop", self.usage, round(seconds, 3), model=self.model)


def take_chunk(chunk: Mapping[str, Any], found: Collected) -> str:
    """The text of the chunk, which is in `found` from now on. LookupError and the like for what is no chunk."""
    _take_usage(chunk, found)
    text = ""
    for choice in chunk.get("choices") or ():
        text += (choice.get("delta") or {}).get("content") or choice.get("text") or ""
        _take_finish(choice, found)
    found.add(text)
    return text


def take_whole(reply: Mapping[str, Any], found: Collected) -> None:
    """The same for a reply that came in one piece."""
    _take_usage(reply, found)
    choice = reply["choices"][0]
    text = (choice.get("message") or {}).get("content") or choice.get("text") or ""
    if not isinstance(text, str):
        raise ValueError("the text of the reply is no text")
    _take_finish(choice, found)
    found.finish = found.finish or "stop"
    found.add(text)


def _take_finish(choice: Mapping[str, Any], found: Collected) -> None:
    if choice.get("finish_reason"):
        found.finish = "length" if choice["finish_reason"] in ("length", "max_tokens") else "stop"


def _take_usage(plain: Mapping[str, Any], found: Collected) -> None:
    usage = plain.get("usage")
    if isinstance(usage, Mapping):
        found.usage = Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
