"""A file of a hub on loopback is loaded once, goes on where it stopped, and is what the hub says it is."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from needed_libraries import require

from testwright.errors import ModelError
from testwright.llm.model_settings import ModelSettings

require("huggingface_hub")


from testwright.llm.hub_files import headers_for, hub_file

CONTENT = b"GGUF" + bytes(range(256)) * 4000
COMMIT = "a" * 40


class Hub:
    """Has o/r:m.gguf; `cut` is after how many bytes it hangs up, once, and then it may refuse all."""

    def __init__(self):
        self.requests, self.cut, self.tag = [], 0, hashlib.sha256(CONTENT).hexdigest()
        self.was_cut = self.refuses_after_cut = False
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.answer(False)

            def do_GET(self):
                self.answer(True)

            def answer(self, with_body):
                hub.requests.append((self.command, self.path, self.headers.get("Range", "")))
                if self.path != "/o/r/resolve/main/m.gguf" and self.path != f"/o/r/resolve/{COMMIT}/m.gguf":
                    self.send_response(404)
                    self.send_header("X-Error-Code", "EntryNotFound")
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                if hub.was_cut and hub.refuses_after_cut:
                    self.send_response(403)
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                begin = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
                part = CONTENT[begin:]
                self.send_response(206 if begin else 200)
                self.send_header("ETag", f'"{hub.tag}"')
                self.send_header("X-Repo-Commit", COMMIT)
                self.send_header("Accept-Ranges", "bytes")
                self.send_header("Content-Length", str(len(part)))
                if begin:
                    self.send_header("Content-Range", f"bytes {begin}-{len(CONTENT) - 1}/{len(CONTENT)}")
                self.end_headers()
                if with_body and hub.cut:
                    self.wfile.write(part[: hub.cut])
                    hub.cut, hub.was_cut = 0, True
                    return self.connection.close()
                if with_body:
                    self.wfile.write(part)

            def log_message(self, format, *args):
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


@pytest.fixture
def hub(monkeypatch):
    found = Hub()
    monkeypatch.setenv("HF_ENDPOINT", found.url)
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def settings(tmp_path):
    return ModelSettings(cache_folder=str(tmp_path / "cache"))


def load(settings, name="m.gguf", said=None):
    return hub_file("o/r", name, settings, (said if said is not None else []).append)


def test_a_file_is_loaded_once_and_said_before(hub, settings):
    said: list[str] = []
    path = load(settings, said=said)
    assert Path(path).read_bytes() == CONTENT
    assert said == [f"o/r:m.gguf is loaded from {hub.url} (1.0 MB)"]
    assert path.startswith(settings.cache_folder)
    hub.requests.clear()
    assert load(settings, said=said) == path
    assert (hub.requests, len(said)) == ([], 1)


def test_what_was_cut_goes_on_where_it_stopped(hub, settings, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 100_000)
    hub.cut = 300_000
    hub.refuses_after_cut = True
    with pytest.raises(ModelError) as caught:
        load(settings)
    assert caught.value.slug == "model-download-failed"
    hub.refuses_after_cut = False
    hub.requests.clear()
    assert Path(load(settings)).read_bytes() == CONTENT
    assert [asked for command, _, asked in hub.requests if command == "GET"] == ["bytes=300000-"]
    assert [path.suffix for path in Path(settings.cache_folder, "models").iterdir() if path.suffix == ".part"] == []


def test_the_token_goes_to_the_hub_alone(hub, settings, monkeypatch):
    monkeypatch.setattr("huggingface_hub.utils._headers.get_token", lambda: "hf_secret")
    assert headers_for(f"{hub.url}/o/r", hub.url)["authorization"] == "Bearer hf_secret"
    assert "hf_secret" not in str(headers_for("https://files.example/x", hub.url))


def test_another_content_than_the_hub_says_is_not_kept(hub, settings):
    hub.tag = "0" * 64
    with pytest.raises(ModelError, match="SHA-256") as caught:
        load(settings)
    assert caught.value.slug == "model-download-failed"
    hub.tag = hashlib.sha256(CONTENT).hexdigest()
    assert Path(load(settings)).read_bytes() == CONTENT


def test_a_full_disk_is_seen_before(hub, settings, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 100_500_000))
    with pytest.raises(ModelError) as caught:
        load(settings)
    assert caught.value.slug == "model-download-too-large"
    assert not [command for command, _, _ in hub.requests if command == "GET"]


def test_what_is_not_there_is_explained(hub, settings, tmp_path):
    with pytest.raises(ModelError) as caught:
        load(settings, "other.gguf")
    assert caught.value.slug == "model-download-failed"
    with pytest.raises(ModelError) as caught:
        hub_file("o/..", "m.gguf", settings, print)
    assert caught.value.slug == "model-download-failed"


def test_offline_asks_no_hub_but_one_of_this_machine(hub, tmp_path, monkeypatch):
    offline = ModelSettings(cache_folder=str(tmp_path / "cache"), is_offline=True)
    monkeypatch.setenv("HF_ENDPOINT", "https://far.example")
    with pytest.raises(ModelError) as caught:
        load(offline)
    assert caught.value.slug == "model-offline"
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    path = load(offline)
    monkeypatch.setenv("HF_ENDPOINT", "https://far.example")
    assert load(offline) == path
