"""Decides how a test answers requests that the code sends out, as they were answered when recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from testwright.nouns.source_text import Source
from testwright.propose.requests.cassette import cassette_manager, cassette_of
from testwright.propose.requests.mock_libraries import LIBRARIES, Answer, MockLibrary, SentForm, in_order
from testwright.python_source.render_plain import NoSourceError, plain_source

__all__ = ["MockChoice", "NoMockError", "UpstreamMocks", "mocks_for"]

_SHUTDOWN = "urllib3:shutdown"


class NoMockError(Exception):
    """No library, or not the one asked for, can answer such a request."""


@dataclass(frozen=True, slots=True)
class MockChoice:
    """`installed` are names of libraries; `wanted` is the one asked for, "" = whichever fits. `cassette` is the file that
    vcr may have, "" = none.
    """

    installed: frozenset[str]
    wanted: str = ""
    cassette: str = ""

    def library(self, client: str) -> MockLibrary:
        """NoMockError with the reason."""
        if self.wanted:
            problem = self._problem(LIBRARIES[self.wanted], client)
            if problem:
                raise NoMockError(problem)
            return LIBRARIES[self.wanted]
        fitting = [each for each in LIBRARIES.values() if not self._problem(each, client)]
        if not fitting:
            known = " or ".join(each.module for each in LIBRARIES.values() if client in each.clients - each.broken)
            more = "" if self.cassette or known != "vcr" else ", with -o FILE"
            raise NoMockError(f"requests of {_shown(client)} are answered in tests by {known}: install it{more}")
        return fitting[0]

    def _problem(self, library: MockLibrary, client: str) -> str:
        if client not in library.clients:
            others = ", ".join(each.module for each in LIBRARIES.values() if client in each.clients)
            return f"{library.module} does not answer requests of {_shown(client)}; {others or 'nothing'} does"
        if library.module not in self.installed:
            return f"{library.module} is not installed"
        if client in library.broken and _SHUTDOWN in self.installed:
            return f"{library.module} does not answer requests of {_shown(client)} with urllib3 2.3 or newer"
        if library.module == "vcr" and not self.cassette:
            return "a cassette of vcr stands beside the test file: say where with -o FILE"
        return ""


@dataclass(frozen=True, slots=True)
class UpstreamMocks:
    """`around` are managers, `inside` lines that say what is answered, `after_call` keeps what was sent; `forms` say by
    client how a test reads it, `asserts` are what there is to assert instead. `cassettes` are texts by the file's name.
    """

    around: tuple[Source, ...] = ()
    inside: tuple[Source, ...] = ()
    after_call: tuple[Source, ...] = ()
    fixtures: frozenset[str] = frozenset()
    forms: Mapping[str, SentForm] = field(default_factory=dict)
    asserts: tuple[Source, ...] = ()
    cassettes: Mapping[str, str] = field(default_factory=dict)


def mocks_for(
    sent: Sequence[Mapping[str, Any]], recorded: Sequence[Mapping[str, Any]], choice: MockChoice
) -> UpstreamMocks:
    """`sent` of a settled account, `recorded` the spans' data that answered them. NoMockError; NoSourceError."""
    chosen = {client: choice.library(client) for client in dict.fromkeys(str(one["client"]) for one in sent)}
    libraries = list({library.module: library for library in chosen.values()}.values())
    names = {
        library.module: "upstream" if len(libraries) == 1 else f"upstream_{library.module}" for library in libraries
    }
    around, inside, asserts = [], [], []
    fixtures: set[str] = set()
    cassettes: dict[str, str] = {}
    for library in libraries:
        name = names[library.module]
        own = [one for one in sent if chosen[str(one["client"])] is library]
        if library.module == "vcr":
            text, matched = cassette_of(own, recorded)
            around.append(cassette_manager(choice.cassette, name, matched))
            asserts.append(Source(f"assert {name}.all_played"))
            cassettes[choice.cassette] = text
            continue
        around.append(library.manager(name))
        lines, uses_settings = _lines(library, name, own, recorded)
        inside += lines
        fixtures |= {"settings"} if uses_settings else set()
    kept = _kept([chosen[str(one["client"])] for one in sent], names)
    forms = {client: library.form if kept else SentForm(seen=False) for client, library in chosen.items()}
    return UpstreamMocks(tuple(around), tuple(inside), kept, frozenset(fixtures), forms, tuple(asserts), cassettes)


def _lines(
    library: MockLibrary, name: str, sent: Sequence[Mapping[str, Any]], recorded: Sequence[Mapping[str, Any]]
) -> tuple[list[Source], bool]:
    answers, uses_settings = [], False
    for one in sent:
        if one.get("answer") is not None:
            url, uses = _address(one["url"])
            uses_settings |= uses
            answers.append(Answer(str(one["method"]), url, (recorded[one["answer"]],)))
    return [library.line(name, answer) for answer in in_order(answers, library.each)], uses_settings


def _kept(libraries: Sequence[MockLibrary], names: Mapping[str, str]) -> tuple[Source, ...]:
    """All that was sent, in order; nothing where one of the libraries does not tell."""
    if not all(library.form.seen for library in libraries):
        return ()
    imports = frozenset().union(*(library.extra for library in libraries))
    lists = [library.sent(names[library.module]) for library in libraries]
    ends = [".request" if text.endswith(".calls") else "" for text in lists]
    if len(libraries) == 1:
        return (Source(f"sent = {lists[0]}[0]{ends[0]}", imports),)
    if len(set(lists)) == 1:
        whole = f"[call.request for call in {lists[0]}]" if ends[0] else f"list({lists[0]})"
        return (Source(f"sent = {whole}", imports),)
    each = [
        f"{text}[{lists[:number].count(text)}]{end}" for number, (text, end) in enumerate(zip(lists, ends, strict=True))
    ]
    return (Source(f"sent = [{', '.join(each)}]", imports),)


def _shown(client: str) -> str:
    return "httpx's asynchronous client" if client == "httpx-async" else client


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
