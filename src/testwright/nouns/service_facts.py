"""Holds what is known of an application of FastAPI, Starlette or Flask, and of how its tests reach its database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from testwright.nouns.project_facts import FactoryFacts, ModelFacts, ProjectFacts, model_from_plain, told_apart

__all__ = ["DatabaseName", "OfferedFixtures", "ServiceFacts"]


@dataclass(frozen=True, slots=True)
class DatabaseName:
    """A name in a module of the project by which it reaches its database; `kind` is "engine", "sessions", "scoped", one of
    these with "async " before it, or "extension" (with binds: of several databases): what Flask-SQLAlchemy has.
    """

    module: str
    name: str
    kind: str

    @property
    def is_async(self) -> bool:
        return self.kind.startswith("async ")


@dataclass(frozen=True, slots=True)
class OfferedFixtures:
    """Of the project's conftest.py files: one that gives a client, and one by which to reach the same database, of `kind`
    "session", "sessions" (it makes one), "configurable sessions" or "engine"; all "" where there are none.
    """

    client: str = ""
    session: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ServiceFacts(ProjectFacts):
    """`module` and `name` say where the application is, or (`is_made`) the function that makes it; `starts`: it has
    something to do before its first request; `remembers` is the name of the signed cookie that it keeps a session by; `given` says
    what settings the function takes ("mapping", "testing", a class as "module:name"). `bases` are classes that know all
    tables, `hasher` what makes a password's hash; `has_forms`: of Flask-WTF.
    """

    module: str
    name: str
    framework: str
    models: Mapping[str, ModelFacts]
    libraries: frozenset[str]
    is_made: bool = False
    starts: bool = False
    bases: tuple[tuple[str, str], ...] = ()
    places: tuple[DatabaseName, ...] = ()
    offered: OfferedFixtures = field(default_factory=OfferedFixtures)
    remembers: str = ""
    given: str = ""
    hasher: tuple[str, str] = ("", "")
    has_forms: bool = False
    caches: Mapping[str, bool] = field(default_factory=dict)
    factories: Mapping[str, FactoryFacts] = field(default_factory=dict)
    message_storage: str = ""
    databases: Mapping[str, str] = field(default_factory=dict)
    bakery: bool = False

    @classmethod
    def from_plain(cls, told: Mapping[str, Any]) -> ServiceFacts:
        app = told["app"]
        models = told_apart([model_from_plain(plain) for plain in told["models"]])
        return cls(
            str(app["module"]),
            str(app["name"]),
            str(app["framework"]),
            {model.label: model for model in models},
            frozenset(map(str, told["libraries"])),
            bool(app["is_made"]),
            bool(app["starts"]),
            tuple((str(module), str(name)) for module, name in told["bases"]),
            tuple(DatabaseName(*map(str, each)) for each in told["places"]),
            OfferedFixtures(**{str(name): str(value) for name, value in told["offered"].items()}),
            str(app["remembers"]),
            str(app.get("given", "")),
            _hasher(told.get("hasher"), str(app["framework"])),
            bool(told.get("has_forms")),
        )

    @property
    def extension(self) -> DatabaseName | None:
        """That of Flask-SQLAlchemy."""
        return next((each for each in self.places if each.kind.startswith("extension")), None)

    @property
    def has_rows(self) -> bool:
        return bool(self.models)

    @property
    def is_flask(self) -> bool:
        return self.framework == "flask"

    def without_offers(self) -> ServiceFacts:
        """With fixtures of the file's own."""
        return replace(self, offered=OfferedFixtures())


def _hasher(found: Any, framework: str) -> tuple[str, str]:
    """The project's own, else the one that comes with Flask."""
    module, name = found or ("", "")
    if not name and framework == "flask":
        return "werkzeug.security", "generate_password_hash"
    return str(module), str(name)
