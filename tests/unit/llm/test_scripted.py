"""A scripted model answers as it is told to, and keeps what it was asked."""

from __future__ import annotations

import pytest

from testwright.errors import ModelError
from testwright.llm.exchange import Message, ModelRequest
from testwright.llm.scripted import ScriptedModel

ASKED = ModelRequest((Message("user", "write a test"),))


def test_answers_come_in_turn_or_by_the_request():
    listed = ScriptedModel(["one", ModelError("busy", slug="model-busy")])
    told: list[str] = []
    assert listed.complete(ASKED, told=told.append).text == "one"
    assert told == ["one"]
    for slug in ("model-busy", "replies-used-up"):
        with pytest.raises(ModelError) as caught:
            listed.complete(ASKED)
        assert caught.value.slug == slug
    assert listed.requests == [ASKED] * 3
    echo = ScriptedModel(lambda request: request.messages[0].text.upper())
    assert echo.complete(ASKED).text == "WRITE A TEST"
    assert echo.complete(ASKED).usage.prompt_tokens == 3
