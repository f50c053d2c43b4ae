"""Decides which questions are the same: by all that a reply depends on, and nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from testwright.llm.exchange import ModelRequest

__all__ = ["plain_request", "reply_key", "text_key"]

_FORM = 1


def reply_key(model: str, request: ModelRequest) -> str:
    """Not of the server's address, time limits, threads or the day."""
    return text_key(json.dumps({"form": _FORM, "model": model, **plain_request(request)}, sort_keys=True))


def text_key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def plain_request(request: ModelRequest) -> dict[str, Any]:
    sampling = request.sampling
    return {
        "messages": [[message.role, message.text] for message in request.messages],
        "prompt": request.prompt,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "repeat_penalty": sampling.repeat_penalty,
        "max_tokens": sampling.max_tokens,
        "seed": sampling.seed,
        "stop": list(sampling.stop),
        "schema": None if request.schema is None else dict(request.schema),
        "grammar": request.grammar,
        "template_arguments": dict(request.template_arguments),
        "sample": request.sample,
    }
