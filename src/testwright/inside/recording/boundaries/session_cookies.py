"""Watches what the session of Flask or of Starlette's middleware holds when a request begins: its cookie is not kept."""

from __future__ import annotations

import sys
from base64 import b64decode
from collections.abc import Callable
from json import loads
from types import ModuleType
from typing import Any

from ..session import Session
from ..values import snapshot
from .notes import Notes
from .replacing import replace

__all__ = ["install"]


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is flask.sessions or starlette.middleware.sessions."""
    notes = Notes(session, "session")
    if module.__name__.startswith("flask"):
        return replace(module.SecureCookieSessionInterface, "open_session", lambda there: _opening(notes, there))
    return replace(module.SessionMiddleware, "__call__", lambda there: _calling(notes, there, module.HTTPConnection))


def _opening(notes: Notes, there: Any) -> Any:
    def open_session(self: Any, *given: Any, **named: Any) -> Any:
        found = there(self, *given, **named)
        if found and notes.session.scope is not None:
            notes.end(notes.begin(sys._getframe(1)), "session", _told, found)
        return found

    return open_session


def _calling(notes: Notes, there: Any, connection: Any) -> Any:
    async def call(self: Any, scope: Any, receive: Any, send: Any) -> Any:
        trace = notes.session.scope
        if trace is not None and scope.get("type") == "http":
            held = notes.tried(trace, _held, self, connection(scope).cookies)
            if held:
                notes.end(notes.begin(sys._getframe(1)), "session", _told, held)
        return await there(self, scope, receive, send)

    return call


def _held(middleware: Any, cookies: Any) -> Any:
    """As the middleware reads it itself; one that it will not take holds nothing."""
    signed = cookies.get(middleware.session_cookie)
    if not signed:
        return None
    refused = sys.modules["itsdangerous"].BadSignature
    try:
        return loads(b64decode(middleware.signer.unsign(signed.encode(), max_age=middleware.max_age)))
    except refused:
        return None


def _told(found: Any) -> dict[str, Any]:
    return {"found": snapshot(dict.copy(found))}
