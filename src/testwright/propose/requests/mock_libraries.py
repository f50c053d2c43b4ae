"""Holds how each library that answers requests in tests is written: its manager, its answers, and what it keeps of requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from testwright.nouns.source_text import Source, joined
from testwright.python_source.render_plain import NoSourceError, json_source, plain_source

__all__ = ["LIBRARIES", "Answer", "MockLibrary", "SentForm", "in_order"]


@dataclass(frozen=True, slots=True)
class SentForm:
    """How a test reads a request that was sent: the attributes of its address and body. `text`: the body is one, not bytes;
    `path`: the address is only its path and query; `lower`: names of headers are in lower case. Not `seen`: not at all.
    """

    url: str = "url"
    body: str = "body"
    text: bool = False
    path: bool = False
    lower: bool = False
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address is answered with, one after the other; `url` is its source. Each recorded one is a span's data."""

    method: str
    url: Source
    recorded: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class MockLibrary:
    """`clients` are those that it answers, `broken` those that it no longer does on versions of urllib3 that ask sockets to
    shut down. `each`: answers of one address are given one a line; else in one line.
    """

    module: str
    clients: frozenset[str]
    manager: Callable[[str], Source]
    line: Callable[[str, Answer], Source]
    sent: Callable[[str], str]
    form: SentForm = SentForm()
    broken: frozenset[str] = frozenset()
    each: bool = True
    extra: frozenset[tuple[str, str]] = frozenset()
    """Imports of the line that reads what was sent."""


def _content(recorded: Mapping[str, Any]) -> tuple[str, Any]:
    """ "json" and its tree, "text" and the plain body, or "" where there is none."""
    body, kind = recorded.get("response_body"), str(recorded.get("response_content_type") or "")
    if not body:
        return "", None
    if "json" in kind and isinstance(body, str):
        try:
            return "json", json.loads(body)
        except ValueError:
            return "text", body
    return "text", body


def _with_json(recorded: Mapping[str, Any], word: str) -> list[Source]:
    kind, content = _content(recorded)
    if kind == "json":
        return [json_source(content).around("json=")]
    return [plain_source(content).around(f"{word}=")] if kind else []


def _dumped(recorded: Mapping[str, Any]) -> list[Source]:
    """For libraries that take texts only."""
    kind, content = _content(recorded)
    if kind == "json":
        found = json_source(content).around("body=json.dumps(", ")")
        return [Source(found.text, found.imports | {("json", "")}, found.needs)]
    return [plain_source(content).around("body=")] if kind else []


def _status(recorded: Mapping[str, Any]) -> int:
    return int(recorded.get("status") or 0)


# ── responses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _responses_line(name: str, answer: Answer) -> Source:
    (recorded,) = answer.recorded
    call = f"{name}.{answer.method.lower()}("
    if not _status(recorded):
        broken = Source('body=requests.ConnectionError("no answer")', frozenset([("requests", "")]))
        return joined([answer.url, broken], before=call, after=")")
    given = _with_json(recorded, "body")
    if _status(recorded) != 200:
        given.insert(0, Source(f"status={_status(recorded)}"))
    return joined([answer.url, *given], before=call, after=")")


# ── respx ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _respx_line(name: str, answer: Answer) -> Source:
    call = f"{name}.{answer.method.lower()}("
    if len(answer.recorded) > 1:
        several = joined([_respx_answer(each) for each in answer.recorded], before=").mock(side_effect=[", after="])")
        return joined([answer.url, several], "", call)
    (recorded,) = answer.recorded
    if not _status(recorded):
        return joined([answer.url, _respx_answer(recorded).around(").mock(side_effect=", ")")], "", call)
    given = _with_json(recorded, "content")
    if _status(recorded) != 200 or not given:
        given.insert(0, Source(str(_status(recorded))))
    return joined([answer.url, joined(given, before=").respond(", after=")")], "", call)


def _respx_answer(recorded: Mapping[str, Any]) -> Source:
    """As httpx has it: a response, or what it raises."""
    imports = frozenset([("httpx", "")])
    if not _status(recorded):
        return Source('httpx.ConnectError("no answer")', imports)
    given = [Source(str(_status(recorded))), *_with_json(recorded, "content")]
    whole = joined(given, before="httpx.Response(", after=")")
    return Source(whole.text, whole.imports | imports, whole.needs)


# ── httpretty ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _httpretty_line(name: str, answer: Answer) -> Source:
    given = [_httpretty_answer(recorded) for recorded in answer.recorded]
    start = [Source(f"httpretty.{answer.method.upper()}"), answer.url]
    if len(given) == 1:
        whole = joined([*start, *given[0]], before="httpretty.register_uri(", after=")")
    else:
        several = [joined(each, before="httpretty.Response(", after=")") for each in given]
        listed = joined(several, before="responses=[", after="]")
        whole = joined([*start, listed], before="httpretty.register_uri(", after=")")
    return Source(whole.text, whole.imports | {("httpretty", "")}, whole.needs)


