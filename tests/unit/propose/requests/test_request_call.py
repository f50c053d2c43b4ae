"""A request is sent as it was: by its method, to the same place, with the same body, as the same user."""

from __future__ import annotations

import ast
import base64
from typing import Any

import pytest

from testwright.propose.requests.request_call import RequestCall, octets_of
from testwright.python_source.render_literal import text_literal
from testwright.python_source.render_plain import NoSourceError

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def sent(recorded: Any) -> Any:
    """The call, after the rows of these spans."""

    def call(request: Any, *spans: Any, exact: bool = False) -> str:
        return str(whole(request, *spans, exact=exact).act().call.text)

    def whole(request: Any, *spans: Any, exact: bool = False) -> RequestCall:
        flat = [span for part in spans for span in part]
        return RequestCall(recorded.facts, recorded.arranged(flat), [request, *flat], exact)

    call.whole = whole  # type: ignore[attr-defined]
    return call


def test_methods(recorded: Any, sent: Any) -> None:
    assert sent(recorded.request("GET", "/a b/")) == 'client.get("/a b/")'
    assert sent(recorded.request("DELETE", "/x", query="a=1&a=2&b")) == 'client.delete("/x?a=1&a=2&b")'
    assert sent(recorded.request("PURGE", "/x")) == 'client.generic("PURGE", "/x")'


def test_a_key_in_the_path_is_that_of_its_row(recorded: Any, sent: Any) -> None:
    tags = recorded.rows("shop.Tag", "id name", (7, "hot"))
    asked = recorded.span(
        "sql", sql='SELECT "shop_tag"."id" FROM "shop_tag" WHERE "shop_tag"."id" = %s', parameters=["tuple", 7]
    )
    assert sent(recorded.request("GET", "/tags/7/"), tags, [asked]) == 'client.get(f"/tags/{hot.pk}/")'
    assert sent(recorded.request("GET", "/pages/7/"), tags) == 'client.get("/pages/7/")'  # nobody asked for the row
    assert sent(recorded.request("GET", "/t/", query="tag=7&n=7"), tags) == 'client.get(f"/t/?tag={hot.pk}&n=7")'
    quoted = sent(recorded.request("GET", "/tags/7/", query='q="it\'s"{}'), tags, [asked])
    assert ast.parse(quoted)
    assert quoted == "client.get(f'/tags/{hot.pk}/?q=\"it\\'s\"{{}}')"


