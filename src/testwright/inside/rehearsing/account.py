"""Tells what came of a request: its answer, and what it did to rows, mail, messages, files and other services."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .answering import Answers
from .identities import Known
from .outcome import body_told, raised_told, sent_told

__all__ = ["account_of"]


def account_of(
    known: Known, names: Mapping[str, Any], raised: BaseException | None, answers: Answers, media: Path
) -> dict[str, Any]:
    """`names` is the namespace that the request was sent in; `raised` what it ended with instead of a response."""
    found: dict[str, Any] = {
        "raised": raised_told(raised),
        "mails": [known.written(_mail(mail)) for mail in _outbox()],
        "sent": [sent_told(known, one, _by_settings) for one in answers.sent],
        "files": _files(known, media),
        "response": None,
        "session_user": _session_user(known, names.get("client")),
    }
    response = names.get("response")
    if raised is None and response is not None:
        found["response"] = _response(known, response)
        found["messages"] = [known.written([message.level_tag, str(message)]) for message in _messages(response)]
    return found


def _response(known: Known, response: Any) -> dict[str, Any]:
    content = _content(response)
    kind = str(response.headers.get("Content-Type", ""))
    told: dict[str, Any] = {
        "status": response.status_code,
        "content_type": kind,
        "headers": {name: known.written(value) for name, value in response.headers.items()},
    }
    return told | body_told(known, content, kind)


def _content(response: Any) -> bytes:
    if not getattr(response, "streaming", False):
        return bytes(response.content)
    pieces = response.streaming_content
    if hasattr(pieces, "__aiter__"):
        from asgiref.sync import async_to_sync

        async def gather() -> list[bytes]:
            return [piece async for piece in pieces]

        return b"".join(async_to_sync(gather)())
    return b"".join(pieces)


def _messages(response: Any) -> list[Any]:
    from django.apps import apps

    if not apps.is_installed("django.contrib.messages"):
        return []
    from django.contrib.messages import get_messages

    request = getattr(response, "wsgi_request", None) or getattr(response, "asgi_request", None)
    return [] if request is None else list(get_messages(request))


def _session_user(known: Known, client: Any) -> Any:
    """Who is logged in after it: the row of the user, None for nobody."""
    from django.apps import apps

    if client is None or not apps.is_installed("django.contrib.sessions"):
        return None
    key = client.session.get("_auth_user_id") if client.cookies else None
    return None if key is None else known.written(str(key))


def _outbox() -> list[Any]:
    from django.core import mail

    return list(getattr(mail, "outbox", ()))


def _mail(mail: Any) -> dict[str, Any]:
    return {
        "subject": str(mail.subject),
        "body": str(mail.body),
        "from_email": str(mail.from_email),
        "to": list(mail.to),
        "cc": list(mail.cc),
        "bcc": list(mail.bcc),
        "reply_to": list(getattr(mail, "reply_to", ())),
        "alternatives": [[str(part[0]), str(part[1])] for part in getattr(mail, "alternatives", ())],
        "attachments": [_attachment(part) for part in mail.attachments],
    }


def _attachment(part: Any) -> list[str]:
    if isinstance(part, tuple):
        return [str(part[0]), str(part[2])]
    return [str(part.get_filename() or ""), str(part.get_content_type())]


def _by_settings(text: str) -> Any:
    """By the names of the settings that it holds: what they are differs, and may be secret."""
    from django.conf import settings

    for name in dir(settings):
        value = getattr(settings, name) if name.isupper() else None
        if isinstance(value, str) and len(value) >= 8 and value in text and name not in ("BASE_DIR", "ROOT_URLCONF"):
            if value == text:
                return {"$": "setting", "name": name}
            before, _, after = text.partition(value)
            rest = _by_settings(after)
            parts = rest["parts"] if isinstance(rest, dict) and rest["$"] == "text" else [rest]
            return {
                "$": "text",
                "parts": [part for part in (before, {"$": "setting", "name": name}, *parts) if part != ""],
            }
    return text


def _files(known: Known, media: Path) -> list[list[Any]]:
    """Their names from the folder of uploads, and how many bytes each has."""
    found = sorted(path for path in media.rglob("*") if path.is_file()) if media.is_dir() else []
    return [[known.written(path.relative_to(media).as_posix()), path.stat().st_size] for path in found]
