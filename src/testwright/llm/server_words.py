"""Says a request in the words of the OpenAI protocol, and in those that its servers have added."""

from __future__ import annotations

from typing import Any

from testwright.llm.exchange import ModelRequest

__all__ = ["body_of", "without_refused"]

_MAY_GO = frozenset({"temperature", "top_p", "seed", "stream_options", "max_tokens", "repeat_penalty"})
"""What a reply may be had without; a schema or grammar is not."""


def body_of(request: ModelRequest, model: str) -> dict[str, Any]:
    sampling = request.sampling
    body: dict[str, Any] = {
        "model": model,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "stream_options": {"include_usage": True},
        "extra_body": _added(request),
    }
    if request.prompt:
        body["prompt"] = request.prompt
    else:
        body["messages"] = [{"role": message.role, "content": message.text} for message in request.messages]
    if sampling.seed is not None:
        body["seed"] = sampling.seed + request.sample
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    return body


def _added(request: ModelRequest) -> dict[str, Any]:
    """What only some servers know: llama.cpp's, vLLM."""
    added: dict[str, Any] = {}
    if request.sampling.repeat_penalty != 1.0:
        added["repeat_penalty"] = request.sampling.repeat_penalty
    if request.grammar:
        added["grammar"] = request.grammar
    if request.schema is not None:
        schema = dict(request.schema)
        added["response_format"] = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}
        if request.prompt:
            added["json_schema"] = schema
    if request.template_arguments and not request.prompt:
        added["chat_template_kwargs"] = dict(request.template_arguments)
    return added


def without_refused(body: dict[str, Any], refused: frozenset[str]) -> dict[str, Any]:
    """Newer models of OpenAI have another name for `max_tokens`, and take no temperature."""
    gone = refused & _MAY_GO
    kept = {key: value for key, value in body.items() if key not in gone}
    kept["extra_body"] = {key: value for key, value in body["extra_body"].items() if key not in gone}
    if "max_tokens" in gone:
        kept["max_completion_tokens"] = body["max_tokens"]
    return kept
