"""Watches the messages that a Django project leaves for its user (`django.contrib.messages`), and shows from earlier requests."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..class_reading import text_of
from ..session import Session
from ..values import snapshot
from .notes import Notes
from .replacing import replace

__all__ = ["install"]


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is django.contrib.messages.storage.base."""
    notes = Notes(session, "message")
    added: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
    """How many messages each storage was given."""

    def make(original: Any) -> Any:
        def add(self: Any, *given: Any, **named: Any) -> Any:
            begun = notes.begin(sys._getframe(1))
            if begun is None:
                return original(self, *given, **named)
            before = notes.tried(begun.scope, _queued, self) or 0
            found = original(self, *given, **named)
            if (notes.tried(begun.scope, _queued, self) or 0) > before:  # not empty, and of a level that is shown
                notes.end(begun, "message", _told, self._queued_messages[-1])
                added[self] = added.get(self, 0) + 1
            return found

        return add

    def make_update(original: Any) -> Any:
        def update(self: Any, *given: Any, **named: Any) -> Any:
            found = original(self, *given, **named)
            if session.scope is not None:
                for message in notes.tried(session.scope, _shown_from_before, self, added.get(self, 0)) or ():
                    notes.end(notes.begin(sys._getframe(1)), "message", _told_from_before, message)
            return found

        return update

    undo = [replace(module.BaseStorage, "add", make), replace(module.BaseStorage, "update", make_update)]

    def stop() -> None:
        for each in undo:
            each()

    return stop


def _queued(storage: Any) -> int:
    return len(storage._queued_messages)


def _shown_from_before(storage: Any, added: int) -> list[Any]:
    """Those that an earlier request left, if somebody went through them; they come before those that were added since."""
    loaded = list(vars(storage).get("_loaded_data") or ()) if storage.used else []
    return loaded[: max(0, len(loaded) + _queued(storage) - added)]


def _told_from_before(message: Any) -> dict[str, Any]:
    told = {"earlier": True, "extra_tags": text_of(message.extra_tags or "")}
    if type(message.message).__name__ == "SafeString":
        told["safe"] = True
    return _told(message) | told


def _told(message: Any) -> dict[str, Any]:
    return {"level": snapshot(message.level), "tags": text_of(message.tags), "text": _text(message.message)}


def _text(message: Any) -> Any:
    """A translation that is not made yet is made by Django's own functions alone; other code runs when it is shown."""
    if isinstance(message, str):
        return snapshot(text_of(message))
    if hasattr(type(message), "__reduce__") and any(each.__name__ == "Promise" for each in type(message).__mro__):
        function = message.__reduce__()[1][0]
        if str(getattr(function, "__module__", "")).startswith("django.utils.translation"):
            return snapshot(str(message))
    return snapshot(message)
