"""Opens the models that `bench` was told to ask: by their addresses, or by names that a file of models has."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from testwright.cli.output import show_remark
from testwright.config.request import find_settings
from testwright.errors import UsageError

if TYPE_CHECKING:
    from testwright.bench.records.model_registry import Registry
    from testwright.llm.exchange import ModelClient

__all__ = ["MODEL_OPTIONS", "names_of_models", "opened_models", "registry_of"]

MODEL_OPTIONS = [
    "model_base_url",
    "model_offline",
    "model_max_calls",
    "model_max_tokens",
    "model_max_cost",
    "model_replies",
    "model_context_size",
    "model_threads",
]
_SCRIPTED = "scripted:"


def registry_of(file: str | None) -> Registry:
    """The models that come with testwright, and those of the file before them."""
    from testwright.bench.records.model_registry import Registry, read_registry, shipped_registry

    known = shipped_registry()
    return Registry({**known.models, **read_registry(file).models}) if file else known


def names_of_models(models: Sequence[str], registry: Registry) -> dict[str, str]:
    """The name in records → the address. UsageError where two would have the same name."""
    found: dict[str, str] = {}
    for given in models:
        address = registry.facts(given).address or given
        name = given if registry.facts(given).address else _name(given)
        if found.setdefault(name, address) != address:
            raise UsageError(
                f"two models would be recorded as {name!r}",
                slug="bad-value",
                where="--model",
                hint="give each a name of its own in a file of models (--models), with its `address`",
            )
    return found


def _name(address: str) -> str:
    """Of a file, what it is called; a name that a server knows as it is."""
    if address.startswith(_SCRIPTED):
        return Path(address.removeprefix(_SCRIPTED)).stem
    return Path(address).stem if address.endswith(".gguf") and ":" not in address else address


@contextmanager
def opened_models(
    addresses: Mapping[str, str], given: Mapping[str, Any], *, quiet: bool
) -> Iterator[dict[str, ModelClient]]:
    """By their names in records; closed in the end. What a budget allows, it allows each of them."""
    from testwright.cli.command_line import option_flags
    from testwright.llm.opening import open_model
    from testwright.workflows.model_settings import model_settings

    flags = {key: value for key, value in option_flags(dict(given)).items() if key in MODEL_OPTIONS}
    project, settings = find_settings(flags, [os.getcwd()])
    made = model_settings(settings, project)
    is_told = not quiet or bool(settings.options.model_base_url)
    clients: dict[str, ModelClient] = {}
    try:
        for name, address in addresses.items():
            clients[name] = open_model(address, made, announce=show_remark if is_told else None)
        yield clients
    finally:
        for client in clients.values():
            client.close()
