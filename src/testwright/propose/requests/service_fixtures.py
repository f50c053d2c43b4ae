"""Decides which fixtures a file of tests of an application has: those of the project where there are any, else its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from testwright.nouns.service_facts import DatabaseName, ServiceFacts
from testwright.nouns.source_text import Source
from testwright.propose.requests.extension_fixtures import extension_fixtures, settings_of_tests
from testwright.propose.requests.fixture_text import IN_MEMORY, OF_MEMORY, fixture, reached
from testwright.python_source.render_plain import NoSourceError

__all__ = [
    "SESSION_COOKIE",
    "FixtureNames",
    "ServiceFixtures",
    "fixture_names",
    "opened_session",
    "service_fixtures",
    "session_name",
]

SESSION_COOKIE = "session_cookie"
_DRIVER = "aiosqlite"
_OF_ASYNC = {("sqlalchemy.pool", "NullPool"), ("sqlalchemy.ext.asyncio", "create_async_engine")}
_IN_A_FILE = [
    """engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}")""",
    """async_engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}", poolclass=NullPool)""",
]
"""A connection of the asynchronous engine is for one event loop only, and each request may have its own."""


@dataclass(frozen=True, slots=True)
class FixtureNames:
    """What tests call them; `session` is there only where there are rows."""

    client: str
    session: str


def fixture_names(facts: ServiceFacts) -> FixtureNames:
    offered = facts.offered
    return FixtureNames(offered.client or "client", offered.session if offered.kind == "session" else "session")


def session_name(facts: ServiceFacts) -> str:
    return fixture_names(facts).session


@dataclass(frozen=True, slots=True)
class ServiceFixtures:
    """Those that stand in the file, by their names, in their order."""

    functions: Mapping[str, Source]

    @property
    def whole_text(self) -> str:
        """A module of its own with all of them."""
        imports = frozenset().union(*(each.imports for each in self.functions.values()))
        lines = [f"from {module} import {name}" if name else f"import {module}" for module, name in sorted(imports)]
        return "\n".join([*lines, *(each.text for each in self.functions.values())])

    def used(self, names: Iterable[str]) -> list[Source]:
        """Those that tests with these fixtures need."""
        wanted: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self.functions and name not in wanted:
                wanted.add(name)
                parameters = re.search(r"def \w+\((.*?)\)", self.functions[name].text)
                waiting += parameters[1].split(", ") if parameters is not None else []
        return [source for name, source in self.functions.items() if name in wanted]


def service_fixtures(facts: ServiceFacts) -> ServiceFixtures:
    """NoSourceError where the application's database cannot be replaced."""
    found: dict[str, Source] = {}
    if not facts.offered.client and facts.extension is not None:
        found |= extension_fixtures(facts)
    elif not facts.offered.client:
        if facts.has_rows:
            found["engine"] = _engine(facts)
        found["client"] = _client(facts)
    if facts.has_rows and facts.offered.kind != "session":
        found["session"] = _session(facts)
    if facts.has_rows:
        found["add"] = _add(session_name(facts))
    if facts.remembers and not facts.is_flask:
        found[SESSION_COOKIE] = _session_cookie(fixture_names(facts).client)
    return ServiceFixtures(found)


def _engine(facts: ServiceFacts) -> Source:
    """An empty database, put wherever the project's modules have their own: in memory, or in a file where asynchronous
    engines are to reach it too.
    """
    if not facts.places:
        raise NoSourceError("no engine and no factory of sessions is found by a name in a module of the project")
    is_async = any(place.is_async for place in facts.places)
    if is_async and _DRIVER not in facts.libraries:
        raise NoSourceError(
            f"its database is reached by asynchronous sessions: install {_DRIVER}, and tests have one in a file"
        )
    imports = {("sqlalchemy", "create_engine")} | (_OF_ASYNC if is_async else OF_MEMORY)
    lines = _IN_A_FILE[:1] if is_async else IN_MEMORY
    for module, name in facts.bases:
        text, needed = reached(module, name, facts)
        imports |= needed
        lines = [*lines, f"{text}.metadata.create_all(engine)"]
    lines = [*lines, *(_IN_A_FILE[1:] if is_async else ())]
    after = []
    for place in facts.places:
        replaced, needed, removed = _replaced(place, facts)
        lines += [replaced, *removed]
        imports |= needed
        after += removed
    lines += ["yield engine", *after, "engine.dispose()"]
    given = "monkeypatch, tmp_path" if is_async else "monkeypatch"
    doc = '"""An empty database in the place of the project\'s own."""'
    return fixture(f"engine({given})", [doc, *lines], imports)


