"""Says more of a result, and of the objects beside it, than a reader wants to see: what some mutant may need to be told."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from ..recipes import Attribute, Const, Item, Recipe, Variable, size
from ..scenario import Check
from .comparing import Comparer
from .objects import is_mock

__all__ = ["details"]

DEEPEST = 3
MOST, MOST_LOOKED_AT = 40, 60
LARGEST = 60
"""Nodes of an expected value."""
MOST_ITEMS = 5


def details(comparer: Comparer, result: str, value: Any, beside: Mapping[str, Any]) -> list[Check]:
    """Checks of attributes, items and texts, at most three steps down, the outer ones first.

    `result` is the variable that holds `value`, "" for none; `beside` are others, of which the module's own are looked into.
    """
    waiting: deque[tuple[Recipe, Any, int]] = deque()
    if result:
        waiting.append((Variable(result), value, 0))
    own = [(name, held) for name, held in beside.items() if type(held).__module__ == comparer.module]
    waiting.extend((Variable(name), held, 0) for name, held in own)
    found: list[Check] = []
    seen: dict[int, Any] = {}  # with the objects, as another one may get the number of one that is gone
    looked_at = 0
    while waiting and len(found) < MOST and looked_at < MOST_LOOKED_AT:
        subject, held, depth = waiting.popleft()
        looked_at += 1
        if id(held) in seen or is_mock(type(held)):
            continue
        seen[id(held)] = held
        for part, inner in _parts(comparer, subject, held):
            checks = comparer.compare(part, inner)
            found += [check for check in checks if size(check.expected) <= LARGEST]
            if not checks and depth + 1 < DEEPEST:
                waiting.append((part, inner, depth + 1))
        found += comparer.in_its_words(subject, held) or comparer.in_its_notation(subject, held)
    return list({str(check.to_plain()): check for check in found}.values())[:MOST]


def _parts(comparer: Comparer, subject: Recipe, value: Any) -> Iterator[tuple[Recipe, Any]]:
    if type(value) in (list, tuple):
        yield from ((Item(subject, Const(n)), held) for n, held in enumerate(value[:MOST_ITEMS]))
    elif type(value) is dict:
        plain = [(k, held) for k, held in value.items() if type(k) in (str, int)]
        yield from ((Item(subject, Const(k)), held) for k, held in plain[:MOST_ITEMS])
    elif type(value).__module__ != "builtins":
        for name in comparer.public_names(value):
            try:
                yield Attribute(subject, name), getattr(value, name)
            except Exception:  # noqa: BLE001  a property of the class under test may raise anything
                continue
