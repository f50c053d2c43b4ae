"""Holds what of the project's own pytest set-up a written file relies on, for where a copy of the file is run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["ASYNCIO_MODES", "PytestSetup", "joined"]

ASYNCIO_MODES = ("auto", "strict")


@dataclass(frozen=True, slots=True)
class PytestSetup:
    """`asyncio`: the mode of pytest-asyncio that runs its async tests, "" where it has none."""

    asyncio: str = ""

    @property
    def arguments(self) -> list[str]:
        """For a pytest that loads no plugin by itself."""
        if not self.asyncio:
            return []
        return ["-p", "pytest_asyncio.plugin", "-o", f"asyncio_mode={self.asyncio}"]

    def to_plain(self) -> dict[str, Any]:
        return {"asyncio": self.asyncio}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> PytestSetup:
        mode = str(plain.get("asyncio", ""))
        return cls(mode if mode in ASYNCIO_MODES else "")


def joined(setups: Iterable[PytestSetup]) -> PytestSetup:
    """What files of one project rely on together."""
    return PytestSetup(next((setup.asyncio for setup in setups if setup.asyncio), ""))
