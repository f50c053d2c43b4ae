"""Watches the messages that a Django project leaves for its user (`django.contrib.messages`)."""

from __future__ import annotations

import sys
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

    def make(original: Any) -> Any:
        def add(self: Any, *given: Any, **named: Any) -> Any:
            begun = notes.begin(sys._getframe(1))
            if begun is None:
                return original(self, *given, **named)
            before = notes.tried(begun.scope, _queued, self) or 0
            found = original(self, *given, **named)
            if (notes.tried(begun.scope, _queued, self) or 0) > before:  # not empty, and of a level that is shown
                notes.end(begun, "message", _told, self._queued_messages[-1])
            return found

        return add

    return replace(module.BaseStorage, "add", make)


def _queued(storage: Any) -> int:
    return len(storage._queued_messages)


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
