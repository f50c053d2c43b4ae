"""Requests that go out, with each client against a real server: what is recorded, and that the client sees no difference."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import testwright

from .http_clients import CLIENTS, MAIN

SOURCE = Path(testwright.__file__).parents[1]
REFUSED = {"ConnectionRefusedError", "NewConnectionError", "ConnectError", "ClientConnectorError"}
CHUNKS = [b"first line\n", b"second", b" line\n", b"the end"]


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: Any) -> None:
        """The tests' output is for other things."""

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/json":
            self.answer(b'{"id": 1, "token": "tok_9876543210abcdef"}', Content_Type="application/json")
        elif path == "/old":
            self.answer(b"moved", 302, Location="/json")
        elif path == "/chunks":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in CHUNKS) + b"0\r\n\r\n")
        elif path == "/gzip":
            body = gzip.compress(b'{"password": "squeezed12345"}', mtime=0)
            self.answer(body, Content_Type="application/json", Content_Encoding="gzip")
        elif path == "/slow":
            time.sleep(1)
            self.close_connection = True
        elif path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"too little")
            self.close_connection = True
        else:
            self.answer(b"nothing here", 404)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.answer(body, 201, Content_Type="application/json")


class Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients leave early here."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = Server(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def closed() -> Iterator[str]:
    """Where nobody listens, and nobody else will meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def run(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "NO_PROXY": "*"}
    command = [sys.executable, "-X", "dev", "program.py", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Exception ignored" not in done.stderr, done.stderr
    kinds = Counter(re.findall(r"\w+Warning: [a-zA-Z ]+", done.stderr))
    return f"{done.stdout}{sorted(kinds.items())}"


def spans_of(folder: Path) -> list[dict[str, Any]]:
    (log,) = (folder / ".testwright/recording").glob("*.log")
    records = [json.loads(line[9:]) for line in log.read_text().splitlines()]
    assert records[-1]["e"] == "end"
    assert "http" not in records[-1]["dropped"]
    return [each for each in records if each["e"] == "span"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "program.py").write_text(MAIN)
    return tmp_path


def below(spans: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The requests by the function (the outermost one) that they were made for."""
    by_number = {each["n"]: each for each in spans}
    found: dict[str, list[dict[str, Any]]] = {}
    for span in sorted((each for each in spans if each["kind"] == "http"), key=lambda each: each["n"]):
        above = by_number[span["parent"]]
        assert above["kind"] == "call"
        while by_number.get(above["parent"], {"name": "__main__:show"})["name"] != "__main__:show":
            above = by_number[above["parent"]]
        found.setdefault(above["name"].removeprefix("calls:"), []).append(span)
    return found


def told(spans: list[dict[str, Any]]) -> list[tuple[str, str, int | str]]:
    """(method, path, status or the error's name) of each."""
    found = []
    for data in (span["data"] for span in spans):
        outcome = data["status"] if "status" in data else data["raised"]["type"].rpartition(":")[2]
        found.append((data["method"], data["url"].partition("127.0.0.1:")[2].partition("/")[2], outcome))
    return found


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_sees_the_same_and_each_request_is_told_once(
    project: Path, client: str, base: str, closed: str
) -> None:
    if importlib.util.find_spec(client.partition(",")[0].partition(".")[0]) is None:
        pytest.skip(f"{client} is not installed: that its requests are recorded is not tested")
    (project / "calls.py").write_text(CLIENTS[client])
    assert run(project, base, closed, "record") == run(project, base, closed)
    spans = spans_of(project)
    made = below(spans)
    seen = {name: told(each) for name, each in made.items()}
    assert len([each for each in spans if each["kind"] == "http"]) == sum(map(len, seen.values()))
    (slow,), refused = seen.pop("slow"), seen.pop("refused")
    assert slow[:2] == ("GET", "slow")
    assert "Timeout" in str(slow[2])
    retries = client == "urllib3"
    assert [each[:2] for each in refused] == [("GET", "json")] * (2 if retries else 1)
    assert {each[2] for each in refused} < REFUSED
    both = [each for name in ("thread", "gather", "two", "one") for each in seen.pop(name, [])]
    again = seen.pop("reuse")
    assert [both, again[:1]] == [[("GET", "json", 200)] * 2, [("GET", "json", 200)]]
    assert len(again) == 2
    (get,) = made["get"]
    assert seen == {
        "get": [("GET", get["data"]["url"].rpartition("/")[2], 200)],
        "post": [("POST", "echo", 201)],
        "missing": [("GET", "missing", 404)],
        "redirect": [("GET", "old", 302), ("GET", "json", 200)],
        "chunks": [("GET", "chunks", 200)],
        "halfway": [("GET", "chunks", 200)],
        "gzipped": [("GET", "gzip", 200)],
        "cut_off": [("GET", "cut", 200)],
        "bodiless": [("HEAD", "json", 200)],
    }
    check_bodies(made)
    check_secrets(project, get["data"], made["post"][0]["data"])


def check_bodies(made: dict[str, list[dict[str, Any]]]) -> None:
    data = {name: each[-1]["data"] for name, each in made.items()}
    whole = b"".join(CHUNKS).decode()
    assert data["chunks"]["response_body"] == whole
    assert "unfinished" not in data["chunks"]
    assert whole.startswith(data["halfway"]["response_body"])
    assert len(data["halfway"]["response_body"]) >= 7
    assert data["missing"]["response_body"] == "nothing here"
    assert data["bodiless"]["response_body"] == ""
    assert "unfinished" not in data["bodiless"]
    assert data["cut_off"]["response_body"] == "too little"
    assert data["cut_off"].keys() & {"unfinished", "raised"}
    assert json.loads(data["gzipped"]["response_body"]).keys() == {"password"}
    assert json.loads(data["post"]["body"])["name"] == json.loads(data["post"]["response_body"])["name"] == "Ann"
    assert data["post"]["content_type"] == data["post"]["response_content_type"] == "application/json"
    assert {name.lower() for name, _ in data["post"]["headers"]} >= {"host", "content-length", "authorization"}
    assert data["get"]["body"] == ""
    if data["reuse"]["method"] == "POST":
        assert data["reuse"]["body"] == data["reuse"]["response_body"] == "ab"


SECRETS = ["opensesame17", "topsecret12345678", "hunter2hunter2", "tok_9876543210abcdef", "squeezed12345"]


def check_secrets(project: Path, got: dict[str, Any], posted: dict[str, Any]) -> None:
    (log,) = (project / ".testwright/recording").glob("*.log")
    assert [each for each in SECRETS if each in log.read_text()] == []
    assert json.loads(got["response_body"])["id"] == 1
    assert "api_key=" in got["url"]
