"""Finds the application that a project serves, and which framework it is made with."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from typing import Any

from ..stage import NotSetUp

__all__ = ["Application", "load_application"]


@dataclass(frozen=True, slots=True)
class Application:
    """`name` in `module` is the application, or (`is_made`) a function that makes it; `starts`: it has something to do
    before its first request.
    """

    module: str
    name: str
    framework: str
    is_made: bool
    starts: bool

    def to_plain(self) -> dict[str, Any]:
        return {
            "module": self.module,
            "name": self.name,
            "framework": self.framework,
            "is_made": self.is_made,
            "starts": self.starts,
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
        return Application(module_name, name, framework, is_made=False, starts=_starts(found, framework))
    try:
        made = found() if callable(found) else None
    except Exception as error:
        raise NotSetUp(slug="application-not-loaded", message=f"{name}(): {type(error).__name__}: {error}") from error
    framework = _framework(made)
    if not framework:
        what = f"{text!r} is no application of FastAPI, Starlette or Flask"
        raise NotSetUp(slug="application-not-loaded", message=what)
    return Application(module_name, name, framework, is_made=True, starts=_starts(made, framework))


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


def _is_the_projects(context: Any) -> bool:
    """Those of several routers are held by a function of the framework's."""
    module = str(getattr(context, "__module__", "") or type(context).__module__)
    if not module.startswith(("starlette.", "fastapi.", "contextlib")):
        return True
    inner = getattr(context, "__wrapped__", context)
    cells = getattr(inner, "__closure__", None) or ()
    return any(_is_the_projects(cell.cell_contents) for cell in cells if callable(cell.cell_contents))
