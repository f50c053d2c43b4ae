"""Watches the mail that a Django project sends."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..raised_errors import raised_plain
from ..real_clock import now_ns
from ..session import Session
from ..values import snapshot

__all__ = ["install"]


def install(session: Session, module: ModuleType) -> Callable[[], None]:
    """`module` is django.core.mail.message."""
    owner = module.EmailMessage
    original = owner.__dict__["send"]

    @functools.wraps(original)
    def send(self: Any, *given: Any, **named: Any) -> Any:
        if session.scope is None:
            return original(self, *given, **named)
        at, data = now_ns(), _told(self)
        try:
            sent = original(self, *given, **named)
        except BaseException as error:
            session.note("mail", "mail", {**data, "raised": raised_plain(error, snapshot)}, at=at)
            raise
        session.note("mail", "mail", {**data, "sent": snapshot(sent)}, at=at)
        return sent

    owner.send = send

    def undo() -> None:
        if owner.__dict__.get("send") is send:
            owner.send = original

    return undo


def _told(message: Any) -> dict[str, Any]:
    try:
        return {
            "subject": _text(message.subject),
            "body": _text(message.body),
            "from": _text(message.from_email),
            "to": [_text(one) for one in message.to],
            "cc": [_text(one) for one in message.cc],
            "bcc": [_text(one) for one in message.bcc],
            "headers": [[_text(name), _text(value)] for name, value in message.extra_headers.items()],
            "attachments": [_attachment(each) for each in message.attachments],
            "alternatives": [[_text(each[0]), _text(each[1])] for each in getattr(message, "alternatives", None) or ()],
            "content_type": f"text/{message.content_subtype}",
        }
    except Exception as error:  # noqa: BLE001  a message of a class of its own, which its backend may understand
        return {"problem": f"{type(error).__name__} while the message was read"}


def _text(value: Any) -> Any:
    """Lazy texts are asked for: sending asks for them as well."""
    return snapshot(value if isinstance(value, str) or value is None else str(value))


def _attachment(attachment: Any) -> list[Any]:
    """Its name, its length and its type."""
    if isinstance(attachment, tuple):
        name, content, kind = attachment
        return [_text(name), len(content) if hasattr(content, "__len__") else None, _text(kind)]
    content = attachment.get_payload(decode=True)
    return [attachment.get_filename(), None if content is None else len(content), attachment.get_content_type()]
