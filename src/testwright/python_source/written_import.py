"""Holds one name that a file imports, and how that is written."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WrittenImport"]


@dataclass(frozen=True, slots=True)
class WrittenImport:
    """`from module import name as local`; name "" = `import module as local`, local "" = `import module`."""

    module: str
    name: str
    local: str

    @property
    def binds(self) -> str:
        return self.local or self.module.partition(".")[0]

    @property
    def text(self) -> str:
        if not self.name:
            return f"import {self.module}" + (f" as {self.local}" if self.local else "")
        return f"from {self.module} import {self.name}" + (f" as {self.local}" if self.local != self.name else "")
