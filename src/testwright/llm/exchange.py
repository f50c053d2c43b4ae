"""Holds what is asked of a model and what it answers, whichever backend carries it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

__all__ = ["Finish", "Message", "ModelClient", "ModelReply", "ModelRequest", "Sampling", "Told", "Usage"]

Finish = Literal["stop", "length", "cancelled"]
"""Why a reply ends: the model said so, the tokens ran out (the reply is cut, and no result), or somebody stopped it."""
Told = Callable[[str], None]
"""Is given the text of a reply piece by piece, as it comes."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen. `max_tokens` bounds the reply; a `seed` of None leaves it to the model."""

    temperature: float = 0.0
    top_p: float = 1.0
    repeat_penalty: float = 1.0
    max_tokens: int = 2048
    seed: int | None = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """`messages`, or a raw `prompt` that reaches the model byte by byte, without a chat template.

    `schema` (JSON schema) or `grammar` (GBNF) bind the form of the reply where the backend can do so. Requests that are equal
    but for `sample` ask for independent replies. `template_arguments` are for the chat template of the model, such as
    `{"enable_thinking": False}`, where the backend can hand them on.
    """

    messages: tuple[Message, ...] = ()
    prompt: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    schema: Mapping[str, Any] | None = None
    grammar: str = ""
    sample: int = 0
    template_arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """In tokens; None where the backend does not say."""

    prompt_tokens: int | None = None
    reply_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ModelReply:
    """`seconds` and `cost` (in the currency of the price list, None = unknown) are those of the answer, also when the
    reply comes out of the cache (`cached`).
    """

    text: str
    finish: Finish = "stop"
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    cost: float | None = None
    model: str = ""
    cached: bool = False


class ModelClient(Protocol):
    """Answers requests, from several threads too. Raises ModelError for what has no answer."""

    @property
    def model(self) -> str:
        """The model and its fingerprint: the same text means the same model."""

    @property
    def host(self) -> str:
        """Where requests go; "" for a model in this process."""

    @property
    def context_size(self) -> int | None:
        """Tokens that a prompt and its reply may have together; None where the backend does not say."""

    def complete(self, request: ModelRequest, *, told: Told | None = None) -> ModelReply: ...

    def count_tokens(self, text: str) -> int | None:
        """By the model's own tokenizer; None where the backend has none."""

    def close(self) -> None: ...
