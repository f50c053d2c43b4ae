"""Keeps replies, and what else a run without the model needs, in a folder: one file for each, named by its question."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from testwright.errors import ModelError
from testwright.llm.exchange import Finish, ModelReply, Usage
from testwright.llm.reply_keys import text_key

__all__ = ["ReplyStore"]

_FINISHES = ("stop", "length")
_ROOM = 0.9
"""What is left of the replies when there are too many: to drop one for each new one would look at all each time."""


class ReplyStore:
    """Of several threads and processes: each file is written at once. What cannot be read is not there."""

    def __init__(self, folder: str, most_mb: float) -> None:
        self._folder = Path(folder)
        self._most = int(most_mb * 1_000_000)
        self._lock = threading.Lock()
        self._size: int | None = None

    def reply(self, key: str) -> ModelReply | None:
        plain = self._read(self._path("replies", key))
        text, finish = plain.get("text"), plain.get("finish")
        if not isinstance(text, str) or finish not in _FINISHES:
            return None
        usage = Usage(_count(plain.get("prompt_tokens")), _count(plain.get("reply_tokens")))
        seconds = plain.get("seconds")
        return ModelReply(
            text,
            cast(Finish, finish),
            usage,
            float(seconds) if isinstance(seconds, (int, float)) else 0.0,
            model=str(plain.get("model", "")),
            cached=True,
        )

    def keep_reply(self, key: str, reply: ModelReply) -> None:
        plain = {
            "text": reply.text,
            "finish": reply.finish,
            "prompt_tokens": reply.usage.prompt_tokens,
            "reply_tokens": reply.usage.reply_tokens,
            "seconds": reply.seconds,
            "model": reply.model,
        }
        self._write(self._path("replies", key), plain)

    def facts(self, address: str) -> dict[str, Any]:
        """Of the model at an address, as noted when it was there: `model`, `host`, `context_size`."""
        return self._read(self._path("models", text_key(address)))

    def keep_facts(self, address: str, facts: Mapping[str, Any]) -> None:
        if self.facts(address) != facts:
            self._write(self._path("models", text_key(address)), facts)

    def tokens(self, key: str) -> int | None:
        return _count(self._read(self._path("tokens", key)).get("tokens"))

    def keep_tokens(self, key: str, tokens: int) -> None:
        self._write(self._path("tokens", key), {"tokens": tokens})

    # -- files ---------------------------------------------------------------------------------------------------------

    def _path(self, kind: str, key: str) -> Path:
        return self._folder / kind / key[:2] / f"{key[2:]}.json"

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return plain if isinstance(plain, dict) else {}

    def _write(self, path: Path, plain: Mapping[str, Any]) -> None:
        text = json.dumps(plain, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
        new = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.new")
        try:
            # Replies may repeat what was in the question: they are of this user alone.
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            new.write_text(text, encoding="utf-8")
            os.replace(new, path)
        except OSError as error:
            raise ModelError(
                f"replies cannot be kept in {str(self._folder)!r}: {error.strerror or error}",
                slug="replies-not-writable",
                where=str(self._folder),
                hint="name another folder with `replies-folder` in [tool.testwright.model], or use --replies off",
            ) from error
        self._make_room(len(text))

    def _make_room(self, added: int) -> None:
        with self._lock:
            if self._size is not None:
                self._size += added
            if self._size is None or self._size > self._most:
                self._size = self._dropped_to_size()

    def _dropped_to_size(self) -> int:
        """The size of what is left; the oldest go first."""
        found = sorted(_states(self._folder))
        size = sum(bytes_ for _, bytes_, _ in found)
        if size <= self._most:
            return size
        for _, bytes_, path in found[:-1]:
            if size <= self._most * _ROOM:
                break
            Path(path).unlink(missing_ok=True)
            size -= bytes_
        return size


def _states(folder: Path) -> list[tuple[int, int, str]]:
    """(time of change, bytes, path) of each kept file; what others drop meanwhile is not there."""
    found = []
    for path in folder.rglob("*.json"):
        try:
            state = path.stat()
        except OSError:
            continue
        found.append((state.st_mtime_ns, state.st_size, str(path)))
    return found


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
