"""Holds a test that somebody else wrote, a model for instance, not yet believed: its source as text."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WrittenCandidate"]


@dataclass(frozen=True, slots=True)
class WrittenCandidate:
    """One test function, or one method with its class. `source` stands alone: imports, what the test needs, the test.

    `target` is the qualname that it is meant for, `group` the class that it is a method of ("" = it is a function).
    `repairs` say what was changed in it, in words.
    """

    name: str
    target: str
    source: str
    group: str = ""
    repairs: tuple[str, ...] = ()

    @property
    def node(self) -> str:
        """Its node name, without that of a row."""
        return f"{self.group}::{self.name}" if self.group else self.name
