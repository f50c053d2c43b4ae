"""Decides how a literal travels in JSON without becoming another one."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

__all__ = ["plain_literal", "read_literal"]


def plain_literal(value: Any) -> tuple[str, Any]:
    """A word for the kind of it, and what JSON carries."""
    if value is ...:
        return "ellipsis", None
    if isinstance(value, bytes):
        return "bytes", base64.b64encode(value).decode()
    if isinstance(value, (float, complex)):
        return type(value).__name__, repr(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return "int", hex(value)  # decimal text of a huge int is quadratic and capped by the interpreter
    if isinstance(value, str):
        return "str", value.encode("utf-8", "surrogatepass").decode("latin-1")
    return "plain", value


def read_literal(kind: str, value: Any) -> Any:
    """The inverse."""
    readers: dict[str, Callable[[Any], Any]] = {
        "ellipsis": lambda _: ...,
        "bytes": base64.b64decode,
        "float": float,
        "complex": complex,
        "int": lambda v: int(v, 16),
        "str": lambda v: v.encode("latin-1").decode("utf-8", "surrogatepass"),
        "plain": lambda v: v,
    }
    return readers[kind](value)
