"""Watches what a program writes to its logs, as far as its loggers let it through."""

from __future__ import annotations

import datetime
import decimal
import sys
import uuid
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..class_reading import text_of
from ..project_code import ProjectCode
from ..raised_errors import message_of
from ..session import Session
from ..values import snapshot
from .notes import Notes
from .replacing import put

__all__ = ["install"]

_WORDED_BY_PYTHON = frozenset(
    {str, int, float, bool, type(None), bytes, decimal.Decimal, uuid.UUID, datetime.date, datetime.timedelta}
)
"""Values of these classes are put into a text by no code of the program."""


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is logging. `filter` is the last that is asked before the handlers, which may look at who called them."""
    notes = Notes(session, "log")
    project: ProjectCode | None = session.shared.get(ProjectCode)

    def make(original: Any) -> Any:
        def filter(self: Any, record: Any) -> Any:
            found = original(self, record)
            if found and session.scope is not None:
                kept = record if found is True else found
                begun = notes.begin(sys._getframe(1), (id(self), getattr(kept, "lineno", 0)))
                if begun is not None:
                    place = notes.tried(begun.scope, _place, kept, project) or {}
                    notes.end(begun, str(getattr(kept, "name", "")), _told, kept, **place)
            return found

        return filter

    return put(module.Logger, "filter", make)


def _place(record: Any, project: ProjectCode | None) -> dict[str, Any]:
    file = "" if project is None else project.place_of(record.pathname)
    return {"file": file, "line": record.lineno} if file else {}


def _told(record: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"logger": record.name, "level": record.levelname}
    text = text_of(record.msg) if isinstance(record.msg, str) else None
    if text is not None and _is_worded(record.args):
        data["message"] = snapshot(_worded(text, record.args))
    if record.args or text is None:
        data |= {"template": snapshot(record.msg if text is None else text), "args": snapshot(record.args)}
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if error is not None:
        kind = type(error)
        data["exception"] = {"type": f"{kind.__module__}:{kind.__qualname__}", "message": message_of(error)}
    return data


def _is_worded(values: Any) -> bool:
    held = values.values() if type(values) is dict else values or ()
    return all(type(each) in _WORDED_BY_PYTHON for each in held)


def _worded(text: str, values: Any) -> str:
    """As `logging` does it; a text that the values do not fit stays, and the program's handlers complain of it."""
    try:
        return text % values if values else text
    except (TypeError, ValueError, KeyError, OverflowError):
        return text
