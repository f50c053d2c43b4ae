"""Reads and names conversations: the messages that led to an evaluation, as the Julia LLM Leaderboard keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from testwright.errors import UsageError
from testwright.nouns.evaluation import Conversation

__all__ = ["answer_of", "conversation_beside", "load_conversation_from_eval", "read_conversation", "to_text"]

_KINDS = ("systemmessage", "usermessage", "aimessage")


def conversation_beside(evaluation: str | Path) -> Path:
    """The path of the conversation that belongs to an evaluation's."""
    path = Path(evaluation)
    return path.with_name(path.name.replace("evaluation__", "conversation__", 1))


def load_conversation_from_eval(path: str | Path) -> Conversation:
    """The conversation beside the file of an evaluation (or that file itself). UsageError where there is none."""
    return read_conversation(conversation_beside(path))


def read_conversation(path: str | Path) -> Conversation:
    """Its messages. UsageError where the file is none."""
    try:
        plain = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise _invalid(path, str(error)) from error
    if not isinstance(plain, list) or not all(isinstance(each, dict) and "content" in each for each in plain):
        raise _invalid(path, "it is no list of messages with 'content'")
    return tuple(plain)


def _invalid(path: str | Path, why: str) -> UsageError:
    return UsageError(
        f"no conversation can be read from {str(path)!r}: {why}",
        slug="conversation-invalid",
        where=str(path),
        hint="name a file that begins with conversation__, or the evaluation__ file beside it",
    )


def answer_of(conversation: Conversation) -> str:
    """What the model said last; "" where it said nothing."""
    return next((str(each["content"]) for each in reversed(conversation) if each.get("_type") == "aimessage"), "")


def message(kind: str, content: str, **more: Any) -> Mapping[str, Any]:
    """ValueError for a kind that upstream does not have."""
    if kind not in _KINDS:
        raise ValueError(f"{kind!r} is no kind of message")
    return {"content": content, "variables": [], "_type": kind, **more}


def to_text(conversation: Conversation) -> str:
    return json.dumps(list(conversation), ensure_ascii=False, separators=(",", ":")) + "\n"
