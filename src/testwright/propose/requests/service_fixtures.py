"""Decides which fixtures a file of tests of an application has: those of the project where there are any, else its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from testwright.nouns.service_facts import DatabaseName, ServiceFacts
from testwright.nouns.source_text import Source
from testwright.python_source.render_plain import NoSourceError

__all__ = ["FixtureNames", "ServiceFixtures", "fixture_names", "service_fixtures", "session_name"]

_PYTEST = ("pytest", "")


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
    if not facts.offered.client:
        if facts.has_rows:
            found["engine"] = _engine(facts)
        found["client"] = _client(facts)
    if facts.has_rows and facts.offered.kind != "session":
        found["session"] = _session(facts)
    if facts.has_rows:
        found["add"] = _add(session_name(facts))
    return ServiceFixtures(found)


def _fixture(head: str, lines: Iterable[str], imports: Iterable[tuple[str, str]]) -> Source:
    text = "\n".join(["@pytest.fixture", f"def {head}:", *(f"    {line}" if line else "" for line in lines)])
    return Source(text, frozenset([*imports, _PYTEST]))


def _engine(facts: ServiceFacts) -> Source:
    """An empty database in memory, put wherever the project's modules have their own."""
    usable = [each for each in facts.places if not each.kind.startswith("async")]
    if not usable:
        raise NoSourceError("no engine and no factory of sessions is found by a name in a module of the project")
    if len(usable) < len(facts.places):
        raise NoSourceError("its database is reached by asynchronous sessions, for which it has no fixtures of its own")
    imports = {("sqlalchemy", "create_engine"), ("sqlalchemy.pool", "StaticPool")}
    lines = ['engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)']
    for module, name in facts.bases:
        imports.add((module, name.partition(".")[0]))
        lines.append(f"{name}.metadata.create_all(engine)")
    after = []
    for place in usable:
        replaced, needed = _replaced(place)
        lines.append(replaced)
        imports |= needed
        if place.kind == "scoped":
            lines.append(f"{place.name}.remove()")
            after.append(f"{place.name}.remove()")
    lines += ["yield engine", *after, "engine.dispose()"]
    return _fixture(
        "engine(monkeypatch)", ['"""An empty database in the place of the project\'s own."""', *lines], imports
    )


def _replaced(place: DatabaseName) -> tuple[str, set[tuple[str, str]]]:
    if place.kind == "engine":
        return f'monkeypatch.setattr("{place.module}.{place.name}", engine)', set()
    factory = f"{place.name}.session_factory" if place.kind == "scoped" else place.name
    return f'monkeypatch.setitem({factory}.kw, "bind", engine)', {(place.module, place.name)}


def _client(facts: ServiceFacts) -> Source:
    needs = ["engine"] if facts.has_rows else []
    imports = {(facts.module, facts.name.partition(".")[0])}
    app = f"{facts.name}()" if facts.is_made else facts.name
    if facts.is_flask:
        lines = ["app = " + app] if facts.is_made else []
        app = "app" if facts.is_made else app
        lines += [f'monkeypatch.setitem({app}.config, "TESTING", True)', f"return {app}.test_client()"]
        return _fixture(f"client({', '.join([*needs, 'monkeypatch'])})", lines, imports)
    imports.add(("fastapi.testclient" if facts.framework == "fastapi" else "starlette.testclient", "TestClient"))
    lines = [f"return TestClient({app})"]
    if facts.starts:
        lines = [f"with TestClient({app}) as client:", "    yield client"]
    return _fixture(f"client({', '.join(needs)})", lines, imports)


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
    return _fixture(f"session({needed})", [f"with {made} as session:", "    yield session"], imports)


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
    return _fixture(f"add({session})", lines, [])
