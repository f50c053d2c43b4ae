"""Decides what the name of a model means: a file, one of a hub, a script, or a model of a server."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from testwright.errors import ModelError

__all__ = ["Address", "read_address"]

_SCRIPTED = "scripted:"


@dataclass(frozen=True, slots=True)
class Address:
    """`name` is a path of a file or script, the repository of a hub (with its `file`), or the name that a server knows."""

    kind: Literal["file", "hub", "scripted", "server"]
    name: str
    file: str = ""


def read_address(text: str, *, has_server: bool) -> Address:
    """With a server, only a file that is there, or a script, is something else than one of its models."""
    if text.startswith(_SCRIPTED):
        return Address("scripted", os.path.expanduser(text.removeprefix(_SCRIPTED)))
    path = os.path.expanduser(text)
    repository, _, file = text.rpartition(":")
    if os.path.isfile(path) or (not has_server and text.endswith(".gguf") and not repository):
        return Address("file", path)
    if not has_server and file.endswith(".gguf") and repository.count("/") == 1:
        return Address("hub", repository, file)
    if not has_server:
        raise ModelError(
            f"{text!r} is no .gguf file, no `repo:file` of a hub, and there is no server to ask for a model of that name",
            slug="model-not-found",
            where="--model",
            hint="name the server that has it with --base-url",
        )
    return Address("server", text)