def test_a_form_that_sends_a_field_several_times(recorded: Any, sent: Any) -> None:
    body = "name=a&tag=1&tag=2&tag=3&empty=&csrfmiddlewaretoken=x"
    request = recorded.request("POST", "/", body, "application/x-www-form-urlencoded")
    assert sent(request) == 'client.post("/", {"name": "a", "tag": ["1", "2", "3"], "empty": ""})'
    assert sent(request, exact=True) == (
        'client.post("/", urlencode({"name": "a", "tag": ["1", "2", "3"], "empty": ""}, doseq=True), '
        'content_type="application/x-www-form-urlencoded")'
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_form_of_another_method_than_post_is_packed(recorded: Any, sent: Any, method: str) -> None:
    request = recorded.request(method, "/", "a=1", "application/x-www-form-urlencoded")
    assert sent(request) == (
        f'client.{method.lower()}("/", urlencode({{"a": "1"}}, doseq=True), content_type="application/x-www-form-urlencoded")'
    )


def test_json(recorded: Any, sent: Any) -> None:
    tags = recorded.rows("shop.Tag", "id name", (7, "hot"))
    body = '{"tag": 7, "tags": [7, 8], "n": 7, "on": true, "note": null}'
    assert sent(recorded.request("PUT", "/", body, "application/json; charset=utf-8"), tags) == (
        'client.put("/", {"tag": hot.pk, "tags": [hot.pk, 8], "n": 7, "on": True, "note": None}, content_type="application/json")'
    )
    assert sent(recorded.request("POST", "/", "{no json", "application/json")) == (
        'client.post("/", "{no json", content_type="application/json")'
    )


def test_other_bodies_are_sent_as_they_were(recorded: Any, sent: Any) -> None:
    octets = ["bytes", base64.b64encode(b"\x00'\xff").decode()]
    assert sent(recorded.request("POST", "/", octets, "image/png")) == (
        'client.post("/", b"\\x00\'\\xff", content_type="image/png")'
    )
    assert (
        sent(recorded.request("POST", "/", "<a/>", "text/xml")) == 'client.post("/", "<a/>", content_type="text/xml")'
    )


PARTS = [
    (b'name="name"', b"", "it's é".encode()),
    (b'name="tag"', b"", b"1"),
    (b'name="tag"', b"", b"2"),
    (b'name="sheet"; filename="a \\"b\\".bin"', b"Content-Type: application/x-thing\r\n", b"\x00\r\n\xff\x89--\n"),
    (b'name="sheet"; filename="c.txt"', b"Content-Type: text/plain; charset=utf-8\r\n", b"line\r\n"),
]


def multipart(parts: list[tuple[bytes, bytes, bytes]]) -> list[str]:
    body = b"".join(
        b"--XX\r\nContent-Disposition: form-data; " + head + b"\r\n" + more + b"\r\n" + content + b"\r\n"
        for head, more, content in parts
    )
    return ["bytes", base64.b64encode(body + b"--XX--\r\n").decode()]


def test_files_and_fields_of_a_multipart_form(recorded: Any, sent: Any) -> None:
    call = sent(recorded.request("POST", "/", multipart(PARTS), "multipart/form-data; boundary=XX"))
    tree = ast.parse(call).body[0]
    assert isinstance(tree, ast.Expr)
    assert isinstance(tree.value, ast.Call)
    given = tree.value.args[1]
    assert isinstance(given, ast.Dict)
    fields = {
        ast.literal_eval(key): value for key, value in zip(given.keys, given.values, strict=True) if key is not None
    }
    assert ast.literal_eval(fields["name"]) == "it's é"
    assert ast.literal_eval(fields["tag"]) == ["1", "2"]
    assert isinstance(fields["sheet"], ast.List)
    files = [
        [ast.literal_eval(each) for each in call.args] for call in fields["sheet"].elts if isinstance(call, ast.Call)
    ]
    assert files == [['a "b".bin', PARTS[3][2]], ["c.txt", PARTS[4][2]]]


def test_a_multipart_form_of_another_method_is_packed(recorded: Any, sent: Any) -> None:
    request = recorded.request("PUT", "/", multipart(PARTS[:1]), "multipart/form-data; boundary=XX")
    assert sent(request) == (
        'client.put("/", encode_multipart(BOUNDARY, {"name": "it\'s é"}), content_type=MULTIPART_CONTENT)'
    )
    assert ("django.test.client", "MULTIPART_CONTENT") in sent.whole(request).act().call.imports


def test_a_body_that_was_cut_is_not_sent(recorded: Any, sent: Any) -> None:
    with pytest.raises(NoSourceError):
        sent(recorded.request("POST", "/", ["cut", "bytes", 9, "", ["bytes", ""]], "multipart/form-data; boundary=XX"))


@pytest.mark.parametrize(
    "body", ["", "--XX", "no form at all", "--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--"]
)
def test_a_multipart_form_that_is_none_is_sent_as_it_was(recorded: Any, sent: Any, body: str) -> None:
    kind = "multipart/form-data; boundary=XX"
    call = sent(recorded.request("POST", "/", body, kind))
    given = f", {text_literal(body)}, content_type={text_literal(kind)}" if body else ""
    assert call == f'client.post("/"{given})'


def test_headers_that_say_something_are_sent(recorded: Any, sent: Any) -> None:
    headers = [
        ["Accept", "*/*"],
        ["Host", "x"],
        ["Cookie", "a=1"],
        ["X-Shop", 'a"b'],
        ["Accept", "text/csv"],
        ["Sec-Fetch-Mode", "x"],
    ]
    assert (
        sent(recorded.request(headers=headers)) == 'client.get("/", headers={"X-Shop": \'a"b\', "Accept": "text/csv"})'
    )


def test_the_user_of_the_session_is_logged_in(recorded: Any, sent: Any) -> None:
    users = recorded.rows("auth.User", "id username email", (1, "ada", "a@example.com"))
    request = recorded.request(user="ada", headers=[["Cookie", "sessionid=1"]])
    assert [line.text for line in sent.whole(request, users).act().before] == ["client.force_login(ada)"]
    for other in (
        recorded.request(user="ada"),
        recorded.request(user="ada", headers=[["Cookie", "x"], ["Authorization", "Token x"]]),
        recorded.request(user="bo", headers=[["Cookie", "x"]]),
    ):
        assert sent.whole(other, users).act().before == ()
    made = recorded.span("sql", sql='INSERT INTO "django_session" VALUES (1)')
    assert sent.whole(request, users, [made]).act().before == ()  # it logged in by itself


def test_octets() -> None:
    assert octets_of(["bytes", "AP8="]) == b"\x00\xff"
    assert octets_of(["cut", "bytes", 9]) == b""
    assert octets_of("é") == "é".encode()
