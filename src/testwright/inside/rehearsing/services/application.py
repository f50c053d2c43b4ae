"""Finds the application that a project serves, and which framework it is made with."""

from __future__ import annotations

import importlib
import inspect
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..stage import NotSetUp

__all__ = ["Application", "load_application"]

_DATABASE = "SQLALCHEMY_DATABASE_URI"


@dataclass(frozen=True, slots=True)
class Application:
    """`name` in `module` is the application, or (`is_made`) a function that makes it; `starts`: it has something to do
    before its first request; `remembers` is the name of the signed cookie that it keeps a session by; `given` says what
    the function takes to make one for tests: "" for nothing, "mapping", "testing", or the class of settings that it takes
    otherwise.
    """

    module: str
    name: str
    framework: str
    is_made: bool
    starts: bool
    remembers: str
    given: str = ""

    def to_plain(self) -> dict[str, Any]:
        return {
            "module": self.module,
            "name": self.name,
            "framework": self.framework,
            "is_made": self.is_made,
            "starts": self.starts,
            "remembers": self.remembers,
            "given": self.given,
        }


def load_application(text: str) -> Application:
    """Of "module:name". NotSetUp where there is none."""
    module_name, _, name = text.partition(":")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise NotSetUp(slug="application-not-loaded", message=f"{type(error).__name__}: {error}") from error
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    framework = _framework(found)
    if framework:
        return _application(module_name, name, found, framework, is_made=False)
    try:
        given, made = _made(found) if callable(found) else ("", None)
    except Exception as error:
        raise NotSetUp(slug="application-not-loaded", message=f"{name}(): {type(error).__name__}: {error}") from error
    framework = _framework(made)
    if not framework:
        what = f"{text!r} is no application of FastAPI, Starlette or Flask"
        raise NotSetUp(slug="application-not-loaded", message=what)
    return _application(module_name, name, made, framework, is_made=True, given=given)


def _made(function: Any) -> tuple[str, Any]:
    """With the database of a test, where it takes that; what it would have otherwise is not touched then."""
    for given, settings in _for_tests(function):
        try:
            made = function(settings)
        except Exception as error:  # noqa: BLE001  the project's: it does not take settings like these
            logging.getLogger(__name__).debug("%r is not taken: %s", given, error)
            continue
        config = getattr(made, "config", None) or {}
        if config.get("TESTING") and (given == "testing" or config.get(_DATABASE) == "sqlite://"):
            return given, made
    return "", function()


def _for_tests(function: Any) -> Iterator[tuple[str, Any]]:
    """Ways to give settings to a function that makes an application whose database is that of Flask-SQLAlchemy."""
    parameters = list(inspect.signature(function).parameters.values())
    if "flask_sqlalchemy" not in sys.modules or not parameters or parameters[0].kind is parameters[0].KEYWORD_ONLY:
        return
    settings = {"TESTING": True, _DATABASE: "sqlite://"}
    default = parameters[0].default
    if isinstance(default, type) and default is not parameters[0].empty:
        yield f"{default.__module__}:{default.__qualname__}", type("Testing", (default,), settings)
        return
    yield "mapping", settings
    yield "testing", "testing"


def _application(module: str, name: str, app: Any, framework: str, is_made: bool, given: str = "") -> Application:
    return Application(module, name, framework, is_made, _starts(app, framework), _remembers(app, framework), given)


def _framework(thing: Any) -> str:
    for module, name, framework in (
        ("fastapi", "FastAPI", "fastapi"),
        ("starlette.applications", "Starlette", "starlette"),
        ("flask", "Flask", "flask"),
    ):
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and isinstance(thing, kind):
            return framework
    return ""


def _starts(app: Any, framework: str) -> bool:
    """Something is registered to be done when the server starts."""
    if framework == "flask":
        return False
    router = app.router
    handlers = [*getattr(router, "on_startup", ()), *getattr(router, "on_shutdown", ())]
    return bool(handlers) or _is_the_projects(router.lifespan_context)


def _remembers(app: Any, framework: str) -> str:
    if framework == "flask":
        kind = sys.modules["flask.sessions"].SecureCookieSessionInterface
        signs = bool(app.secret_key) and isinstance(app.session_interface, kind)
        return str(app.config["SESSION_COOKIE_NAME"]) if signs else ""
    kind = getattr(sys.modules.get("starlette.middleware.sessions"), "SessionMiddleware", None)
    given = next((each for each in app.user_middleware if each.cls is kind), None)
    return "" if kind is None or given is None else str(kind(app, *given.args, **given.kwargs).session_cookie)


def _is_the_projects(context: Any) -> bool:
    """Those of several routers are held by a function of the framework's."""
    module = str(getattr(context, "__module__", "") or type(context).__module__)
    if not module.startswith(("starlette.", "fastapi.", "contextlib")):
        return True
    inner = getattr(context, "__wrapped__", context)
    cells = getattr(inner, "__closure__", None) or ()
    return any(_is_the_projects(cell.cell_contents) for cell in cells if callable(cell.cell_contents))
