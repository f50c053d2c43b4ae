"""Passes on to a client what changes how it is asked leaves as it is."""

from __future__ import annotations

from testwright.llm.exchange import ModelClient

__all__ = ["AroundClient"]


class AroundClient:
    """The base of clients around another one; they answer `complete` themselves."""

    def __init__(self, client: ModelClient) -> None:
        self._client = client

    @property
    def model(self) -> str:
        return self._client.model

    @property
    def host(self) -> str:
        return self._client.host

    @property
    def context_size(self) -> int | None:
        return self._client.context_size

    def count_tokens(self, text: str) -> int | None:
        return self._client.count_tokens(text)

    def close(self) -> None:
        self._client.close()
