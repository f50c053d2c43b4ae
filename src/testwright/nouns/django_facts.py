"""Holds what is known of a Django project's models, settings and libraries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from testwright.nouns.project_facts import (
    FactoryFacts,
    FieldFacts,
    ModelFacts,
    ProjectFacts,
    ThroughFacts,
    model_from_plain,
    told_apart,
)

__all__ = ["DjangoFacts", "FactoryFacts", "FieldFacts", "ModelFacts", "ThroughFacts"]


@dataclass(frozen=True, slots=True)
class DjangoFacts(ProjectFacts):
    """`databases` are the engine of each; `message_storage` is the class that keeps messages from one request to the next."""

    settings: str
    models: Mapping[str, ModelFacts]
    libraries: frozenset[str]
    caches: Mapping[str, bool]
    databases: Mapping[str, str]
    factories: Mapping[str, FactoryFacts] = field(default_factory=dict)
    message_storage: str = ""
    bakery: bool = False
    """The project's tests make rows by model_bakery."""

    @classmethod
    def from_plain(cls, told: Mapping[str, Any]) -> DjangoFacts:
        models = told_apart([model_from_plain(plain) for plain in told["models"]])
        return cls(
            str(told["settings_module"]),
            {model.label: model for model in models},
            frozenset(map(str, told["libraries"])),
            {str(alias): bool(value) for alias, value in told["caches"].items()},
            {str(name): str(value) for name, value in told["databases"].items()},
            {str(label): FactoryFacts.from_plain(each) for label, each in told["factories"].items()},
            str(told["message_storage"]),
        )

    @property
    def has_server(self) -> bool:
        """A database is one that is reached over a connection, which the sandbox has none of."""
        return any("sqlite3" not in engine and engine and "dummy" not in engine for engine in self.databases.values())
