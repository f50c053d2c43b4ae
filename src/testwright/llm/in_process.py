"""Holds what models in this process have in common: their file, and calls that can be left."""

from __future__ import annotations

import os
import threading
import time
from abc import ABC, abstractmethod

from testwright.llm.exchange import ModelReply, ModelRequest, Told
from testwright.llm.gguf_file import checked_gguf, fingerprint
from testwright.llm.left_calls import Cancelled, LeavableCalls, Patience, Say
from testwright.llm.model_settings import ModelSettings
from testwright.llm.reply_text import Collected

__all__ = ["CONTEXT_SIZE", "InProcessModel"]

CONTEXT_SIZE = 8192
"""Where none is asked for: enough for a module and its tests, and little memory."""


class InProcessModel(ABC):
    """Its libraries read a .gguf file, which is data; no code of a project is run here."""

    def __init__(self, path: str, settings: ModelSettings) -> None:
        self._path = checked_gguf(path)
        self._settings = settings
        self._calls = LeavableCalls(farewell=1.0)
        self._fingerprint = fingerprint(path, settings.cache_folder)
        self._turn = threading.Lock()

    @property
    def model(self) -> str:
        return f"{os.path.basename(self._path)}@{self._fingerprint}"

    @property
    def host(self) -> str:
        return ""

    @property
    @abstractmethod
    def context_size(self) -> int | None: ...

    def complete(self, request: ModelRequest, *, told: Told | None = None) -> ModelReply:
        asked = request.prompt + "".join(message.text for message in request.messages)
        patience = Patience.by_tokens(len(asked) // 3, request.sampling.max_tokens, self._settings.seconds_per_token)
        try:
            with self._turn:  # time that others take is not this one's
                started = time.monotonic()
                found = self._calls.run(lambda say: self._ask(request, say), told, patience)
                return found.reply(time.monotonic() - started)
        except Cancelled:
            return ModelReply("", finish="cancelled", model=self.model)

    @abstractmethod
    def _ask(self, request: ModelRequest, say: Say) -> Collected:
        """In a thread of its own; ends when `say` says that nobody waits any more."""

    @abstractmethod
    def count_tokens(self, text: str) -> int | None: ...

    def close(self) -> None:
        self._calls.close()
