"""Decides in which order the tests of one run go."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["ordered"]

T = TypeVar("T")


def ordered(items: Sequence[T], order: str) -> list[T]:
    """`order` is "given", "alone" (a fork each, so as given), "reversed" or "shuffled:<seed>"."""
    if order in ("given", "alone"):
        return list(items)
    if order == "reversed":
        return list(reversed(items))
    kind, _, seed = order.partition(":")
    if kind != "shuffled" or not seed:
        raise ValueError(f"unknown order: {order!r}")
    mixed = list(items)
    random.Random(seed).shuffle(mixed)  # its own generator: the tests' global one stays untouched
    return mixed
