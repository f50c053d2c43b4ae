"""Opens a model: finds its backend by its address."""

from __future__ import annotations

from testwright.errors import ModelError
from testwright.llm.addresses import Address, read_address
from testwright.llm.exchange import ModelClient, Told
from testwright.llm.model_settings import ModelSettings
from testwright.llm.scripted_file import scripted_from

__all__ = ["open_model"]


def open_model(address: str, settings: ModelSettings, *, announce: Told | None = None) -> ModelClient:
    """`announce` is told where requests go and what is loaded, before that is done. Close the client in the end."""
    found = read_address(address, has_server=bool(settings.base_url))
    return _backend(found, settings)


def _backend(address: Address, settings: ModelSettings) -> ModelClient:
    if address.kind == "scripted":
        return scripted_from(address.name, context_size=settings.context_size)
    raise ModelError(f"{address.name!r} is of a kind that cannot be asked yet", slug="model-not-found")
