"""Decides how files below a test's own folder are written: a named path, and the statements that fill it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from testwright.inside.recipes import Recipe, ScratchFile, walk
from testwright.python_source.render_layout import Brackets, Parts, Text

__all__ = ["ScratchPaths"]


@dataclass(slots=True)
class ScratchPaths:
    """The path variables of one test: a file that is written, or named more than once, gets one."""

    variables: dict[str, str] = field(default_factory=dict)
    _defined: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, recipes: Iterable[Recipe], taken: Iterable[str] = ()) -> ScratchPaths:
        """`taken` are names that the test uses otherwise."""
        files = [n for r in recipes for n in walk(r) if isinstance(n, ScratchFile) and n.name.strip("/")]
        counts = Counter(_key(file) for file in files)
        written = {_key(file) for file in files if file.content is not None or file.name.endswith("/")}
        named = [key for key in counts if key in written or counts[key] > 1]
        folders = {_key(file) for file in files if file.name.endswith("/")}
        found = cls()
        unavailable = set(taken)
        for key in named:
            kind = "folder" if key in folders else "path"
            alone = sum((other in folders) == (key in folders) for other in named) == 1
            found.variables[key] = _free_name(kind, key, alone, unavailable)
            unavailable.add(found.variables[key])
        return found

    def expression(self, file: ScratchFile) -> tuple[str, bool]:
        """How the path is written, and whether that is a division."""
        key = _key(file)
        if key in self.variables:
            return self.variables[key], False
        return _joined(key), bool(key)

    def setup_of(self, recipe: Recipe) -> list[tuple[str, Parts]]:
        """Statements (their start, and the parts that may break) that must precede the one holding `recipe`."""
        lines: list[tuple[str, Parts]] = []
        done: set[ScratchFile] = set()
        for file in walk(recipe):
            if isinstance(file, ScratchFile) and file not in done and _key(file):
                done.add(file)
                lines += self._definition(file) + self._filling(file)
        return list(dict.fromkeys(lines))

    def _definition(self, file: ScratchFile) -> list[tuple[str, Parts]]:
        key = _key(file)
        if key not in self.variables or key in self._defined:
            return []
        self._defined.add(key)
        return [(f"{self.variables[key]} = ", (_joined(key),))]

    def _filling(self, file: ScratchFile) -> list[tuple[str, Parts]]:
        path, _ = self.expression(file)
        if file.name.endswith("/"):
            return [(f"{path}.mkdir(parents=True, exist_ok=True)", ())]
        if file.content is None:
            return []
        lines: list[tuple[str, Parts]] = []
        if "/" in file.name:
            lines.append((f"{path}.parent.mkdir(parents=True, exist_ok=True)", ()))
        binary = isinstance(file.content, bytes)
        arguments: list[Parts] = [(Text(file.content),)] if binary else [(Text(file.content),), ('encoding="utf-8"',)]
        method = "write_bytes" if binary else "write_text"
        lines.append((f"{path}.{method}", (Brackets("(", tuple(arguments), ")", bare_texts=True),)))
        return lines


def _key(file: ScratchFile) -> str:
    return file.name.rstrip("/")


def _joined(key: str) -> str:
    if not key:
        return "tmp_path"
    parts = (
        ["/" + key.lstrip("/").partition("/")[0], *key.lstrip("/").split("/")[1:]] if key[0] == "/" else key.split("/")
    )
    return " / ".join(["tmp_path", *(Text(part).source for part in parts if part)])


def _free_name(kind: str, key: str, alone: bool, taken: set[str]) -> str:
    """`path`, else `<file's name>_path`, else with a number."""
    stem = re.sub(r"\W+", "_", key.rpartition("/")[2].rpartition(".")[0] or key, flags=re.ASCII).strip("_").lower()
    named = f"{stem}_{kind}" if stem and not stem[0].isdigit() else f"the_{kind}"
    options = [*([kind] if alone else []), named, *(f"{named}_{number}" for number in range(2, len(taken) + 4))]
    return next(option for option in options if option not in taken)
