"""Holds a piece of Python source with what has to be imported for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Source", "joined"]


@dataclass(frozen=True, slots=True)
class Source:
    """`imports` are (module, name) pairs; name "" stands for `import module`. `needs` are variables that it reads."""

    text: str
    imports: frozenset[tuple[str, str]] = frozenset()
    needs: frozenset[str] = frozenset()

    def around(self, before: str, after: str = "") -> Source:
        return Source(f"{before}{self.text}{after}", self.imports, self.needs)


def joined(parts: Iterable[Source], separator: str = ", ", before: str = "", after: str = "") -> Source:
    found = list(parts)
    return Source(
        before + separator.join(part.text for part in found) + after,
        frozenset().union(*(part.imports for part in found)),
        frozenset().union(*(part.needs for part in found)),
    )
