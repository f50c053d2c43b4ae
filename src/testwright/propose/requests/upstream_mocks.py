"""Decides how a test answers requests that the code sends out, as they were answered when recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from testwright.nouns.source_text import Source, joined
from testwright.python_source.render_plain import NoSourceError, json_source, plain_source

__all__ = ["NoMockError", "UpstreamMocks", "mocks_for"]

_LIBRARIES = {"urllib3": "responses", "httpx": "respx"}


class NoMockError(Exception):
    """No library that is installed can answer such a request; `library` is the one to install."""

    def __init__(self, library: str, client: str) -> None:
        super().__init__(f"requests of {client} are answered in tests by {library}, which is not installed")
        self.library = library


@dataclass(frozen=True, slots=True)
class UpstreamMocks:
    """`around` are managers, `inside` lines that say what is answered, `after_call` keeps what was sent."""

    around: tuple[Source, ...]
    inside: tuple[Source, ...]
    after_call: tuple[Source, ...]
    fixtures: frozenset[str]


def mocks_for(
    sent: Sequence[Mapping[str, Any]], recorded: Sequence[Mapping[str, Any]], libraries: frozenset[str]
) -> UpstreamMocks:
    """`sent` of a settled account, `recorded` the spans' data that answered them. NoMockError; NoSourceError."""
    clients = dict.fromkeys(str(one["client"]) for one in sent)
    wanted = {client: _LIBRARIES[client] for client in clients}
    for client, library in wanted.items():
        if library not in libraries:
            raise NoMockError(library, client)
    around, inside, fixtures = [], [], set()
    for client, library in wanted.items():
        name = "upstream" if len(wanted) == 1 else f"upstream_{client}"
        around.append(_manager(library, name))
        for one in sent:
            if one["client"] == client and one.get("answer") is not None:
                line, uses_settings = _answer(library, name, one, recorded[one["answer"]])
                inside.append(line)
                fixtures |= {"settings"} if uses_settings else set()
    kept = _kept([str(one["client"]) for one in sent])
    return UpstreamMocks(tuple(around), tuple(inside), (kept,), frozenset(fixtures))


def _manager(library: str, name: str) -> Source:
    if library == "responses":
        return Source(f"responses.RequestsMock() as {name}", frozenset([("responses", "")]))
    return Source(f"respx.mock as {name}", frozenset([("respx", "")]))


def _kept(clients: Sequence[str]) -> Source:
    """All that was sent, in order."""
    if len(clients) == 1:
        return Source("sent = upstream.calls[0].request")
    if len(set(clients)) == 1:
        return Source("sent = [call.request for call in upstream.calls]")
    places = [clients[:number].count(client) for number, client in enumerate(clients)]
    each = [f"upstream_{client}.calls[{place}].request" for client, place in zip(clients, places, strict=True)]
    return Source(f"sent = [{', '.join(each)}]")


def _answer(library: str, name: str, one: Mapping[str, Any], recorded: Mapping[str, Any]) -> tuple[Source, bool]:
    url, uses_settings = _address(one["url"])
    method = str(one["method"]).lower()
    call = f"{name}.{method}("
    if "status" not in recorded:
        return _failure(library, call, url), uses_settings
    status, body = int(recorded["status"]), recorded.get("response_body")
    given: list[Source] = []
    kind = str(recorded.get("response_content_type") or "")
    try:
        given.append(
            json_source(json.loads(str(body))).around("json=")
            if "json" in kind
            else plain_source(body).around("body=" if library == "responses" else "content=")
        )
    except ValueError:
        given.append(plain_source(body).around("body=" if library == "responses" else "content="))
    if not body:
        given = []
    if status != 200:
        given.insert(0, Source(f"status={status}" if library == "responses" else str(status)))
    if library == "responses":
        return joined([url, *given], before=call, after=")"), uses_settings
    if not given:
        given = [Source("200")]
    answered = joined(given, before=").respond(", after=")")
    return joined([url, answered], "", call), uses_settings


def _failure(library: str, call: str, url: Source) -> Source:
    if library == "responses":
        broken = Source('body=requests.ConnectionError("no answer")', frozenset([("requests", "")]))
        return joined([url, broken], before=call, after=")")
    broken = Source(').mock(side_effect=httpx.ConnectError("no answer"))', frozenset([("httpx", "")]))
    return joined([url, broken], "", call)


def _address(url: Any) -> tuple[Source, bool]:
    """Without its query; by the setting that it begins with, if there is one."""
    parts = list(url["parts"]) if isinstance(url, Mapping) and url.get("$") == "text" else [url]
    kept: list[Any] = []
    for part in parts:
        if isinstance(part, str) and "?" in part:
            kept.append(part.partition("?")[0])
            break
        kept.append(part)
    if any(isinstance(part, Mapping) and part.get("$") not in ("setting",) for part in kept):
        raise NoSourceError("the address holds the key of a row")
    uses = any(isinstance(part, Mapping) for part in kept)
    plain = [{"$": "source", "text": f"settings.{p['name']}"} if isinstance(p, Mapping) else p for p in kept if p != ""]
    return plain_source({"$": "text", "parts": plain} if len(plain) > 1 or uses else plain[0]), uses
