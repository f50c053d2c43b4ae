"""Requests that end otherwise than by being read: what is recorded of them, and that nothing of theirs is changed."""

from __future__ import annotations

import gc
import http.client
import io
import json
import pickle
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from testwright.inside.recording.boundaries import http_client, httpx_transport, urllib3_pool
from testwright.inside.recording.boundaries.http_body import HttpBody
from testwright.inside.recording.session import Session


class Spans(list[dict[str, Any]]):
    """A log that keeps the spans."""

    def write(self, record: Mapping[str, Any], /) -> None:
        if record["e"] == "span":
            self.append(record["data"])


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: Any) -> None:
        """The tests' output is for other things."""

    def do_GET(self) -> None:
        body = b"0123456789" * 40_000 if self.path == "/large" else b'{"a": 1}\n{"b": 2}\n'
        self.send_response(200)
        if self.path == "/br":
            self.send_header("Content-Encoding", "br")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = False


class Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients leave early here."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = Server(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def spans() -> Spans:
    return Spans()


@pytest.fixture
def session(spans: Spans) -> Iterator[Session]:
    made = Session(spans)
    undo: list[Callable[[], None]] = [http_client.install(made, http.client)]
    try:
        import urllib3.connectionpool

        undo.append(urllib3_pool.install(made, urllib3.connectionpool))
        import httpx

        undo.append(httpx_transport.install(made, httpx))
    except ImportError:
        pass  # the tests that need them say so
    yield made
    for each in reversed(undo):
        each()


def ask(host: str, path: str = "/", **named: Any) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(host, timeout=5)
    connection.request("GET", path, **named)
    return connection.getresponse()


def test_what_is_replaced_looks_as_before_and_is_put_back(spans: Spans) -> None:
    before = dict(vars(http.client.HTTPConnection))
    undo = http_client.install(Session(spans), http.client)
    assert vars(http.client.HTTPConnection).keys() == before.keys()
    assert vars(http.client.HTTPConnection)["send"] is not before["send"]
    assert http.client.HTTPConnection.send.__qualname__ == "HTTPConnection.send"
    undo()
    assert dict(vars(http.client.HTTPConnection)) == before


def test_outside_of_a_trace_nothing_is_done(session: Session, spans: Spans, host: str) -> None:
    response = ask(host)
    assert type(response.fp) is io.BufferedReader
    with session.within(session.begin("block", "x")):
        response.read()
    assert spans == []


def test_a_trace_that_ends_first_has_what_there_is(session: Session, spans: Spans, host: str) -> None:
    scope = session.begin("block", "x")
    with session.within(scope):
        response = ask(host)
        assert response.read(3) == b'{"a'
        session.end(scope)
    assert response.read() == b'": 1}\n{"b": 2}\n'
    (span,) = spans
    assert (span["status"], span["response_body"], span["unfinished"]) == (200, '{"a', True)


def test_a_response_and_a_connection_that_are_dropped(session: Session, spans: Spans, host: str) -> None:
    with session.within(session.begin("block", "x")):
        response: Any = ask(host)
        response.read(3)
        assert spans == []
        del response
        connection: Any = http.client.HTTPConnection(host)
        connection.request("GET", "/never-read")
        connection.close()
        del connection
        gc.collect()
    assert [(span.get("status"), span["unfinished"]) for span in spans] == [(200, True), (None, True)]
    assert spans[1]["url"] == f"http://{host}/never-read"


def test_it_can_be_read_in_all_ways(session: Session, spans: Spans, host: str) -> None:
    reads: list[Callable[[Any], Any]] = [
        lambda response: json.loads(response.readline()) and response.readlines(),
        lambda response: io.TextIOWrapper(response).read(),
        lambda response: io.BufferedReader(response).read(),
        lambda response: [response.readinto(bytearray(5)), response.peek(3), response.read1(), response.read()],
        lambda response: response.fp.readlines(10),
    ]
    for read in reads:
        plain = read(ask(host))
        with session.within(session.begin("block", "x")):
            response = ask(host)
            assert isinstance(response.fp, io.BufferedReader)
            with pytest.raises(TypeError, match="BufferedReader"):
                pickle.dumps(response.fp)
            assert read(response) == plain
            response.close()
    assert [span["response_body"] for span in spans] == ['{"a": 1}\n{"b": 2}\n'] * 5


def test_a_large_body_is_cut_and_an_unknown_encoding_not_kept(session: Session, spans: Spans, host: str) -> None:
    with session.within(session.begin("block", "x")):
        assert len(ask(host, "/large").read()) == 400_000
        ask(host, "/br").read()
    large, encoded = (span["response_body"] for span in spans)
    assert (large[:3], len(large[4])) == (["cut", "str", 400_000], 256 * 1024)
    assert encoded == ["opaque", "builtins:bytes", "encoded: br"]