def _replaced(place: DatabaseName, facts: ServiceFacts) -> tuple[str, set[tuple[str, str]], list[str]]:
    """The line that gives it the empty database, what that imports, and a line to stand after it and at the end."""
    engine = "async_engine" if place.is_async else "engine"
    if place.kind.endswith("engine"):
        return f'monkeypatch.setattr("{place.module}.{place.name}", {engine})', set(), []
    text, imports = reached(place.module, place.name, facts)
    is_scoped = place.kind.endswith("scoped")
    factory = f"{text}.session_factory" if is_scoped else text
    removed = [f"{text}.remove()"] if is_scoped and not place.is_async else []
    return f'monkeypatch.setitem({factory}.kw, "bind", {engine})', imports, removed


def _client(facts: ServiceFacts) -> Source:
    needs = ["engine"] if facts.has_rows else []
    imports = {(facts.module, facts.name.partition(".")[0])}
    app = f"{facts.name}()" if facts.is_made else facts.name
    if facts.is_flask:
        lines = ["app = " + app] if facts.is_made else []
        app = "app" if facts.is_made else app
        settings = [f'monkeypatch.setitem({app}.config, "{key}", {value})' for key, value in settings_of_tests(facts)]
        lines += [*settings, f"return {app}.test_client()"]
        return fixture(f"client({', '.join([*needs, 'monkeypatch'])})", lines, imports)
    imports.add(("fastapi.testclient" if facts.framework == "fastapi" else "starlette.testclient", "TestClient"))
    lines = [f"return TestClient({app})"]
    if facts.starts:
        lines = [f"with TestClient({app}) as client:", "    yield client"]
    return fixture(f"client({', '.join(needs)})", lines, imports)


def _session(facts: ServiceFacts) -> Source:
    offered = facts.offered
    imports: set[tuple[str, str]] = set()
    if offered.kind == "configurable sessions":
        needed, made = offered.session, f"{offered.session}(expire_on_commit=False)"
    elif offered.kind == "sessions":
        needed, made = offered.session, f"{offered.session}()"
    else:
        needed = offered.session or "engine"
        made = f"Session({needed}, expire_on_commit=False)"
        imports = {("sqlalchemy.orm", "Session")}
    return fixture(f"session({needed})", [f"with {made} as session:", "    yield session"], imports)


def opened_session(facts: ServiceFacts) -> str:
    """The manager that gives what the cookie of the session holds, to be looked at or changed."""
    return f"{fixture_names(facts).client}.session_transaction()" if facts.is_flask else f"{SESSION_COOKIE}()"


def _session_cookie(client: str) -> Source:
    lines = [
        '"""What the cookie of the session holds, to be looked at or changed."""',
        f"given = next(each for each in {client}.app.user_middleware if each.cls is SessionMiddleware)",
        f"sessions = SessionMiddleware({client}.app, *given.args, **given.kwargs)",
        "",
        "@contextmanager",
        "def opened():",
        f"    signed = {client}.cookies.get(sessions.session_cookie)",
        "    held = json.loads(b64decode(sessions.signer.unsign(signed))) if signed else {}",
        "    yield held",
        "    signed = sessions.signer.sign(b64encode(json.dumps(held).encode())).decode()",
        f'    {client}.cookies.set(sessions.session_cookie, signed, domain="testserver.local")',
        "",
        "return opened",
    ]
    imports = {("base64", "b64decode"), ("base64", "b64encode"), ("contextlib", "contextmanager"), ("json", "")}
    return fixture(
        f"{SESSION_COOKIE}({client})", lines, imports | {("starlette.middleware.sessions", "SessionMiddleware")}
    )


def _add(session: str) -> Source:
    lines = [
        '"""Stores a row, so that requests find it."""',
        "",
        "def add(row):",
        f"    {session}.add(row)",
        f"    {session}.commit()",
        "    return row",
        "",
        "return add",
    ]
    return fixture(f"add({session})", lines, [])
