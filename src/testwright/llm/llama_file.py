"""Asks a model in a .gguf file, with the llama.cpp of xllamacpp in this process."""

from __future__ import annotations

import json
import os
import secrets
import urllib.request
from collections.abc import Mapping
from typing import Any

from testwright.errors import ModelError
from testwright.llm.cpu_share import threads_for_model
from testwright.llm.exchange import ModelRequest
from testwright.llm.in_process import CONTEXT_SIZE, InProcessModel
from testwright.llm.left_calls import Say
from testwright.llm.model_settings import ModelSettings
from testwright.llm.reply_text import Collected, take_chunk
from testwright.llm.server_words import body_of

__all__ = ["LlamaFile"]

_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class LlamaFile(InProcessModel):
    """Loaded at once; answers one question at a time."""

    def __init__(self, path: str, settings: ModelSettings) -> None:
        super().__init__(path, settings)
        self._key = secrets.token_hex(16)
        self._server = _loaded(path, self._key, settings)
        self._address = str(self._server.listening_address)
        trained = self._trained_context_size()
        self._context_size = min(settings.context_size or CONTEXT_SIZE, trained or CONTEXT_SIZE)

    @property
    def context_size(self) -> int | None:
        return self._context_size

    def count_tokens(self, text: str) -> int | None:
        """By the library's own server, which is on this machine and wants a key that only this process knows."""
        return len(self._own_server("/tokenize", {"content": text})["tokens"])

    def _ask(self, request: ModelRequest, say: Say) -> Collected:
        found, failed = Collected(request.sampling.max_tokens, self.model), []

        def take(chunk: Mapping[str, Any]) -> bool:
            if chunk.get("error"):
                failed.append(chunk["error"])
                return True
            return not say(take_chunk(chunk, found))

        body = body_of(request, "")
        body |= {**body.pop("extra_body"), "stream": True}
        answer = self._server.handle_completions if request.prompt else self._server.handle_chat_completions
        answer(body, take)
        if failed:
            raise _explained(failed[0], self._path)
        if found.finish is None:
            raise _explained({"message": "it ended in the middle of a reply"}, self._path)
        return found

    def _trained_context_size(self) -> int | None:
        listed = self._own_server("/v1/models")["data"][0]
        size = (listed.get("meta") or {}).get("n_ctx_train")
        return size if isinstance(size, int) and size > 0 else None

    def _own_server(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        with _NO_PROXY.open(urllib.request.Request(self._address + path, data, headers), timeout=60) as response:
            return json.loads(response.read())


def _loaded(path: str, key: str, settings: ModelSettings) -> Any:
    # Threads that spin while they wait take the CPU from those they wait for; read once, when the library is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.n_ctx = settings.context_size or CONTEXT_SIZE
    parameters.n_parallel = 1
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.verbosity = -1
    parameters.warmup = False
    parameters.use_jinja = True
    for cpu in (parameters.cpuparams, parameters.cpuparams_batch):
        cpu.n_threads = settings.threads or threads_for_model()
    try:
        return xllamacpp.Server(parameters)
    except Exception as error:
        raise ModelError(
            f"{path!r} cannot be loaded: {error}",
            slug="model-cannot-load",
            where=path,
            hint="see that the file is whole, and try a smaller --context-size",
        ) from error


def _explained(error: Mapping[str, Any], path: str) -> ModelError:
    words = str(error.get("message", error))
    if error.get("type") == "exceed_context_size_error":
        return ModelError(
            f"the question does not fit into the model's context: {words}",
            slug="model-context-full",
            where=path,
            hint="raise --context-size, or ask for less at a time",
        )
    if str(error.get("code", "")).startswith("4"):
        return ModelError(f"llama.cpp refuses the question: {words}", slug="model-refused", where=path)
    return ModelError(f"llama.cpp broke at a question: {words}", slug="model-stopped", where=path)
