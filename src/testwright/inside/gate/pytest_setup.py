"""Holds what of the project's own pytest set-up a written file relies on, for where a copy of the file is run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["ASYNCIO_MODES", "PytestSetup", "joined"]

ASYNCIO_MODES = ("auto", "strict")


@dataclass(frozen=True, slots=True)
class PytestSetup:
    """`asyncio`: the mode of pytest-asyncio that runs its async tests, "" where it has none.

    `conftests` are (folder, text), if it takes fixtures of them; its own place is in `folder`. Folders are those of the
    project, from its root. `sys_path`: what pytest adds for these conftests.
    """

    asyncio: str = ""
    folder: str = ""
    conftests: tuple[tuple[str, str], ...] = ()
    sys_path: tuple[str, ...] = ()

    @property
    def arguments(self) -> list[str]:
        """For a pytest that loads no plugin by itself."""
        if not self.asyncio:
            return []
        return ["-p", "pytest_asyncio.plugin", "-o", f"asyncio_mode={self.asyncio}"]

    def laid_out(self, top: Path) -> Path:
        """The folder below `top` where copies of files go, with the conftests where they see them."""
        for folder, text in self.conftests:
            (top / folder).mkdir(parents=True, exist_ok=True)
            (top / folder / "conftest.py").write_text(text, encoding="utf-8")
        (top / self.folder).mkdir(parents=True, exist_ok=True)
        return top / self.folder

    def to_plain(self) -> dict[str, Any]:
        return {
            "asyncio": self.asyncio,
            "folder": self.folder,
            "conftests": [list(each) for each in self.conftests],
            "sys_path": list(self.sys_path),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> PytestSetup:
        mode = str(plain.get("asyncio", ""))
        return cls(
            mode if mode in ASYNCIO_MODES else "",
            _below(plain.get("folder", "")),
            tuple((_below(folder), str(text)) for folder, text in plain.get("conftests", ())),
            tuple(str(place) for place in plain.get("sys_path", ())),
        )


def _below(folder: Any) -> str:
    """A relative folder that leads nowhere else; ValueError for any other."""
    parts = PurePosixPath(str(folder))
    if parts.is_absolute() or ".." in parts.parts:
        raise ValueError(f"not a folder below another: {folder!r}")
    return str(folder)


def joined(setups: Iterable[PytestSetup]) -> PytestSetup:
    """What files that see the same conftests rely on together."""
    found = list(setups)
    chain = next((setup for setup in found if setup.conftests), PytestSetup())
    mode = next((setup.asyncio for setup in found if setup.asyncio), "")
    return PytestSetup(mode, chain.folder, chain.conftests, chain.sys_path)
