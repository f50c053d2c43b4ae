"""Requests that the code sends out are answered in the test as they were when recorded."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from testwright.nouns.source_text import Source
from testwright.propose.requests.from_request import import_lines
from testwright.propose.requests.mock_libraries import LIBRARIES
from testwright.propose.requests.sent_asserts import SentAsserts
from testwright.propose.requests.upstream_mocks import MockChoice, NoMockError, UpstreamMocks
from testwright.propose.requests.upstream_mocks import mocks_for as mocks_by
from testwright.python_source.render_plain import NoSourceError, json_source, plain_source

BOTH = frozenset(["responses", "respx"])
ALL = frozenset(LIBRARIES)
URL = {"$": "text", "parts": [{"$": "setting", "name": "PAY_URL"}, "/pay?x=1"]}


def mocks_for(
    sent: Any, recorded: Any, installed: frozenset[str], wanted: str = "", cassette: str = ""
) -> UpstreamMocks:
    return mocks_by(sent, recorded, MockChoice(installed, wanted, cassette))


def sent(client: str = "requests", url: Any = "https://x.example.com/a", answer: Any = 0) -> dict[str, Any]:
    return {"client": client, "method": "POST", "url": url, "answer": answer}


def answered(body: Any = '{"ok": true}', kind: str = "application/json", status: int = 200) -> dict[str, Any]:
    return {"status": status, "response_body": body, "response_content_type": kind}


def inside(mocks: UpstreamMocks) -> list[str]:
    return [line.text for line in mocks.inside]


def test_requests_are_answered_by_responses() -> None:
    mocks = mocks_for([sent()], [answered()], BOTH)
    assert [line.text for line in mocks.around] == ["responses.RequestsMock() as upstream"]
    assert inside(mocks) == ['upstream.post("https://x.example.com/a", json={"ok": True})']
    assert [line.text for line in mocks.after_call] == ["sent = upstream.calls[0].request"]
    assert mocks.fixtures == frozenset()


def test_httpx_is_answered_by_respx() -> None:
    mocks = mocks_for([sent("httpx")], [answered(status=201)], BOTH)
    assert inside(mocks) == ['upstream.post("https://x.example.com/a").respond(201, json={"ok": True})']
    assert inside(mocks_for([sent("httpx")], [answered("")], BOTH)) == [
        'upstream.post("https://x.example.com/a").respond(200)'
    ]


@pytest.mark.parametrize(
    ("body", "kind", "given"),
    [
        ("it's", "text/plain", 'body="it\'s"'),
        ("{no json", "application/json", 'body="{no json"'),
        (["bytes", "AP8="], "image/png", 'body=b"\\x00\\xff"'),
        (["bytes", "AP8="], "application/json", 'body=b"\\x00\\xff"'),
        ("[1]", "application/problem+json", "json=[1]"),
    ],
)
def test_bodies(body: Any, kind: str, given: str) -> None:
    assert inside(mocks_for([sent()], [answered(body, kind)], BOTH)) == [
        f'upstream.post("https://x.example.com/a", {given})'
    ]


def test_an_address_is_that_of_the_setting_without_its_query() -> None:
    mocks = mocks_for([sent(url=URL)], [answered("", status=404)], BOTH)
    assert inside(mocks) == ['upstream.post(f"{settings.PAY_URL}/pay", status=404)']
    assert mocks.fixtures == {"settings"}
    alone = mocks_for([sent(url={"$": "setting", "name": "PAY_URL"})], [answered("")], BOTH)
    assert "settings.PAY_URL" in inside(alone)[0]


def test_an_address_with_the_key_of_a_row_has_no_mock() -> None:
    with pytest.raises(NoSourceError):
        mocks_for([sent(url={"$": "text", "parts": ["/o/", {"$": "pk", "of": "order"}]})], [answered()], BOTH)


def test_two_clients_have_two_mocks() -> None:
    mocks = mocks_for([sent(), sent("httpx", answer=1), sent(answer=2)], [answered()] * 3, BOTH)
    assert [line.text.partition(" as ")[2] for line in mocks.around] == ["upstream_responses", "upstream_respx"]
    assert mocks.after_call[0].text == (
        "sent = [upstream_responses.calls[0].request, upstream_respx.calls[0].request, "
        "upstream_responses.calls[1].request]"
    )


def test_what_failed_fails_again() -> None:
    refused = {"raised": "refused"}
    assert "requests.ConnectionError" in inside(mocks_for([sent()], [refused], BOTH))[0]
    assert inside(mocks_for([sent("httpx")], [refused], BOTH)) == [
        'upstream.post("https://x.example.com/a").mock(side_effect=httpx.ConnectError("no answer"))'
    ]


def test_a_library_that_is_not_there_is_named() -> None:
    with pytest.raises(NoMockError, match="respx or mocket or httpretty or vcr: install it"):
        mocks_for([sent("httpx")], [answered()], frozenset(["responses"]))
    with pytest.raises(NoMockError, match="vcr is not installed"):
        mocks_for([sent("aiohttp")], [answered()], BOTH, "vcr", "a.json")


@pytest.mark.parametrize(
    ("library", "client", "reason"),
    [
        ("responses", "urllib3", "responses does not answer requests of urllib3; mocket, httpretty, vcr does"),
        ("respx", "requests", "respx does not answer requests of requests"),
        ("mocket", "aiohttp", "mocket does not answer requests of aiohttp; vcr does"),
        ("httpretty", "httpx-async", "httpretty does not answer requests of httpx's asynchronous client"),
        ("httpretty", "requests", "with urllib3 2.3 or newer"),
        ("vcr", "requests", "say where with -o FILE"),
    ],
)
def test_what_a_library_cannot_answer_is_refused_with_the_reason(library: str, client: str, reason: str) -> None:
    with pytest.raises(NoMockError, match=reason):
        mocks_for([sent(client)], [answered()], ALL | {"urllib3:shutdown"}, library)


def test_httpretty_answers_requests_on_an_older_urllib3() -> None:
    assert inside(mocks_for([sent()], [answered()], ALL, "httpretty")) == [
        'httpretty.register_uri(httpretty.POST, "https://x.example.com/a", body=json.dumps({"ok": True}), '
        'content_type="application/json")'
    ]


@pytest.mark.parametrize("library", ["httpretty", "vcr"])
def test_a_request_that_failed_is_refused_where_it_cannot_fail_again(library: str) -> None:
    with pytest.raises(NoSourceError, match="cannot fail as this one did"):
        mocks_for([sent("urllib")], [{"raised": "refused", "url": "https://x.example.com/a"}], ALL, library, "a.json")


def test_a_cassette_compares_what_is_the_same_each_time() -> None:
    key = {"order": {"$": "pk", "of": "order"}}
    one = sent(url="https://x.example.com/a?day=1") | {"json": {"a": 1}}
    recorded = answered() | {"url": "https://x.example.com/a?day=1"}
    same = mocks_for([one], [recorded], ALL, "vcr", "a.json")
    assert 'match_on=["method", "path", "query", "body"]' in same.around[0].text
    other = mocks_for([one | {"json": key}], [recorded], ALL, "vcr", "a.json")
    assert 'match_on=["method", "path", "query"]' in other.around[0].text
    assert [line.text for line in other.asserts] == ["assert upstream.all_played"]
    (request,) = (each["request"] for each in json.loads(same.cassettes["a.json"])["interactions"])
    assert request["uri"] == "http://upstream.example/a?day=1"
    with pytest.raises(NoSourceError, match="texts only"):
        mocks_for([one], [recorded | {"response_body": ["bytes", "AP8="]}], ALL, "vcr", "a.json")


# -- as they run ------------------------------------------------------------------------------------------------------

CLIENTS = {
    "requests": "import requests\nresponse = requests.post(URL, data=BODY, headers=HEADERS)\nanswer = response.json()",
    "urllib3": """
        import urllib3
        response = urllib3.PoolManager().request("POST", URL, body=BODY, headers=HEADERS)
        answer = json.loads(response.data)
    """,
    "urllib": """
        import urllib.request
        with urllib.request.urlopen(urllib.request.Request(URL, data=BODY, headers=HEADERS)) as response:
            answer = json.load(response)
    """,
    "httpx": "import httpx\nanswer = httpx.post(URL, content=BODY, headers=HEADERS).json()",
    "httpx-async": """
        import asyncio, httpx
        async def ask():
            async with httpx.AsyncClient() as client:
                return (await client.post(URL, content=BODY, headers=HEADERS)).json()
        answer = asyncio.run(ask())
    """,
    "aiohttp": """
        import asyncio, aiohttp
        async def ask():
            async with aiohttp.ClientSession() as session:
                async with session.post(URL, data=BODY, headers=HEADERS) as response:
                    return await response.json()
        answer = asyncio.run(ask())
    """,
}
ADDRESS = "https://pay.example.com/v1/pay?day=1"
START = f"""
import json
URL, BODY = {ADDRESS!r}, b'{{"a": 1}}'
HEADERS = {{"X-Key": "k", "Content-Type": "application/json"}}
"""


def written(library: str, client: str) -> tuple[str, UpstreamMocks]:
    """What sends two requests and asserts what was sent, as a test would."""
    found = {"headers": [["X-Key", "k"]], "json": {"a": 1}}
    both = [sent(client, ADDRESS, number) | found for number in range(2)]
    recorded = [answered('{"n": 1}') | {"url": ADDRESS}, answered('{"n": 2}', status=201) | {"url": ADDRESS}]
    mocks = mocks_for(both, recorded, ALL, library, f"{client}.json")

    def equal(left: str, right: Any) -> Any:
        yield right().around(f"assert {left} == ")

    asserts = [
        line
        for number, one in enumerate(both)
        for line in SentAsserts(equal, plain_source, json_source).lines(f"sent[{number}]", one, mocks.forms[client])
    ]
    call = textwrap.dedent(CLIENTS[client]).strip()
    inner = [
        *(line.text for line in mocks.inside),
        call,
        "assert answer == {'n': 1}",
        call,
        "assert answer == {'n': 2}",
    ]
    inner += [line.text for line in mocks.after_call]
    block = textwrap.indent("\n".join(inner), "    ")
    (manager,) = mocks.around
    sources: list[Source] = [*mocks.around, *mocks.inside, *mocks.after_call, *mocks.asserts, *asserts]
    imports = import_lines(frozenset().union(*(source.imports for source in sources)))
    held = "\n".join(line.text for line in (*mocks.asserts, *asserts))
    return "\n".join([START, imports, f"with {manager.text}:", block, held, f"print({client!r})"]), mocks


@pytest.mark.parametrize("library", LIBRARIES)
def test_what_is_written_answers_every_client_that_it_is_said_to(library: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(LIBRARIES[library].module) is None:
        pytest.skip(f"SKIPPED FOR WANT OF A LIBRARY: {library}")
    clients = sorted(LIBRARIES[library].clients - LIBRARIES[library].broken)
    clients = [each for each in clients if importlib.util.find_spec(each.partition("-")[0]) is not None]
    (tmp_path / "cassettes").mkdir()
    texts = []
    for client in clients:
        text, mocks = written(library, client)
        texts.append(text)
        for name, cassette in mocks.cassettes.items():
            (tmp_path / "cassettes" / name).write_text(cassette)
    script = tmp_path / "script.py"
    script.write_text("\n".join(texts))
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.stdout.split() == clients, done.stderr
    assert library == "vcr" or 'headers["' in texts[0]
