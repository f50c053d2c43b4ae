"""A server's replies arrive whole or not at all, each fault has its own message, and no message has a secret."""

from __future__ import annotations

import json
import logging
import threading

import pytest
from faulty_server import FaultyServer, chunk, streamed
from needed_libraries import require

from testwright.errors import ModelError, TestwrightError
from testwright.llm.exchange import Message, ModelRequest, Sampling, Usage
from testwright.llm.model_settings import ModelSettings

require("openai")

from testwright.llm.bounded_http import http_client
from testwright.llm.hosts import host_of
from testwright.llm.left_calls import Patience
from testwright.llm.openai_server import ServerModel
from testwright.llm.opening import open_model

KEY = "sk-secret-0123456789"
HELLO = streamed(chunk("Hel"), chunk("lo"), chunk(finish="stop", usage={"prompt_tokens": 3, "completion_tokens": 2}))
ASKED = ModelRequest(messages=(Message("system", "s"), Message("user", "u")), sampling=Sampling(max_tokens=50))


@pytest.fixture
def ask(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def asked(server, request=ASKED, told=None, **settings):
        client = ServerModel("m", ModelSettings(base_url=server.url, may_send_key=True, **settings), pause=0.001)
        try:
            return client.complete(request, told=told)
        finally:
            client.close()

    return asked


def test_a_reply_arrives_piece_by_piece_with_what_it_took(serve, ask):
    server, told = serve(HELLO), []
    reply = ask(server, told=told.append)
    assert (reply.text, reply.finish, reply.usage, reply.model) == ("Hello", "stop", Usage(3, 2), "m")
    assert told == ["Hel", "lo"]
    path, headers, body = server.requests[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Accept-Encoding"] == "identity"
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert (body["max_tokens"], body["temperature"], body["seed"], body["stream"]) == (50, 0.0, 0, True)


def test_a_raw_prompt_goes_as_it_is_and_all_that_binds_a_reply_goes_too(serve, ask):
    server, prompt = serve(HELLO), "<|im_start|>user\nä\t\n<|im_end|>\n"
    ask(server, ModelRequest(prompt=prompt, grammar='root ::= "x"', sampling=Sampling(stop=("<|im_end|>",)), sample=2))
    ask(server, ModelRequest(ASKED.messages, schema={"type": "object"}, template_arguments={"enable_thinking": False}))
    (path, _, raw), (_, _, chat) = server.requests
    assert (path, raw["prompt"], raw["grammar"]) == ("/v1/completions", prompt, 'root ::= "x"')
    assert (raw["stop"], raw["seed"], chat["seed"]) == (["<|im_end|>"], 2, 0)
    assert chat["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert chat["chat_template_kwargs"] == {"enable_thinking": False}


def test_a_server_that_does_not_stream_is_heard_all_the_same(serve, ask):
    whole = {"choices": [{"message": {"content": "all"}, "finish_reason": "length"}]}
    reply = ask(serve(streamed(json.dumps(whole).encode(), kind="application/json")))
    assert (reply.text, reply.finish, reply.usage) == ("all", "length", Usage())


def test_no_key_goes_to_a_host_that_the_user_did_not_name(serve, ask, monkeypatch):
    server = serve(HELLO)
    monkeypatch.setenv("OPENAI_ADMIN_KEY", KEY)
    client = ServerModel("m", ModelSettings(base_url=server.url, may_send_key=False))
    client.complete(ASKED)
    assert KEY not in str(server.requests)
    assert "authorization" not in {name.lower() for name in server.requests[0][1]}


@pytest.mark.parametrize(
    "first",
    [
        streamed(b'{"error": {"message": "slow down"}}', kind="application/json", status=429, Retry_After="0"),
        streamed(b'{"error": {"message": "oh"}}', kind="application/json", status=500),
        streamed(b"<html>", kind="text/html", status=503),
        streamed(chunk("half of")),
        streamed(b'data: {"error": {"message": "broke", "code": 500}}\n\n'),
        lambda handler, body: handler.connection.close(),
    ],
    ids=["429", "500", "503", "cut", "in-stream", "hung up"],
)
def test_what_may_pass_is_asked_again(serve, ask, first):
    server = serve(first, HELLO)
    assert ask(server).text == "Hello"
    assert len(server.requests) == 2


FAULTS = {
    "busy": (streamed(b'{"error": {"message": "x"}}', kind="application/json", status=429), "model-busy", 5),
    "busy for long": (streamed(b"{}", kind="application/json", status=429, Retry_After="3600"), "model-busy", 1),
    "broken": (streamed(b"{}", kind="application/json", status=500), "model-server-error", 5),
    "cut": (streamed(chunk("half of")), "model-reply-cut", 5),
    "no key": (streamed(f'{{"error": {{"message": "{KEY}"}}}}'.encode(), kind="application/json", status=401),
               "model-refused", 1),
    "control": (streamed(b'{"error": {"message": "a\\u001b[31m\\n\\u0007b"}}', kind="application/json", status=400),
                "model-refused", 1),
    "key in stream": (streamed(f'data: {{"error": {{"message": "{KEY}", "code": 400}}}}\n\n'.encode()),
                      "model-refused", 1),
    "full": (streamed(b'{"error": {"message": "x", "code": "context_length_exceeded"}}', kind="application/json",
                      status=400), "model-context-full", 1),
    "no JSON": (streamed(b"data: {no json\n\n"), "model-reply-invalid", 1),
    "other JSON": (streamed(b'data: {"choices": [7]}\n\n'), "model-reply-invalid", 1),
    "list": (streamed(b"[]", kind="application/json"), "model-reply-invalid", 1),
    "page": (streamed(b"<html>\x1b[31m", kind="text/html"), "model-reply-invalid", 1),
    "empty": (streamed(), "model-reply-invalid", 1),
    "packed": (streamed(b"x", content_encoding="gzip"), "model-reply-invalid", 1),
    "endless": (streamed(*[chunk("word " * 2000)] * 20), "model-reply-endless", 1),
    "moved": (streamed(status=307, Location="http://127.0.0.2:9/v1/chat/completions"), "model-refused", 1),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_message(serve, ask, caplog, fault):
    caplog.set_level(logging.DEBUG)
    answer, slug, requests = FAULTS[fault]
    server = serve(answer)
    with pytest.raises(ModelError) as caught:
        ask(server)
    assert caught.value.slug == slug
    assert len(server.requests) == requests
    shown = f"{caught.value.message} {caught.value.hint} {caught.value.where}"
    assert KEY not in shown + caplog.text
    assert shown.isprintable()


def test_a_line_without_end_is_bounded(serve, ask, monkeypatch):
    monkeypatch.setattr("testwright.llm.openai_server._MOST_BYTES", 100_000)

    def endless(handler, body):
        streamed(b"data: ")(handler, body)
        while True:
            handler.wfile.write(b"x" * 10_000)

    with pytest.raises(ModelError) as caught:
        ask(serve(endless))
    assert caught.value.slug == "model-reply-endless"


def test_nobody_there(ask, serve):
    server = serve(HELLO)
    server.close()
    with pytest.raises(ModelError) as caught:
        ask(server)
    assert caught.value.slug == "model-unreachable"


def test_a_server_that_falls_silent_is_given_up(monkeypatch, ask):
    server = FaultyServer(lambda handler, body: server.silent(handler, body))
    monkeypatch.setattr(Patience, "by_tokens", classmethod(lambda cls, *_: cls(30.0, 0.05, 30.0)))
    with pytest.raises(ModelError) as caught:
        ask(server)
    assert caught.value.slug == "model-too-slow"
    server.close()


def test_closing_ends_what_others_wait_for(serve):
    server = FaultyServer(lambda handler, body: server.silent(handler, body))
    client = ServerModel("m", ModelSettings(base_url=server.url))
    heard, found = threading.Event(), []
    waiting = threading.Thread(target=lambda: found.append(client.complete(ASKED, told=lambda _: heard.set())))
    waiting.start()
    heard.wait()
    client.close()
    waiting.join()
    assert found[0].finish == "cancelled"
    assert client.complete(ASKED).finish == "cancelled"
    server.close()


def test_leaving_in_the_middle_loses_no_thread_and_hides_nothing(serve):
    server = FaultyServer(lambda handler, body: server.silent(handler, body))
    client = ServerModel("m", ModelSettings(base_url=server.url))

    def interrupted(piece: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.complete(ASKED, told=interrupted)
    server.close()


def test_a_parameter_that_the_server_refuses_by_name_is_left_out(serve, ask):
    refusing = [
        streamed(json.dumps({"error": {"message": "x", "param": name}}).encode(), kind="application/json", status=400)
        for name in ("max_tokens", "temperature")
    ]
    server = serve(*refusing, HELLO)
    assert ask(server).text == "Hello"
    body = server.requests[-1][2]
    assert body["max_completion_tokens"] == 50
    assert not {"max_tokens", "temperature"} & set(body)


@pytest.mark.parametrize(
    ("url", "settings", "slug"),
    [
        ("https://far.example/v1", {}, "model-host-not-named"),
        ("https://far.example/v1", {"is_host_named": True, "is_offline": True}, "model-offline"),
        ("http://127.0.0.1.far.example/v1", {}, "model-host-not-named"),
        ("http://localhost.far.example/v1", {}, "model-host-not-named"),
        ("http://10.0.0.1/v1", {}, "model-host-not-named"),
        ("ftp://u:pass@x", {}, "bad-value"),
        ("http://[", {}, "bad-value"),
        ("http://x:port", {}, "bad-value"),
    ],
)
def test_code_stays_here_unless_a_host_was_named(url, settings, slug):
    with pytest.raises(TestwrightError) as caught:
        ServerModel("m", ModelSettings(base_url=url, **settings))
    assert caught.value.slug == slug
    assert "u:pass" not in caught.value.message


@pytest.mark.parametrize("url", ["http://127.0.0.9:1/v1", "http://[::1]:1/v1", "http://localhost:1"])
def test_this_machine_may_always_be_asked(url):
    ServerModel("m", ModelSettings(base_url=url, is_offline=True)).close()


def test_where_code_goes_is_said_before(serve):
    server, said = serve(HELLO), []
    client = open_model("m", ModelSettings(base_url=server.url), announce=said.append)
    assert said == [f"'m' is asked at {server.url.removesuffix('/v1')}"]
    assert client.complete(ASKED).text == "Hello"
    far = ModelSettings(base_url="http://far.example/v1", is_host_named=True)
    open_model("m", far, announce=said.append).close()
    assert said[1] == "'m' is asked at http://far.example, unencrypted: questions contain your code"


def test_no_other_host_is_asked_whatever_the_library_does(serve):
    server, other = serve(HELLO), serve(HELLO)
    client = http_client(host_of(server.url), server.url, KEY, 1000)
    assert client.post(server.url, json={}).status_code == 200
    with pytest.raises(ModelError, match="sends on"):
        client.post(other.url, json={})
    assert other.requests == []
