"""Holds what is known of an application of FastAPI, Starlette or Flask, and of how its tests reach its database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from testwright.nouns.project_facts import FactoryFacts, ModelFacts, ProjectFacts, model_from_plain, told_apart

__all__ = ["DatabaseName", "OfferedFixtures", "ServiceFacts"]


@dataclass(frozen=True, slots=True)
class DatabaseName:
    """A name in a module of the project by which it reaches its database; `kind` is "engine", "sessions", "scoped", or one
    of these with "async " before it.
    """

    module: str
    name: str
    kind: str


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
    something to do before its first request. `bases` are classes that know all tables.
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
        )

    @property
    def has_rows(self) -> bool:
        return bool(self.models)

    @property
    def is_flask(self) -> bool:
        return self.framework == "flask"

    def without_offers(self) -> ServiceFacts:
        """With fixtures of the file's own."""
        return replace(self, offered=OfferedFixtures())
