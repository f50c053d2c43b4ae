"""Asks models at an OpenAI-compatible server."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import openai

from testwright.llm.bounded_http import http_client, silence_limit
from testwright.llm.exchange import ModelReply, ModelRequest, Told
from testwright.llm.hosts import allowed_host
from testwright.llm.left_calls import Cancelled, LeavableCalls, Patience, Say
from testwright.llm.model_settings import ModelSettings
from testwright.llm.reply_text import Collected, take_chunk, take_whole
from testwright.llm.retrying import Retrying
from testwright.llm.server_errors import ServerErrors
from testwright.llm.server_words import body_of, without_refused

__all__ = ["ServerModel"]

_NO_KEY = "none"
_MOST_BYTES = 64_000_000
"""A piece of a reply is some hundred bytes: more than any reply has, and little enough to hold."""


class ServerModel:
    """`pause`: seconds before the second attempt."""

    def __init__(self, name: str, settings: ModelSettings, *, pause: float = 0.5) -> None:
        host = allowed_host(settings)
        key = os.environ.get("OPENAI_API_KEY", "") if settings.may_send_key else ""
        self._name = name
        self._host = host.shown
        self._settings = settings
        self._errors = ServerErrors(host.shown, key)
        self._calls = LeavableCalls()
        self._retrying = Retrying(self._calls.closed, pause=pause)
        self._refused: frozenset[str] = frozenset()
        self._http = http_client(host, settings.base_url, key, _MOST_BYTES)
        self._client = openai.OpenAI(
            base_url=settings.base_url,
            api_key=key or _NO_KEY,
            organization="" if not key else None,
            project="" if not key else None,
            max_retries=0,
            http_client=self._http,
        )

    @property
    def model(self) -> str:
        return self._name

    @property
    def host(self) -> str:
        return self._host

    @property
    def context_size(self) -> int | None:
        return self._settings.context_size

    def complete(self, request: ModelRequest, *, told: Told | None = None) -> ModelReply:
        prompt = request.prompt + "".join(message.text for message in request.messages)
        patience = Patience.by_tokens(len(prompt) // 3, request.sampling.max_tokens, self._settings.seconds_per_token)
        started = time.monotonic()
        try:
            found = self._retrying.run(
                lambda: self._calls.run(lambda say: self._ask(request, patience, say), told, patience)
            )
        except Cancelled:
            return ModelReply("", finish="cancelled", model=self._name)
        return found.reply(time.monotonic() - started)

    def count_tokens(self, text: str) -> int | None:
        return None

    def close(self) -> None:
        self._calls.close()
        self._client.close()

    # -- in a thread of its own ----------------------------------------------------------------------------------------

    def _ask(self, request: ModelRequest, patience: Patience, say: Say) -> Collected:
        found = Collected(request.sampling.max_tokens, self._name)
        try:
            self._send(request, patience, found, say)
        except Exception as error:
            explained = self._errors.explained(error, has_begun=bool(found.size))
            if explained is error:
                raise
            raise explained from error
        return found

    def _send(self, request: ModelRequest, patience: Patience, found: Collected, say: Say) -> None:
        endpoint = self._client.completions if request.prompt else self._client.chat.completions
        create: Any = endpoint.with_raw_response.create
        response = self._accepted(create, body_of(request, self._name) | {"timeout": silence_limit(patience.first)})
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "text/event-stream":
            self._read_stream(response.parse(), found, say)
        elif kind == "application/json":
            take_whole(json.loads(response.http_response.read()), found)
            say(found.text)
        else:
            response.http_response.close()
            raise self._errors.invalid(f"its content type is {kind or 'not said'!r}")

    def _accepted(self, create: Any, body: dict[str, Any]) -> Any:
        """The response; a parameter that the server refuses by name is left out from then on."""
        while True:
            try:
                return create(**without_refused(body, self._refused), stream=True)
            except openai.BadRequestError as error:
                name = str(error.param or "")
                sent = without_refused(body, self._refused)
                if name not in sent and name not in sent.get("extra_body", {}):
                    raise
                if without_refused(body, self._refused | {name}) == sent:
                    raise
                self._refused |= {name}

    def _read_stream(self, stream: Any, found: Collected, say: Say) -> None:
        with stream:
            for chunk in stream:
                piece = take_chunk(chunk.to_dict(warnings=False), found)
                if found.is_too_long:
                    raise self._errors.endless()
                if not say(piece):
                    return
        if found.finish is None:
            raise (
                openai.APIConnectionError(request=stream.response.request)
                if found.size
                else self._errors.invalid("the stream ends before it begins")
            )
