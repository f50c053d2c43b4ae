"""Finds by which names a project's modules reach its databases by SQLAlchemy: engines, factories of sessions, bases of models."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

__all__ = ["bases", "password_hasher", "places", "tables"]

_KINDS = (
    ("flask_sqlalchemy", "SQLAlchemy", "extension"),
    ("sqlalchemy.engine", "Engine", "engine"),
    ("sqlalchemy.ext.asyncio", "AsyncEngine", "async engine"),
    ("sqlalchemy.orm", "scoped_session", "scoped"),
    ("sqlalchemy.orm", "sessionmaker", "sessions"),
    ("sqlalchemy.ext.asyncio", "async_sessionmaker", "async sessions"),
    ("sqlalchemy.ext.asyncio", "async_scoped_session", "async scoped"),
)
_HASHES = re.compile(r"(get_|make_|create_|generate_)?(password_hash|hash_password|hashed_password|hash_pw)")


def places(root: str) -> list[tuple[str, str, str]]:
    """Module, name and kind ("engine", "sessions", "scoped", "async …", "extension" of Flask-SQLAlchemy) of each in a module
    of the project, or in an object that a module holds. An engine has all its names, as each has to lead to another one;
    the others where they are made.
    """
    found: list[tuple[str, str, str]] = []
    made: dict[int, tuple[str, str, str]] = {}
    for module in _modules(root):
        for name, thing in _held(module, root):
            kind = _kind(thing)
            if kind == "extension" and len(thing.metadatas) > 1:
                kind = "extension with binds"
            if kind.endswith("engine"):
                found.append((module.__name__, name, kind))
            elif kind and (id(thing) not in made or _is_made_in(module, name)):
                made[id(thing)] = (module.__name__, name, kind)
    if any(
        kind.startswith("extension") for *_, kind in made.values()
    ):  # what it gives sessions from, whatever else they are called
        return [place for place in made.values() if place[2].startswith("extension")]
    return [*found, *made.values()]


def _held(module: ModuleType, root: str) -> Iterator[tuple[str, Any]]:
    """With what is in objects of the project's own classes, where these are made."""
    own = {each.__name__ for each in _modules(root)}
    for name, thing in sorted(vars(module).items()):
        yield name, thing
        if type(thing).__module__ in own and hasattr(thing, "__dict__") and _is_made_in(module, name):
            yield from ((f"{name}.{inner}", each) for inner, each in sorted(vars(thing).items()))


def _is_made_in(module: ModuleType, name: str) -> bool:
    """The module's text has a line that gives it a value; others import it."""
    try:
        with open(str(module.__file__), encoding="utf-8") as file:
            return any(re.match(rf"{name.partition('.')[0]}\b[^=(]*=", line) for line in file)
    except (OSError, ValueError):
        return False


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


def tables(root: str) -> list[tuple[Any, tuple[str, str]]]:
    """Each table that the project's modules know, with module and name by which it is reached: mapped ones have none."""
    found: dict[int, tuple[Any, tuple[str, str]]] = {}
    kind = getattr(sys.modules.get("sqlalchemy"), "Table", None)
    if not isinstance(kind, type):
        return []
    for module in _modules(root):
        for name, thing in sorted(vars(module).items()):
            if isinstance(thing, kind) and (id(thing) not in found or _is_made_in(module, name)):
                found[id(thing)] = (thing, (module.__name__, name))
    return list(found.values())


def _place_of(kind: type[Any], root: str) -> tuple[str, str] | None:
    """Where it can be imported from: some say that they are of the module that has made them."""
    if getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind:
        return kind.__module__, kind.__name__
    name = str(kind.__name__)
    return next(((module.__name__, name) for module in _modules(root) if vars(module).get(name) is kind), None)


def bases(models: list[Any], root: str) -> list[tuple[str, str]]:
    """Module and name of something that has it, for each `metadata`: the class that models extend, a model, or a table."""
    found: dict[int, tuple[str, str]] = {}
    for model in sorted(models, key=lambda each: (each.__module__, each.__qualname__)):
        metadata = model.__table__.metadata if hasattr(model, "__table__") else None
        if metadata is None or id(metadata) in found:
            continue
        kinds = [kind for kind in reversed(model.__mro__) if getattr(kind, "metadata", None) is metadata]
        place = next((place for kind in kinds if (place := _place_of(kind, root))), None)
        if place is not None:
            found[id(metadata)] = place
    for table, place in tables(root):
        found.setdefault(id(table.metadata), place)
    return list(found.values())


def password_hasher(root: str) -> tuple[str, str]:
    """Module and name of the project's function that makes a password's hash; ("", "") where none is called so."""
    for module in _modules(root):
        for name, thing in sorted(vars(module).items()):
            if _HASHES.fullmatch(name) and isinstance(thing, FunctionType) and thing.__module__ == module.__name__:
                if thing.__code__.co_argcount - len(thing.__defaults__ or ()) == 1:
                    return module.__name__, name
    return "", ""
