"""Says before a call whether question and reply fit into the model's context."""

from __future__ import annotations

from dataclasses import dataclass

from testwright.llm.exchange import ModelClient, ModelRequest

__all__ = ["Fit", "fit"]

_TOKENS_AROUND_A_MESSAGE = 8
_CHARACTERS_PER_TOKEN = 3
"""Of code, where nobody can count: fewer than most tokenizers have, so that the guess is rather too high."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Tokens are counted by the model's own tokenizer, and guessed where there is none."""

    prompt_tokens: int
    reply_tokens: int
    context_size: int | None

    @property
    def missing(self) -> int:
        """Tokens by which the question is too long; 0 where it fits, or where the backend does not say what fits."""
        if self.context_size is None:
            return 0
        return max(0, self.prompt_tokens + self.reply_tokens - self.context_size)

    @property
    def fits(self) -> bool:
        return self.missing == 0


def fit(client: ModelClient, request: ModelRequest) -> Fit:
    """With `max_tokens` for the reply: one that is cut is of no use."""
    texts = [request.prompt] if request.prompt else [message.text for message in request.messages]
    counts = [client.count_tokens(text) for text in texts]
    around = _TOKENS_AROUND_A_MESSAGE * (len(request.messages) + 1)
    tokens = sum(
        len(text) // _CHARACTERS_PER_TOKEN + 1 if count is None else count
        for text, count in zip(texts, counts, strict=True)
    )
    return Fit(tokens + around, request.sampling.max_tokens, client.context_size)
