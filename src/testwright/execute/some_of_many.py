"""Names the first few of many things in a message, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["counted", "first_few"]

_TOLD = 3


def counted(found: Sequence[str], what: str) -> str:
    """ "2 tests"."""
    return f"{len(found)} {what}{'' if len(found) == 1 else 's'}"


def first_few(found: Sequence[str]) -> str:
    return "; ".join(found[:_TOLD]) + ("; …" if len(found) > _TOLD else "")
