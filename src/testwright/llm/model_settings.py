"""Holds what a model is opened with: where it may be, what it may cost, where its replies are kept."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

__all__ = ["ModelSettings", "Price", "ReplyMode", "user_cache"]

ReplyMode = Literal["auto", "refresh", "replay", "off"]


@dataclass(frozen=True, slots=True)
class Price:
    """For a million tokens, as looked up on the day `date` ("" = not said)."""

    model: str
    prompt: float
    reply: float
    currency: str = "USD"
    date: str = ""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Without arguments: nothing may leave this machine, nothing is kept, and there are no limits.

    `is_host_named`: the user has named `base_url`, so that code may be sent there. `may_send_key`: and did so himself, not
    only the project's own configuration, so that his key may be sent there too.
    """

    base_url: str = ""
    is_host_named: bool = False
    may_send_key: bool = False
    is_offline: bool = False
    context_size: int | None = None
    threads: int | None = None
    max_calls: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    prices: tuple[Price, ...] = ()
    replies: ReplyMode = "off"
    replies_folder: str = ""
    replies_mb: float = 200.0
    seconds_per_token: float = 1.0
    cache_folder: str = field(default_factory=lambda: str(user_cache()))


def user_cache() -> Path:
    """The folder of this user for what can be had again."""
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"], "testwright")
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"], "testwright", "Cache")
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "testwright"
