"""A run never goes beyond its budget, and an unknown price is not nothing."""

from __future__ import annotations

import threading

import pytest

from testwright.errors import ModelError
from testwright.llm.exchange import Message, ModelReply, ModelRequest, Sampling, Usage
from testwright.llm.model_settings import ModelSettings, Price
from testwright.llm.scripted import ScriptedModel
from testwright.llm.spending import BoundedModel

ASKED = ModelRequest(messages=(Message("user", "x" * 40),), sampling=Sampling(max_tokens=100))
PRICE = Price("m", prompt=1_000_000, reply=2_000_000)
MOST = 10 + 2 * 8 + 100
"""Tokens that the question could take: the scripted model has four characters a token."""


def bounded(replies, **settings):
    return BoundedModel(ScriptedModel(replies), ModelSettings(**settings), "m")


def slug_of(client):
    with pytest.raises(ModelError) as caught:
        client.complete(ASKED)
    return caught.value.slug


def test_each_limit_holds():
    by_calls = bounded(["a"] * 9, max_calls=1)
    assert by_calls.complete(ASKED).text == "a"
    assert slug_of(by_calls) == "model-budget-spent"
    assert slug_of(bounded(["a"], max_calls=0)) == "model-budget-spent"
    assert slug_of(bounded(["a"], max_tokens=MOST - 1)) == "model-budget-spent"
    by_tokens = bounded(["a"] * 9, max_tokens=MOST + 11)
    by_tokens.complete(ASKED)  # took 11 of them
    by_tokens.complete(ASKED)
    assert slug_of(by_tokens) == "model-budget-spent"
    by_cost = bounded(["a"] * 9, max_cost=float(26 + 200 + 11), prices=(PRICE,))
    assert by_cost.complete(ASKED).cost == 10 + 2
    assert slug_of(by_cost) == "model-budget-spent"


def test_a_reply_of_unknown_length_counts_with_the_most_and_costs_nobody_knows_what():
    client = bounded([ModelReply("a", usage=Usage(None, None))], max_tokens=MOST, prices=(PRICE,))
    assert client.complete(ASKED).cost is None
    assert slug_of(client) == "model-budget-spent"


def test_an_unknown_price_is_not_nothing():
    assert bounded(["a"]).complete(ASKED).cost is None
    with pytest.raises(ModelError) as caught:
        bounded(["a"], max_cost=5.0, prices=(Price("other", 1, 1),))
    assert caught.value.slug == "model-price-unknown"


def test_questions_at_the_same_time_share_the_budget():
    inside, go = threading.Semaphore(0), threading.Event()

    def answer(request):
        return "a"

    class Slow(ScriptedModel):
        def complete(self, request, *, told=None):
            inside.release()
            go.wait()
            return super().complete(request, told=told)

    asked = Slow(answer)
    client = BoundedModel(asked, ModelSettings(max_tokens=2 * MOST), "m")
    threads = [threading.Thread(target=client.complete, args=(ASKED,)) for _ in range(2)]
    for each in threads:
        each.start()
        inside.acquire()
    assert slug_of(client) == "model-budget-spent"
    go.set()
    for each in threads:
        each.join()
    assert len(asked.requests) == 2


def test_a_question_that_failed_took_no_tokens_and_one_call():
    client = bounded([ModelError("no", slug="model-busy"), "a"], max_tokens=MOST, max_calls=2)
    assert slug_of(client) == "model-busy"
    assert client.complete(ASKED).text == "a"
    assert slug_of(client) == "model-budget-spent"


def test_what_does_not_fit_is_not_asked():
    model = ScriptedModel(["a"], context_size=MOST - 1)
    assert slug_of(BoundedModel(model, ModelSettings(), "m")) == "model-context-full"
    assert model.requests == []
    assert BoundedModel(ScriptedModel(["a"], context_size=MOST), ModelSettings(), "m").complete(ASKED).text == "a"
