"""Holds how plain values nest: walks them, and tells whether something of the value is missing.

A plain value is JSON-ready. Scalars stand for themselves; everything else is a list whose first item is a tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

__all__ = ["Plain", "children", "is_partial", "walk_plain"]

Plain: TypeAlias = Any
"""None, bool, int, finite float, str, or a list that begins with a tag."""

PARTIAL = frozenset({"cut", "opaque"})


def children(plain: Plain) -> list[Plain]:
    """The plain values directly inside, in order; names of attributes and hashes are not among them."""
    if type(plain) is not list or not plain:
        return []
    below = _CHILDREN.get(plain[0])
    return [] if below is None else below(plain)


def walk_plain(plain: Plain) -> Iterator[Plain]:
    """The plain value and all inside it, parents first."""
    waiting = [plain]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def is_partial(plain: Plain) -> bool:
    """Something of the recorded value is not here: it was cut, or could not be looked into."""
    return any(type(node) is list and bool(node) and node[0] in PARTIAL for node in walk_plain(plain))


def _pairs(plain: list[Any], first: int) -> list[Plain]:
    return [item for pair in plain[first:] for item in pair]


def _values(plain: list[Any], first: int) -> list[Plain]:
    return [pair[1] for pair in plain[first:]]


_CHILDREN: dict[str, Callable[[list[Any]], list[Plain]]] = {
    **dict.fromkeys(("list", "tuple", "set", "frozenset"), lambda plain: plain[1:]),
    "dict": lambda plain: _pairs(plain, 1),
    "complex": lambda plain: plain[1:],
    "std": lambda plain: plain[2:],
    "=": lambda plain: plain[2:],
    "object": lambda plain: _values(plain, 3),
    "function": lambda plain: _values(plain, 6),
    "items": lambda plain: [plain[3], *_values(plain, 4)],
    "is": lambda plain: plain[2:],
    "cut": lambda plain: plain[4:],
    "secret": lambda plain: plain[1:],
}
