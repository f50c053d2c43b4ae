"""Reads lines of a page as an account has them: texts, or texts that hold keys of rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["first_tag", "is_bare", "stripped"]

_BARE = re.compile(r"</?\w+>")


def stripped(line: Any) -> Any:
    """Without the spaces around it, whether it is a text or one that holds keys of rows."""
    if isinstance(line, str):
        return line.strip()
    if isinstance(line, Mapping) and line.get("$") == "text":
        parts = list(line["parts"])
        if isinstance(parts[0], str):
            parts[0] = parts[0].lstrip()
        if isinstance(parts[-1], str):
            parts[-1] = parts[-1].rstrip()
        return {"$": "text", "parts": [part for part in parts if part != ""]}
    return line


def first_tag(line: Any) -> str:
    """The beginning of a line up to the end of its first tag's name, such as "<li"."""
    text = (
        line
        if isinstance(line, str)
        else str(line["parts"][0])
        if isinstance(line, Mapping) and "parts" in line
        else ""
    )
    match = re.match(r"\s*(<\w+)", text)
    return match[1] if match else ""


def is_bare(line: Any) -> bool:
    """A tag alone, which any page has: it says nothing of this one."""
    return isinstance(line, str) and _BARE.fullmatch(line.strip()) is not None
