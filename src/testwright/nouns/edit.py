"""Holds a change to one file, not yet applied."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Edit"]


@dataclass(frozen=True, slots=True)
class Edit:
    """`path` gets `after`; `before` is its text now (None = no file). `note` says what the user should know."""

    path: str
    before: str | None
    after: str
    note: str = ""
