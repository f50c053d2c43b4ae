"""Holds what the templates of all engines have in common: one span for what is rendered, however many others it takes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from types import FrameType
from typing import Any

from ..class_reading import text_of
from ..raised_errors import raised_plain
from ..session import Session
from ..values import Limits, snapshot
from .notes import Begun, Notes

__all__ = ["Rendering", "Renderings", "renderings_of"]

_LIMITS = Limits(nodes=200, depth=4, items=32, text=2048)
_MOST_NAMES = 50


class Rendering:
    """One that is under way."""

    __slots__ = ("begun", "data", "names", "token")

    def __init__(self, begun: Begun | None, data: dict[str, Any]) -> None:
        self.begun, self.data = begun, data
        self.names: list[str] = []
        self.token: Token[Rendering | None] | None = None

    def took(self, name: Any) -> None:
        """A template: itself, one that it extends or includes. One made of a text has no name."""
        if isinstance(name, str) and len(self.names) < _MOST_NAMES and name not in self.names:
            self.names.append(text_of(name))


class Renderings:
    """Those of one recording. A template that is rendered by another one is part of that."""

    def __init__(self, session: Session) -> None:
        self._notes = Notes(session, "template", sampled=True)
        self._open: ContextVar[Rendering | None] = ContextVar("testwright_rendering", default=None)

    @property
    def open(self) -> Rendering | None:
        return self._open.get()

    def take(self, template: Any) -> None:
        """One that another one, which is under way, extends or includes."""
        if self.open is not None:
            self.open.took(getattr(template, "name", None))

    def begin(self, frame: FrameType | None, engine: str, name: Any, context: Any) -> Rendering | None:
        """None where it is part of another one, or of no trace. `context` gives a dictionary when it is asked. One that
        is like others is not kept, and those that are part of it are not either.
        """
        outer = self._open.get()
        if outer is not None:
            outer.took(name)
            return None
        begun = self._notes.begin(frame, (engine, name if isinstance(name, str) else None))
        if begun is None and self._notes.session.scope is None:
            return None
        held = None if begun is None else self._notes.tried(begun.scope, _told, context)
        found = Rendering(begun, {"engine": engine, "context": ["dict"] if held is None else held})
        found.took(name)
        found.token = self._open.set(found)
        return found

    def finish(self, rendering: Rendering, work: Callable[[], Any]) -> Any:
        """What the work gives; the rendering ends with it."""
        try:
            found = work()
        except BaseException as error:
            self.end(rendering, error)
            raise
        self.end(rendering)
        return found

    def end(self, rendering: Rendering | None, error: BaseException | None = None) -> None:
        if rendering is None:
            return
        if rendering.token is not None:
            try:
                self._open.reset(rendering.token)
            except ValueError:  # a generator that another task has gone on with
                self._open.set(None)
        name = rendering.names[0] if rendering.names else "(a text)"
        self._notes.end(rendering.begun, name, _whole, rendering, error)


def _told(context: Any) -> Any:
    held: Mapping[str, Any] = context()
    return snapshot(dict(held), _LIMITS)


def _whole(rendering: Rendering, error: BaseException | None) -> dict[str, Any]:
    data = {"names": rendering.names, **rendering.data}
    return data if error is None else {**data, "raised": raised_plain(error, snapshot)}


def renderings_of(session: Session) -> Renderings:
    """One for all engines: Django may render a template of Jinja's within its own."""
    found: Renderings | None = session.shared.get(Renderings)
    if found is None:
        found = session.shared[Renderings] = Renderings(session)
    return found
