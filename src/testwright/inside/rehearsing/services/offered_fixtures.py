"""Finds which fixtures of a project's conftest.py files give a client of its application, and sessions on the same database."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .fixture_values import ServiceFixtures, used_by

__all__ = ["offered"]

_LIKELY = re.compile(r"client|session|sess|db|database|engine|connection")
_FIRST = ("client", "session", "db_session", "db", "make_session", "session_factory", "engine")


def offered(functions: Mapping[str, Callable[..., Any]], always: Iterable[str], with_rows: bool) -> dict[str, Any]:
    """ "client", "session" and its "kind": "session", "sessions" (a function that makes one) or "engine"; nothing where
    client and session do not share what they need.
    """
    kinds = _kinds(functions, always)
    clients = _sorted(name for name, kind in kinds.items() if kind == "client")
    if not clients:
        return {}
    if not with_rows:
        return {"client": clients[0], "session": "", "kind": ""}
    for client in clients:
        needed = used_by(client, functions) - {"monkeypatch", "tmp_path"}
        for kind in ("session", "sessions", "configurable sessions", "engine"):
            for name in _sorted(each for each, found in kinds.items() if found == kind):
                if needed & (used_by(name, functions) - {"monkeypatch", "tmp_path"}):
                    return {"client": client, "session": name, "kind": kind}
    return {}


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))


def _kinds(functions: Mapping[str, Callable[..., Any]], always: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in functions:
        if not _LIKELY.search(name.lower()):
            continue
        fixtures = None
        try:
            fixtures = ServiceFixtures(functions, always)
            found[name] = _kind(fixtures[name])
        except Exception:  # noqa: BLE001  it needs what there is in pytest only, or does not work
            found[name] = ""
        finally:
            if fixtures is not None:
                fixtures.close()
    return {name: kind for name, kind in found.items() if kind}


def _kind(value: Any) -> str:
    for module, name, kind in (
        ("starlette.testclient", "TestClient", "client"),
        ("flask.testing", "FlaskClient", "client"),
        ("sqlalchemy.orm", "Session", "session"),
        ("sqlalchemy.orm", "scoped_session", "session"),
        ("sqlalchemy.orm", "sessionmaker", "configurable sessions"),
        ("sqlalchemy.engine", "Engine", "engine"),
    ):
        known = getattr(sys.modules.get(module), name, None)
        if isinstance(known, type) and isinstance(value, known):
            return kind
    return ""
