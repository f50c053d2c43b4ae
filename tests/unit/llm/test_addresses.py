"""A model's address says of itself what it is; what is missing is said before anything is done."""

from __future__ import annotations

import hashlib
import sys

import pytest

from testwright.errors import ModelError
from testwright.llm.addresses import Address, read_address
from testwright.llm.gguf_file import fingerprint
from testwright.llm.model_settings import ModelSettings
from testwright.llm.opening import open_model


def test_each_kind_is_known_by_its_form(tmp_path):
    there = str(tmp_path / "a:b.gguf")
    (tmp_path / "a:b.gguf").write_bytes(b"GGUF")
    assert read_address(there, has_server=True) == Address("file", there)
    assert read_address("gone.gguf", has_server=False) == Address("file", "gone.gguf")
    assert read_address("o/r:x.gguf", has_server=False) == Address("hub", "o/r", "x.gguf")
    assert read_address("scripted:x", has_server=True) == Address("scripted", "x")
    for name in ("qwen3:8b", "o/r:x.gguf", "gone.gguf"):
        assert read_address(name, has_server=True) == Address("server", name)
    with pytest.raises(ModelError, match=r"qwen3:8b") as caught:
        read_address("qwen3:8b", has_server=False)
    assert caught.value.slug == "model-not-found"


@pytest.mark.parametrize("kind", ["local", "openai"])
def test_a_missing_library_says_how_to_install_it(tmp_path, monkeypatch, kind):
    for name in ("xllamacpp", "openai", "testwright.llm.openai_server", "testwright.llm.server_errors"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name in ("xllamacpp", "llama_cpp", "openai"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    address = str(tmp_path / "m.gguf") if kind == "local" else "m"
    url = "" if kind == "local" else "http://127.0.0.1:1/v1"
    with pytest.raises(ModelError) as caught:
        open_model(address, ModelSettings(base_url=url))
    assert caught.value.slug == "model-extra-missing"
    assert f"testwright[{kind}]" in caught.value.hint


def test_the_host_is_said_and_an_unnamed_one_refused_before_anything_is_sent():
    said: list[str] = []
    with pytest.raises(ModelError) as caught:
        open_model("m", ModelSettings(base_url="https://u:secret@far.example/v1"), announce=said.append)
    assert caught.value.slug == "model-host-not-named"
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"
    with pytest.raises(ModelError) as caught:
        open_model("gone.gguf", ModelSettings(base_url="https://far.example/v1"), announce=said.append)
    assert caught.value.slug == "model-not-found"
    assert said == []


def test_a_file_is_known_by_what_is_in_it_and_read_once(tmp_path, monkeypatch):
    file, cache = tmp_path / "m.gguf", str(tmp_path / "cache")
    file.write_bytes(b"GGUF one")
    one = fingerprint(str(file), cache)
    assert one == hashlib.sha256(b"GGUF one").hexdigest()
    monkeypatch.setattr("testwright.llm.gguf_file._sha256", lambda path: "read")
    assert fingerprint(str(file), cache) == one
    file.write_bytes(b"GGUF other")
    assert fingerprint(str(file), cache) == "read"
