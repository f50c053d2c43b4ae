"""Requests that the code sends out are answered in the test as they were when recorded."""

from __future__ import annotations

from typing import Any

import pytest

from testwright.propose.requests.upstream_mocks import NoMockError, UpstreamMocks, mocks_for
from testwright.python_source.render_plain import NoSourceError

BOTH = frozenset(["responses", "respx"])
URL = {"$": "text", "parts": [{"$": "setting", "name": "PAY_URL"}, "/pay?x=1"]}


def sent(client: str = "urllib3", url: Any = "https://x.example.com/a", answer: Any = 0) -> dict[str, Any]:
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
    assert [line.text.partition(" as ")[2] for line in mocks.around] == ["upstream_urllib3", "upstream_httpx"]
    assert mocks.after_call[0].text == (
        "sent = [upstream_urllib3.calls[0].request, upstream_httpx.calls[0].request, upstream_urllib3.calls[1].request]"
    )


def test_what_failed_fails_again() -> None:
    refused = {"raised": "refused"}
    assert "requests.ConnectionError" in inside(mocks_for([sent()], [refused], BOTH))[0]
    assert inside(mocks_for([sent("httpx")], [refused], BOTH)) == [
        'upstream.post("https://x.example.com/a").mock(side_effect=httpx.ConnectError("no answer"))'
    ]


def test_a_library_that_is_not_there_is_named() -> None:
    with pytest.raises(NoMockError, match="respx") as caught:
        mocks_for([sent("httpx")], [answered()], frozenset(["responses"]))
    assert caught.value.library == "respx"
