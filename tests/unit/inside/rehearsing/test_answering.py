"""What code sends out is answered by the recorded request that is like it, each once."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from testwright.inside.rehearsing.answering import Answers


def one(method: str, url: str, **other: Any) -> dict[str, Any]:
    return {"method": method, "url": url, "status": 200} | other


def test_each_is_used_once_and_in_order() -> None:
    answers = Answers(
        [one("GET", "https://a/x", n=1), one("POST", "https://a/x", n=2), one("get", "https://b/x?q=1", n=3)]
    )
    assert [answers._answer("c", "GET", "https://a/x", [], None)["n"] for _ in range(2)] == [1, 3]
    with pytest.raises(ConnectionError, match="no request like GET https://a/x"):
        answers._answer("c", "GET", "https://a/x", [], None)
    assert [each["answer"] for each in answers.sent] == [0, 2, None]


@pytest.mark.parametrize(
    ("body", "told"),
    [(None, None), ("é", "é"), (b"x", "x"), (b"\xff", ["bytes", "/w=="]), (iter([b"x"]), "<list_iterator>")],
)
def test_bodies_are_told(body: Any, told: Any) -> None:
    answers = Answers([one("GET", "/")])
    answers._answer("c", "GET", "/", [("A", 1)], body)
    assert answers.sent[0]["body"] == told
    assert answers.sent[0]["headers"] == [["A", "1"]]


CLIENTS = {
    "requests": """
        import requests
        told = requests.post(URL, data=BODY, headers=HEADERS).json()
    """,
    "urllib3": """
        import urllib3
        told = json.loads(urllib3.PoolManager().request("POST", URL, body=BODY, headers=HEADERS).data)
    """,
    "urllib": """
        import http.client, urllib.error, urllib.request
        with urllib.request.urlopen(urllib.request.Request(URL, data=BODY, headers=HEADERS)) as response:
            assert (response.status, response.headers["X-Kept"]) == (201, "yes")
            told = json.load(response)
        try:
            urllib.request.urlopen("https://pay.example.com/v1/down")
        except urllib.error.URLError as error:
            assert isinstance(error.reason, ConnectionError)
        else:
            raise AssertionError("it was refused when recorded")
        connection = http.client.HTTPSConnection("pay.example.com")
        connection.request("GET", "/v1/plain")
        assert connection.getresponse().read() == b"plain"
    """,
    "httpx": """
        import httpx
        told = httpx.post(URL, content=BODY, headers=HEADERS).json()
    """,
    "httpx-async": """
        import asyncio, httpx
        async def ask():
            async with httpx.AsyncClient() as client:
                return (await client.post(URL, content=BODY, headers=HEADERS)).json()
        told = asyncio.run(ask())
    """,
    "aiohttp": """
        import asyncio, aiohttp
        async def ask():
            async with aiohttp.ClientSession(raise_for_status=True) as session:
                async with session.post(URL, json={"a": 1}, headers=HEADERS) as response:
                    assert (response.status, response.ok, response.headers["x-kept"]) == (201, True, "yes")
                    assert await response.text() == '{"ok": true}'
                    told = await response.json()
                try:
                    await session.get("https://pay.example.com/v1/missing")
                except aiohttp.ClientResponseError as error:
                    assert error.status == 404
                else:
                    raise AssertionError("an error was to be raised")
                return told
        told = asyncio.run(ask())
    """,
}
START = """
import json, sys
sys.path.insert(0, PLACE)
from testwright.inside.rehearsing.answering import Answers
URL, BODY, HEADERS = "https://pay.example.com/v1/pay?day=1", b'{"a": 1}', {"X-Key": "k"}
def one(method, path, **other):
    return {"method": method, "url": "https://pay.example.com/v1" + path} | other
answers = Answers([
    one("POST", "/pay", status=201, response_body='{"ok": true}',
        response_headers=[["Content-Type", "application/json"], ["X-Kept", "yes"], ["Content-Encoding", "gzip"]]),
    one("GET", "/down", raised="refused"),
    one("GET", "/plain", status=200, response_body="plain"),
    one("GET", "/missing", status=404),
])
answers.install()
"""


@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_is_answered_without_a_connection(client: str) -> None:
    package = client.partition("-")[0]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"SKIPPED FOR WANT OF A LIBRARY: {package}")
    source = str(Path(__file__).resolve().parents[4] / "src")
    script = START.replace("PLACE", repr(source)) + textwrap.dedent(CLIENTS[client])
    script += "\nprint(json.dumps([told, answers.sent[0]]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told, sent = json.loads(done.stdout)
    assert told == {"ok": True}
    assert (sent["client"], sent["method"], sent["url"]) == (client, "POST", "https://pay.example.com/v1/pay?day=1")
    assert json.loads(sent["body"]) == {"a": 1}
    assert {name.lower(): value for name, value in sent["headers"]}["x-key"] == "k"
