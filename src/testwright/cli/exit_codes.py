"""Holds the exit codes: what a script can rely on."""

from __future__ import annotations

__all__ = ["CANNOT_START", "DONE", "FINDINGS", "INTERRUPTED", "OUR_BUG"]

DONE = 0
FINDINGS = 1
"""Done, but some targets gave nothing."""
CANNOT_START = 2
OUR_BUG = 3
INTERRUPTED = 130
