"""Makes dataclasses that a type checker holds frozen, and that are made four times as fast as frozen ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

__all__ = ["immutable"]

if TYPE_CHECKING:
    from dataclasses import dataclass as immutable
else:
    from dataclasses import dataclass

    def immutable(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """For what exploring makes by the million: a frozen dataclass sets each field through `object.__setattr__`."""
        return dataclass(slots=slots, unsafe_hash=frozen)
