"""Holds what is wanted of one audit, beside the options that a project may set for all of them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AuditOrder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOrder:
    """What is wanted of one audit. `since` asks for what changed since that revision ("" = the merge base with the main
    branch); the gate on changes asks for it too. With `update` the floors of the ratchet file are raised. `fresh` uses
    nothing of an earlier audit. `diagnose` runs the suite more often and says what is wrong with its tests; `mutants`
    says how many planted bugs it catches.
    """

    since: str | None = None
    update: bool = False
    fresh: bool = False
    diagnose: bool = False
    mutants: bool = False