def test_bodies_that_are_sent(session: Session, spans: Spans, host: str) -> None:
    with session.within(session.begin("block", "x")):
        for body in (b"abc", bytearray(b"abc"), io.BytesIO(b"abc"), [b"a", b"bc"], "abc"):
            connection = http.client.HTTPConnection(host)
            connection.request("POST", "/", body, {"Content-Length": "3"})
            assert connection.getresponse().read() == b""
            connection.close()
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "3")
        connection.endheaders()
        connection.send(io.BytesIO(b"abc"))
        assert connection.getresponse().status == 204
        connection.close()
    assert [span["body"] for span in spans[:5]] == ["abc"] * 5
    assert spans[5]["body"] == ["opaque", "builtins:bytes", "stream"]
    assert not any("unfinished" in span for span in spans)


def test_a_proxy_is_not_told_for_itself(session: Session, spans: Spans, host: str) -> None:
    with session.within(session.begin("block", "x")):
        connection = http.client.HTTPConnection(host)
        connection.set_tunnel("shop.example", 80)
        connection.request("GET", "/a?next=http://other.example")
        connection.getresponse().read()
        connection.close()
        connection = http.client.HTTPConnection(host)
        connection.request("GET", "http://shop.example/b")
        connection.getresponse().read()
        connection.close()
    assert [span["url"] for span in spans] == [
        "http://shop.example/a?next=http://other.example",
        "http://shop.example/b",
    ]


def test_a_request_that_cannot_be_made_has_not_gone_out(session: Session, spans: Spans, host: str) -> None:
    with session.within(session.begin("block", "x")):
        connection = http.client.HTTPConnection(host)
        with pytest.raises(http.client.InvalidURL):
            connection.request("GET", "/with blank")
        with pytest.raises(http.client.ResponseNotReady):
            connection.getresponse()
    assert spans == []


def test_urllib3_without_a_connection(session: Session, spans: Spans) -> None:
    urllib3 = pytest.importorskip("urllib3")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{bound.getsockname()[1]}/a"
        with session.within(session.begin("block", "x")), pytest.raises(urllib3.exceptions.MaxRetryError):
            urllib3.PoolManager(retries=1).request("GET", url, headers={"X-Name": "Ann"})
    assert [(span["client"], span["url"], span["headers"]) for span in spans] == [
        ("urllib3", url, [["X-Name", "Ann"]])
    ] * 2
    assert {span["raised"]["type"] for span in spans} == {"urllib3.exceptions:NewConnectionError"}


def test_httpx_keeps_its_request_and_its_transports_for_tests(session: Session, spans: Spans, host: str) -> None:
    httpx = pytest.importorskip("httpx")
    with session.within(session.begin("block", "x")), httpx.Client(trust_env=False) as client:
        made = client.build_request("POST", f"http://{host}/", content=iter([b"abc"]), headers={"Content-Length": "3"})
        stream, request = made.stream, made
        response = client.send(request)
        assert response.request is request
        assert request.stream is stream
        with httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200))) as mocked:
            mocked.get("http://shop.example/")
    assert [(span["method"], span["body"], span["status"]) for span in spans] == [("POST", "abc", 204)]


CHUNKED = b"4\r\nWiki\r\n6;name=value\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\nTrailer: x\r\n\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 100])
def test_chunks_may_come_in_any_pieces(size: int) -> None:
    body = HttpBody()
    body.expect([("Transfer-Encoding", "chunked")])
    for at in range(0, len(CHUNKED), size):
        assert not body.has_ended or at > CHUNKED.index(b"\r\n0\r\n")
        body.add(CHUNKED[at : at + size])
    assert (body.plain(), body.has_ended) == ("Wikipedia in \r\n\r\nchunks.", True)


def test_a_deflated_body_of_either_kind_and_one_that_is_none() -> None:
    raw = zlib.compressobj(wbits=-15)
    packed = [zlib.compress(b"text" * 50), raw.compress(b"text" * 50) + raw.flush(), b"not packed"]
    found = []
    for octets in packed:
        body = HttpBody()
        body.expect([("content-encoding", "deflate")])
        body.add(octets, is_last=True)
        found.append(body.plain())
    assert found == ["text" * 50, "text" * 50, ["opaque", "builtins:bytes", "encoded: deflate"]]


def test_a_text_may_be_cut_within_a_character() -> None:
    body = HttpBody()
    body.add("é".encode() * 200_000 + b"!")
    body.add(b"a" + "é".encode() * 200_000)
    (_, kind, length, _, begun) = body.plain()
    assert (kind, length, set(begun)) == ("str", 800_002, {"é"})
    body = HttpBody()
    body.add(b"a" + "é".encode() * 200_000)
    assert (body.plain()[1], set(body.plain()[4])) == ("str", {"a", "é"})