def _httpretty_answer(recorded: Mapping[str, Any]) -> list[Source]:
    if not _status(recorded):
        raise NoSourceError("httpretty answers each request: it cannot fail as this one did")
    given = _dumped(recorded) or [Source('body=""')]
    if _status(recorded) != 200:
        given.append(Source(f"status={_status(recorded)}"))
    kind = str(recorded.get("response_content_type") or "")
    return [*given, *([plain_source(kind).around("content_type=")] if kind else [])]


# ── mocket ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_ENTRY = frozenset([("mocket.mocks.mockhttp", "Entry")])
_REPLY = frozenset([("mocket.mocks.mockhttp", "Response")])


def _mocket_line(name: str, answer: Answer) -> Source:
    start = [Source(f'"{answer.method.upper()}"', _ENTRY), answer.url]
    end = Source("match_querystring=False")
    if len(answer.recorded) == 1:
        given = _mocket_answer(answer.recorded[0])
        return joined([*start, *given, end], before="Entry.single_register(", after=")")
    if not all(map(_status, answer.recorded)):
        raise NoSourceError("mocket cannot fail one of several requests to an address")
    given = [joined(_mocket_answer(each), before="Response(", after=")") for each in answer.recorded]
    several = joined([*start, *given, end], before="Entry.register(", after=")")
    return Source(several.text, several.imports | _REPLY, several.needs)


def _mocket_answer(recorded: Mapping[str, Any]) -> list[Source]:
    if not _status(recorded):
        return [Source('exception=ConnectionRefusedError("no answer")')]
    given = _dumped(recorded)
    if _status(recorded) != 200:
        given.append(Source(f"status={_status(recorded)}"))
    kind = str(recorded.get("response_content_type") or "")
    return [*given, *([plain_source(kind).around('headers={"Content-Type": ', "}")] if kind else [])]


# ── all ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of(text: str, module: str, name: str = "") -> Source:
    return Source(text, frozenset([(module, name)]))


def _no_line(name: str, answer: Answer) -> Source:
    raise NoSourceError("the answers of vcr stand in its cassette")


_URLLIB3 = frozenset(["requests", "urllib3"])
_RESPONSES = MockLibrary(
    "responses",
    frozenset(["requests"]),
    lambda name: _of(f"responses.RequestsMock() as {name}", "responses"),
    _responses_line,
    lambda name: f"{name}.calls",
)
LIBRARIES = {
    "responses": _RESPONSES,
    "respx": replace(
        _RESPONSES,
        module="respx",
        clients=frozenset(["httpx", "httpx-async"]),
        manager=lambda name: _of(f"respx.mock as {name}", "respx"),
        line=_respx_line,
        form=SentForm(body="content"),
        each=False,
    ),
    "mocket": MockLibrary(
        "mocket",
        frozenset(["requests", "urllib3", "urllib", "httpx", "httpx-async"]),
        lambda name: _of("Mocketizer(strict_mode=True)", "mocket", "Mocketizer"),
        _mocket_line,
        lambda name: "Mocket.request_list()",
        SentForm("path", text=True, path=True, lower=True),
        each=False,
        extra=frozenset([("mocket", "Mocket")]),
    ),
    "httpretty": MockLibrary(
        "httpretty",
        frozenset(["requests", "urllib3", "urllib", "httpx"]),
        lambda name: _of("httpretty.enabled(allow_net_connect=False)", "httpretty"),
        _httpretty_line,
        lambda name: "httpretty.latest_requests()",
        broken=_URLLIB3,
        each=False,
        extra=frozenset([("httpretty", "")]),
    ),
    "vcr": MockLibrary(
        "vcr",
        frozenset(["requests", "urllib3", "urllib", "httpx", "httpx-async", "aiohttp"]),
        lambda name: _of(f"vcr.use_cassette() as {name}", "vcr"),
        _no_line,
        lambda name: "",
        SentForm(seen=False),
    ),
}
"""In the order in which they are tried where none is asked for."""


def in_order(answers: Sequence[Answer], each: bool) -> list[Answer]:
    """One answer an address, with all that it gives; or one for each."""
    if each:
        return [replace(answer, recorded=(one,)) for answer in answers for one in answer.recorded]
    found: dict[tuple[str, str], Answer] = {}
    for answer in answers:
        key = (answer.method, answer.url.text)
        before = found[key].recorded if key in found else ()
        found[key] = replace(answer, recorded=(*before, *answer.recorded))
    return list(found.values())
