"""llama-cpp-python is asked as its documentation says; a stand-in speaks for it, as it has no wheel to install."""

from __future__ import annotations

import importlib.util
import sys
from types import SimpleNamespace

import pytest

from testwright.errors import ModelError
from testwright.llm.exchange import Message, ModelRequest, Sampling
from testwright.llm.model_settings import ModelSettings
from testwright.llm.opening import open_model

ASKED = ModelRequest((Message("user", "u"),), sampling=Sampling(max_tokens=9, stop=("x",)), sample=2)


class Llama:
    model = "pointer"

    def __init__(self, path, **settings):
        if path.endswith("bad.gguf"):
            raise ValueError("Failed to load model from file")
        self.settings, self.asked = settings, []

    def n_ctx(self):
        return 700

    def tokenize(self, text, add_bos, special):
        return list(text.split())

    def create_completion(self, **words):
        self.asked.append(words)
        if words["prompt"] == "long":
            raise ValueError("Requested tokens (900) exceed context window of 700")
        yield {"choices": [{"text": "ra", "finish_reason": None}]}
        yield {"choices": [{"text": "w", "finish_reason": "length"}]}

    def create_chat_completion(self, **words):
        self.asked.append(words)
        yield {"choices": [{"delta": {"role": "assistant"}, "finish_reason": None}]}
        yield {"choices": [{"delta": {"content": "chat"}, "finish_reason": None}]}
        yield {"choices": [{"delta": {}, "finish_reason": "stop"}]}


@pytest.fixture
def model(tmp_path, monkeypatch):
    grammar = SimpleNamespace(
        from_string=lambda text, verbose: ("gbnf", text), from_json_schema=lambda text, verbose: ("schema", text)
    )
    stand_in = SimpleNamespace(
        Llama=Llama,
        LlamaGrammar=grammar,
        llama_model_get_vocab=lambda model: model,
        llama_sampler_init_grammar=lambda vocabulary, text, root: text != b"bad",
        llama_sampler_free=lambda sampler: None,
        __spec__=importlib.util.find_spec("json"),
    )
    monkeypatch.setitem(sys.modules, "llama_cpp", stand_in)
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    return open_model(str(tmp_path / "m.gguf"), ModelSettings(threads=3, cache_folder=str(tmp_path)))


def test_it_is_asked_in_its_own_words(model):
    told: list[str] = []
    reply = model.complete(ASKED, told=told.append)
    assert (reply.text, reply.finish, told) == ("chat", "stop", ["chat"])
    raw = model.complete(ModelRequest(prompt="p", grammar="root ::= x", sampling=Sampling(max_tokens=9)))
    assert (raw.text, raw.finish) == ("raw", "length")
    model.complete(ModelRequest(prompt="p", schema={"type": "object"}, sampling=Sampling(max_tokens=9)))
    llama = model._client._llama
    assert (llama.settings["n_threads"], llama.settings["n_ctx"], model.context_size) == (3, 8192, 700)
    chat, grammar, schema = llama.asked
    assert chat["messages"] == [{"role": "user", "content": "u"}]
    assert (chat["seed"], chat["max_tokens"], chat["stop"], chat["grammar"]) == (2, 9, ["x"], None)
    assert grammar["grammar"] == ("gbnf", "root ::= x")
    assert schema["grammar"] == ("schema", '{"type": "object"}')


def test_its_errors_are_explained(model, tmp_path):
    with pytest.raises(ModelError) as caught:
        model.complete(ModelRequest(prompt="long", sampling=Sampling(max_tokens=9)))
    assert caught.value.slug == "model-context-full"
    with pytest.raises(ModelError) as caught:
        model.complete(ModelRequest(prompt="p", grammar="bad", sampling=Sampling(max_tokens=9)))
    assert caught.value.slug == "model-refused"
    (tmp_path / "bad.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelError) as caught:
        open_model(str(tmp_path / "bad.gguf"), ModelSettings(cache_folder=str(tmp_path)))
    assert caught.value.slug == "model-cannot-load"
