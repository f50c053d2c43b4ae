"""Finds by which names a project's modules reach its databases by SQLAlchemy: engines, factories of sessions, bases of models."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

__all__ = ["bases", "is_async", "metadatas", "places"]

_KINDS = (
    ("sqlalchemy.engine", "Engine", "engine"),
    ("sqlalchemy.ext.asyncio", "AsyncEngine", "async engine"),
    ("sqlalchemy.orm", "scoped_session", "scoped"),
    ("sqlalchemy.orm", "sessionmaker", "sessions"),
    ("sqlalchemy.ext.asyncio", "async_sessionmaker", "async sessions"),
)


def places(root: str) -> list[tuple[str, str, str]]:
    """Module, name and kind ("engine", "sessions", "scoped", "async …") of each in a module of the project."""
    found = []
    for module in _modules(root):
        for name, thing in sorted(vars(module).items()):
            kind = _kind(thing)
            if kind:
                found.append((module.__name__, name, kind))
    return found


def is_async(found: list[tuple[str, str, str]]) -> bool:
    return any(kind.startswith("async") for *_, kind in found)


def _kind(thing: Any) -> str:
    for module, name, kind in _KINDS:
        known = getattr(sys.modules.get(module), name, None)
        if isinstance(known, type) and isinstance(thing, known):
            return kind
    return ""


def _modules(root: str) -> Iterator[ModuleType]:
    start = os.path.join(os.path.realpath(root), "")
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or name == "__main__":
            continue
        path = os.path.realpath(file)
        if path.startswith(start) and f"{os.sep}site-packages{os.sep}" not in path:
            yield module


def metadatas() -> list[Any]:
    """Those that have the tables of mapped classes."""
    mapping = sys.modules.get("sqlalchemy.orm.mapper")
    registries = [] if mapping is None else list(mapping._mapper_registries)
    found = {id(each.metadata): each.metadata for each in registries if each.metadata.tables}
    return list(found.values())


def bases(models: list[Any]) -> list[tuple[str, str]]:
    """Module and name of a class for each of `metadatas`: the one that models extend, else a model."""
    found: dict[int, tuple[str, str]] = {}
    for model in sorted(models, key=lambda each: (each.__module__, each.__qualname__)):
        metadata = model.__table__.metadata if hasattr(model, "__table__") else None
        if metadata is None or id(metadata) in found:
            continue
        kinds = [kind for kind in reversed(model.__mro__) if getattr(kind, "metadata", None) is metadata]
        if kinds:
            found[id(metadata)] = (kinds[0].__module__, kinds[0].__qualname__)
    return list(found.values())
