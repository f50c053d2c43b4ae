"""Reads a script: a JSONL file with the replies of a model, for tests and for replies that were made elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testwright.errors import ModelError
from testwright.llm.exchange import ModelReply, ModelRequest
from testwright.llm.scripted import ScriptedModel

__all__ = ["scripted_from"]

_FINISHES = ("stop", "length", "cancelled")


@dataclass(slots=True)
class _Line:
    """`when`: only for requests that have this text. `again`: for any number of them."""

    reply: str | ModelReply
    when: str = ""
    again: bool = False
    error: str = ""
    is_used: bool = False


def scripted_from(file: str, *, context_size: int | None = None) -> ScriptedModel:
    """Each request takes the first line that is for it and not used up."""
    lines = _lines(file)

    def answer(request: ModelRequest) -> str | ModelReply | Exception:
        asked = "\n".join([request.prompt, *(message.text for message in request.messages)])
        for line in lines:
            if not line.is_used and line.when in asked:
                line.is_used = not line.again
                return ModelError(line.error, slug="model-refused", where=file) if line.error else line.reply
        return ModelError(
            "the script has no more replies",
            slug="replies-used-up",
            where=file,
            hint="add a line to it, or ask for less with --max-calls",
        )

    return ScriptedModel(answer, context_size=context_size)


def _lines(file: str) -> list[_Line]:
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, str(error)) from error
    numbered = enumerate(text.split("\n"), start=1)
    return [_line(raw, f"{file}:{number}") for number, raw in numbered if raw.strip()]


def _line(raw: str, where: str) -> _Line:
    try:
        plain = json.loads(raw)
    except ValueError as error:
        raise _unreadable(where, str(error)) from error
    if isinstance(plain, str):
        return _Line(plain)
    if not isinstance(plain, dict) or not isinstance(plain.get("text", plain.get("error")), str):
        raise _unreadable(where, "a line is a text, or an object with `text` or `error`")
    return _object(plain, where)


def _object(plain: dict[str, Any], where: str) -> _Line:
    when, finish, error = plain.get("when", ""), plain.get("finish", "stop"), plain.get("error", "")
    unknown = set(plain) - {"text", "when", "finish", "again", "error"}
    if unknown or not isinstance(when, str) or not isinstance(error, str) or finish not in _FINISHES:
        raise _unreadable(where, "an object has `text` or `error`, and may have `when`, `again` and `finish`")
    text = plain.get("text", "")
    reply = text if finish == "stop" else ModelReply(text, finish=finish, model="scripted")
    return _Line(reply, when, plain.get("again") is True, error)


def _unreadable(where: str, why: str) -> ModelError:
    return ModelError(
        f"the script of replies cannot be read: {why}",
        slug="script-unreadable",
        where=where,
        hint='write one JSON text or object a line, such as {"when": "def area", "text": "..."}',
    )
