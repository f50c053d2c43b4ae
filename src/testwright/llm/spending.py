"""Keeps a run within its budget of calls, tokens and money, and says what each reply cost."""

from __future__ import annotations

import threading
from dataclasses import replace

from testwright.errors import ModelError
from testwright.llm.around_client import AroundClient
from testwright.llm.context_fit import Fit, fit
from testwright.llm.exchange import ModelClient, ModelReply, ModelRequest, Told, Usage
from testwright.llm.model_settings import ModelSettings, Price

__all__ = ["BoundedModel", "cost_of", "price_of"]

_MILLION = 1_000_000


class BoundedModel(AroundClient):
    """Around a client. Asks only where the budget is enough for the longest reply; keeps count over threads."""

    def __init__(self, client: ModelClient, settings: ModelSettings, name: str) -> None:
        super().__init__(client)
        self._settings = settings
        self._price = price_of(name, settings.prices)
        if settings.max_cost is not None and self._price is None:
            raise _no_price(name)
        self._lock = threading.Lock()
        self._calls = 0
        self._used = Usage(0, 0)
        self._reserved = Usage(0, 0)

    def complete(self, request: ModelRequest, *, told: Told | None = None) -> ModelReply:
        planned = fit(self._client, request)
        if not planned.fits:
            raise _does_not_fit(planned)
        most = Usage(planned.prompt_tokens, planned.reply_tokens)
        self._reserve(most)
        used = Usage(0, 0)
        try:
            reply = self._client.complete(request, told=told)
            used = _known(reply.usage, most)
        finally:
            self._settle(most, used)
        return replace(reply, cost=cost_of(reply.usage, self._price))

    def _reserve(self, most: Usage) -> None:
        with self._lock:
            then = _sum(_sum(self._used, self._reserved), most)
            problem = self._too_much(then)
            if problem:
                raise _spent(problem)
            self._calls += 1
            self._reserved = _sum(self._reserved, most)

    def _too_much(self, then: Usage) -> str:
        settings, cost = self._settings, cost_of(then, self._price)
        tokens = (then.prompt_tokens or 0) + (then.reply_tokens or 0)
        if settings.max_calls is not None and self._calls >= settings.max_calls:
            return f"--max-calls {settings.max_calls}: all questions are asked"
        if settings.max_tokens is not None and tokens > settings.max_tokens:
            return f"--max-tokens {settings.max_tokens}: one more question and reply could take it to {tokens}"
        if settings.max_cost is not None and cost is not None and cost > settings.max_cost:
            return f"--max-cost {settings.max_cost:g}: one more question and reply could take it to {cost:.4g}"
        return ""

    def _settle(self, most: Usage, used: Usage) -> None:
        with self._lock:
            self._reserved = _sum(self._reserved, most, sign=-1)
            self._used = _sum(self._used, used)


def price_of(name: str, prices: tuple[Price, ...]) -> Price | None:
    return next((price for price in prices if price.model == name), None)


def cost_of(usage: Usage, price: Price | None) -> float | None:
    """None where the price or a number of tokens is unknown: that is not nothing."""
    if price is None or usage.prompt_tokens is None or usage.reply_tokens is None:
        return None
    return (usage.prompt_tokens * price.prompt + usage.reply_tokens * price.reply) / _MILLION


def _known(usage: Usage, most: Usage) -> Usage:
    prompt = most.prompt_tokens if usage.prompt_tokens is None else usage.prompt_tokens
    return Usage(prompt, most.reply_tokens if usage.reply_tokens is None else usage.reply_tokens)


def _sum(one: Usage, other: Usage, *, sign: int = 1) -> Usage:
    prompt = (one.prompt_tokens or 0) + sign * (other.prompt_tokens or 0)
    return Usage(prompt, (one.reply_tokens or 0) + sign * (other.reply_tokens or 0))


def _spent(problem: str) -> ModelError:
    return ModelError(
        f"the budget of the model is spent: {problem}",
        slug="model-budget-spent",
        hint="what was done stays; raise the limit and run the command again: kept replies cost nothing",
    )


def _no_price(name: str) -> ModelError:
    return ModelError(
        f"--max-cost needs to know what {name!r} costs",
        slug="model-price-unknown",
        where="--max-cost",
        hint="add its price to `prices` in [tool.testwright.model], or use --max-tokens",
    )


def _does_not_fit(planned: Fit) -> ModelError:
    return ModelError(
        f"a question of {planned.prompt_tokens} tokens and a reply of up to {planned.reply_tokens} are more than the "
        f"{planned.context_size} of the model's context",
        slug="model-context-full",
        hint="raise --context-size, or ask for less at a time",
    )
