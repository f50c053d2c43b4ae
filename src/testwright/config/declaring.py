"""Makes the fields by which options declare themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any, Literal

__all__ = ["Kind", "declare"]

Kind = Literal["text", "path", "integer", "number", "flag", "list", "factories", "prices"]


def declare(
    default: Any = None,
    *,
    kind: Kind,
    help: str,
    flag: str = "",
    metavar: str = "",
    minimum: float | None = None,
    default_text: str = "",
    configurable: bool = True,
    advanced: bool = False,
    choices: tuple[str, ...] = (),
    verbs: tuple[str, ...] = ("generate",),
    factory: Callable[[], Any] | None = None,
    table: str = "",
) -> Any:
    """A dataclass field that carries its own declaration; `flag` "" = no flag, `configurable` False = flag only,
    `verbs` the commands that have the flag, `table` that within [tool.testwright] which its key is in.
    """
    declaration = {
        "kind": kind,
        "help": help,
        "flag": flag,
        "metavar": metavar,
        "minimum": minimum,
        "default_text": default_text,
        "configurable": configurable,
        "advanced": advanced,
        "choices": choices,
        "verbs": verbs,
        "table": table,
    }
    if factory is not None:
        return field(default_factory=factory, metadata=declaration)
    return field(default=default, metadata=declaration)
