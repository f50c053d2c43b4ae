"""Holds the classes and functions that a test file defines for its tests, each once."""

from __future__ import annotations

import io
import tokenize

from testwright.inside.recipes import Helper
from testwright.python_source.render_fields import fields_laid_out
from testwright.python_source.render_imports import Imports

__all__ = ["Helpers"]


class Helpers:
    """Collects helper sources in the order of first use; two helpers of one name get different names."""

    def __init__(self) -> None:
        self._names: dict[Helper, str] = {}
        self._sources: list[str] = []

    def name_of(self, helper: Helper, imports: Imports) -> str:
        """What the file calls the helper, which is then defined in it; imports that open its source move to the top."""
        known = self._names.get(helper)
        if known is not None:
            return known
        taken = set(self._names.values())
        name = helper.name
        number = 2
        while name in taken:
            name, number = f"{helper.name}{number}", number + 1
        self._names[helper] = name
        source = helper.source if name == helper.name else _renamed(helper.source, helper.name, name)
        self._sources.append(fields_laid_out(imports.adopt(source)).strip("\n"))
        return name

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(self._sources)


def _renamed(source: str, old: str, new: str) -> str:
    """The source with the name replaced where it is a name, not where it is text."""
    lines = source.splitlines(keepends=True)
    found = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type == tokenize.NAME]
    for token in reversed([t for t in found if t.string == old]):
        row, column = token.start
        line = lines[row - 1]
        lines[row - 1] = line[:column] + new + line[column + len(old) :]
    return "".join(lines)
