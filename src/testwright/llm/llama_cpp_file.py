"""Asks a model in a .gguf file with llama-cpp-python, where that is installed and xllamacpp is not."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from testwright.errors import ModelError
from testwright.llm.cpu_share import threads_for_model
from testwright.llm.exchange import ModelRequest
from testwright.llm.in_process import CONTEXT_SIZE, InProcessModel
from testwright.llm.left_calls import Say
from testwright.llm.model_settings import ModelSettings
from testwright.llm.reply_text import Collected, take_chunk

__all__ = ["LlamaCppFile"]


class LlamaCppFile(InProcessModel):
    """Its library answers one question at a time, and breaks when asked by two threads."""

    def __init__(self, path: str, settings: ModelSettings) -> None:
        super().__init__(path, settings)
        self._llama = _loaded(path, settings)
        self._one_at_a_time = threading.Lock()

    @property
    def context_size(self) -> int | None:
        return int(self._llama.n_ctx())

    def count_tokens(self, text: str) -> int | None:
        with self._one_at_a_time:
            return len(self._llama.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=True))

    def _ask(self, request: ModelRequest, say: Say) -> Collected:
        found = Collected(request.sampling.max_tokens, self.model)
        with self._one_at_a_time:
            try:
                chunks = self._chunks(request)
                for chunk in chunks:
                    if not say(take_chunk(chunk, found)):
                        break
            except (ValueError, RuntimeError) as error:
                raise _explained(error, self._path) from error
        return found

    def _chunks(self, request: ModelRequest) -> Iterator[Mapping[str, Any]]:
        sampling = request.sampling
        words: dict[str, Any] = {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "repeat_penalty": sampling.repeat_penalty,
            "max_tokens": sampling.max_tokens,
            "seed": None if sampling.seed is None else sampling.seed + request.sample,
            "stop": list(sampling.stop),
            "grammar": self._grammar(request),
            "stream": True,
        }
        if request.prompt:
            chunks: Iterator[Mapping[str, Any]] = self._llama.create_completion(prompt=request.prompt, **words)
            return chunks
        messages = [{"role": message.role, "content": message.text} for message in request.messages]
        chunks = self._llama.create_chat_completion(messages=messages, **words)
        return chunks

    def _grammar(self, request: ModelRequest) -> Any:
        import llama_cpp

        if request.grammar:
            self._require_readable(request.grammar)
            return llama_cpp.LlamaGrammar.from_string(request.grammar, verbose=False)
        if request.schema is not None:
            return llama_cpp.LlamaGrammar.from_json_schema(json.dumps(dict(request.schema)), verbose=False)
        return None

    def _require_readable(self, grammar: str) -> None:
        """Its library ends the whole process by a grammar that it cannot read."""
        import llama_cpp

        vocabulary = llama_cpp.llama_model_get_vocab(self._llama.model)
        sampler = llama_cpp.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
        if not sampler:
            raise ModelError(
                f"llama.cpp cannot read the grammar {grammar[:80]!r}", slug="model-refused", where=self._path
            )
        llama_cpp.llama_sampler_free(sampler)


def _loaded(path: str, settings: ModelSettings) -> Any:
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as for xllamacpp
    import llama_cpp

    threads = settings.threads or threads_for_model()
    size = settings.context_size or CONTEXT_SIZE
    try:
        return llama_cpp.Llama(path, n_ctx=size, n_threads=threads, n_threads_batch=threads, verbose=False)
    except (ValueError, RuntimeError, OSError) as error:
        raise ModelError(
            f"{path!r} cannot be loaded: {error}",
            slug="model-cannot-load",
            where=path,
            hint="see that the file is whole, and try a smaller --context-size",
        ) from error


def _explained(error: Exception, path: str) -> ModelError:
    if "context window" in str(error):
        return ModelError(
            f"the question does not fit into the model's context: {error}",
            slug="model-context-full",
            where=path,
            hint="raise --context-size, or ask for less at a time",
        )
    return ModelError(f"llama.cpp broke at a question: {error}", slug="model-stopped", where=path)
