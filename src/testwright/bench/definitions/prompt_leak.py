"""Decides whether a prompt gives its solution away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["leaks"]

_DOCSTRING: Final = re.compile(r'("""|\'\'\').*?\1', re.DOTALL)
_BESIDE_THE_POINT: Final = (
    "#",
    "@",
    "def ",
    "async def ",
    "class ",
    "function ",
    "struct ",
    "import ",
    "from ",
    "using ",
)
"""How a line begins that a prompt may well show: a signature, an import, a comment."""
_LEAST: Final = 12
"""Characters without spaces: a shorter line may be said by chance."""
_SHARE: Final = 0.5


def leaks(prompt: str, solution: str) -> bool:
    """Whether half of the lines that make the solution stand in the prompt, whatever their spaces and quotes."""
    said = _condensed(prompt)
    lines = list(dict.fromkeys(_telling_lines(solution)))
    return bool(lines) and sum(line in said for line in lines) >= _SHARE * len(lines)


def _telling_lines(solution: str) -> Iterator[str]:
    for line in _DOCSTRING.sub("", solution).splitlines():
        stripped = line.strip()
        condensed = _condensed(stripped.removeprefix("return "))
        if not stripped.startswith(_BESIDE_THE_POINT) and len(condensed) >= _LEAST:
            yield condensed


def _condensed(text: str) -> str:
    return re.sub(r"\s+", "", text).replace('"', "'")
