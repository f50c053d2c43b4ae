"""Tells of an exception, the body of an answer and what was sent out, whichever framework the project has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .identities import Known

__all__ = ["body_told", "raised_told", "sent_told"]

_MOST_TEXT = 200_000


def raised_told(error: BaseException | None) -> dict[str, str] | None:
    if error is None:
        return None
    kind = type(error)
    return {"module": kind.__module__, "name": kind.__qualname__, "message": str(error)}


def body_told(known: Known, content: bytes, kind: str) -> dict[str, Any]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return {"octets": len(content), "hex": content[:64].hex()}
    if "json" in kind:
        try:
            return {"json": known.written(json.loads(text))}
        except ValueError:
            pass  # it says that it is JSON and is not: it is told as text
    if "html" in kind:
        return {"html": [known.written(line) for line in text[:_MOST_TEXT].splitlines()]}
    return {"text": known.written(text[:_MOST_TEXT])}


def sent_told(known: Known, one: Mapping[str, Any], named: Callable[[str], Any] = str) -> dict[str, Any]:
    """`named` puts names in the place of what is in a text, such as those of settings."""
    told = {"method": one["method"], "url": named(one["url"])}
    told["headers"] = [[name, known.written(named(value))] for name, value in one["headers"]]
    if isinstance(told["url"], str):
        told["url"] = known.written(told["url"])
    body = one["body"]
    kind = next((value for name, value in one["headers"] if str(name).lower() == "content-type"), "")
    if isinstance(body, str) and "json" in kind:
        try:
            told["json"] = known.written(json.loads(body))
        except ValueError:
            told["body"] = known.written(body)
    else:
        told["body"] = known.written(body)
    return told | {"client": one["client"], "answer": one["answer"]}
