"""Decides whether a server may be asked: those of this machine always, others where the user has named them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from testwright.errors import ModelError, UsageError
from testwright.llm.model_settings import ModelSettings

__all__ = ["Host", "allowed_host", "host_of"]


@dataclass(frozen=True, slots=True)
class Host:
    """`shown`: without user, password and path."""

    shown: str
    name: str
    is_local: bool
    is_encrypted: bool


def host_of(url: str) -> Host:
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise _not_a_url(url) from None
    if parts.scheme not in ("http", "https") or not name:
        raise _not_a_url(url)
    inner = f"[{name}]" if ":" in name else name
    shown = f"{parts.scheme}://{inner}" + (f":{port}" if port else "")
    return Host(shown, name, _is_local(name), parts.scheme == "https")


def allowed_host(settings: ModelSettings) -> Host:
    """Of the server that is to be asked. Names are not looked up: whoever answers for a name could say anything."""
    host = host_of(settings.base_url)
    if host.is_local:
        return host
    if settings.is_offline:
        raise ModelError(
            f"{host.shown!r} is not on this machine, and --offline asks nothing that is not",
            slug="model-offline",
            where=host.shown,
            hint="leave out --offline, or name a server or .gguf file of this machine",
        )
    if not settings.is_host_named:
        raise ModelError(
            f"code would be sent to {host.shown!r}, which only OPENAI_BASE_URL names",
            slug="model-host-not-named",
            where="OPENAI_BASE_URL",
            hint=f"allow it with `--base-url {_without_password(settings.base_url)}`",
        )
    return host


def _is_local(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _not_a_url(url: str) -> UsageError:
    return UsageError(
        f"{_without_password(url)!r} is no address of a server",
        slug="bad-value",
        where="--base-url",
        hint="it looks like `http://127.0.0.1:8080/v1` or `https://models.example/v1`",
    )


def _without_password(url: str) -> str:
    before, at, after = url.rpartition("@")
    return f"...@{after}" if at else before + after
