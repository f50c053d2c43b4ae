"""Decides which fixtures a file of tests has for an application whose database Flask-SQLAlchemy keeps."""

from __future__ import annotations

from testwright.nouns.service_facts import ServiceFacts
from testwright.nouns.source_text import Source
from testwright.propose.requests.fixture_text import IN_MEMORY, OF_MEMORY, fixture, reached
from testwright.python_source.render_plain import NoSourceError

__all__ = ["extension_fixtures", "settings_of_tests"]

_IN_MEMORY = '"SQLALCHEMY_DATABASE_URI": "sqlite://"'
_DOC = '"""An empty database in memory."""'


def extension_fixtures(facts: ServiceFacts) -> dict[str, Source]:
    """The application is made with a database in memory, where it takes settings; else its engine is replaced."""
    extension = facts.extension
    assert extension is not None
    if extension.kind != "extension":
        raise NoSourceError("its models are in several databases, for which it has no fixtures of its own")
    found = {"app": _made(facts)} if facts.is_made else {}
    name, imports = ("app", set()) if facts.is_made else reached(facts.module, facts.name, facts)
    own = ["app"] if facts.is_made else []
    found["engine"] = _engine(facts, name, own, imports)
    needs = [*own, "engine", *([] if facts.is_made else ["monkeypatch"])]
    testing = (
        []
        if facts.is_made
        else [f'monkeypatch.setitem({name}.config, "{key}", {value})' for key, value in settings_of_tests(facts)]
    )
    found["client"] = fixture(f"client({', '.join(needs)})", [*testing, f"return {name}.test_client()"], imports)
    return found


def settings_of_tests(facts: ServiceFacts) -> list[tuple[str, str]]:
    """Of Flask, by name."""
    return [("TESTING", "True"), *([("WTF_CSRF_ENABLED", "False")] if facts.has_forms else [])]


def _is_in_memory(facts: ServiceFacts) -> bool:
    return facts.given not in ("", "testing")


def _made(facts: ServiceFacts) -> Source:
    imports = {(facts.module, facts.name.partition(".")[0])}
    if facts.given == "mapping":
        settings = ", ".join([*(f'"{key}": {value}' for key, value in settings_of_tests(facts)), _IN_MEMORY])
        return fixture("app()", [f"return {facts.name}({{{settings}}})"], imports)
    if _is_in_memory(facts):
        module, _, name = facts.given.partition(":")
        body = [f"    {key} = {value}" for key, value in settings_of_tests(facts)]
        lines = [f"class Testing({name}):", *body, '    SQLALCHEMY_DATABASE_URI = "sqlite://"', ""]
        return fixture("app()", [*lines, f"return {facts.name}(Testing)"], imports | {(module, name.partition(".")[0])})
    given = '"testing"' if facts.given else ""
    after = [f'app.config["{key}"] = {value}' for key, value in settings_of_tests(facts)]
    return fixture("app()", [f"app = {facts.name}({given})", *after, "return app"], imports)


def _engine(facts: ServiceFacts, app: str, own: list[str], imports: set[tuple[str, str]]) -> Source:
    extension = facts.extension
    assert extension is not None
    db, needed = reached(extension.module, extension.name, facts)
    imports = imports | needed
    begin = f"with {app}.app_context():"
    if _is_in_memory(facts):
        lines = [_DOC, begin, f"    {db}.create_all()", f"    engine = {db}.engine", "yield engine", "engine.dispose()"]
        return fixture(f"engine({', '.join(own)})", lines, imports)
    replaced = [f"    monkeypatch.setitem({db}.engines, None, engine)", f"    {db}.create_all()"]
    lines = ['"""An empty database in the place of the project\'s own."""', *IN_MEMORY, begin, *replaced]
    made = {("sqlalchemy", "create_engine"), *OF_MEMORY}
    return fixture(
        f"engine({', '.join([*own, 'monkeypatch'])})", [*lines, "yield engine", "engine.dispose()"], imports | made
    )
