"""Finds by which names a project's modules reach its databases by SQLAlchemy: engines, factories of sessions, bases of models."""

from __future__ import annotations

import os
import re
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
    """Module, name and kind ("engine", "sessions", "scoped", "async …") of each in a module of the project. An engine has
    all its names, as each has to lead to another one; of a factory of sessions, where it is made.
    """
    found: list[tuple[str, str, str]] = []
    made: dict[int, tuple[str, str, str]] = {}
    for module in _modules(root):
        for name, thing in sorted(vars(module).items()):
            kind = _kind(thing)
            if kind.endswith("engine"):
                found.append((module.__name__, name, kind))
            elif kind and (id(thing) not in made or _is_made_in(module, name)):
                made[id(thing)] = (module.__name__, name, kind)
    return [*found, *made.values()]


def _is_made_in(module: ModuleType, name: str) -> bool:
    """The module's text has a line that gives it a value; others import it."""
    try:
        with open(str(module.__file__), encoding="utf-8") as file:
            return any(re.match(rf"{name}\b[^=(]*=", line) for line in file)
    except (OSError, ValueError):
        return False


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


def _place_of(kind: type[Any], root: str) -> tuple[str, str] | None:
    """Where it can be imported from: some say that they are of the module that has made them."""
    if getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind:
        return kind.__module__, kind.__name__
    name = str(kind.__name__)
    return next(((module.__name__, name) for module in _modules(root) if vars(module).get(name) is kind), None)


def bases(models: list[Any], root: str) -> list[tuple[str, str]]:
    """Module and name of a class for each of `metadatas`: the one that models extend, else a model."""
    found: dict[int, tuple[str, str]] = {}
    for model in sorted(models, key=lambda each: (each.__module__, each.__qualname__)):
        metadata = model.__table__.metadata if hasattr(model, "__table__") else None
        if metadata is None or id(metadata) in found:
            continue
        kinds = [kind for kind in reversed(model.__mro__) if getattr(kind, "metadata", None) is metadata]
        place = next((place for kind in kinds if (place := _place_of(kind, root))), None)
        if place is not None:
            found[id(metadata)] = place
    return list(found.values())
