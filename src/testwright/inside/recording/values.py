"""Snapshots: a value as a JSON-ready plain value, within limits and without running anybody's code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .builtin_values import opaque
from .class_writers import WRITERS, writer_of
from .moment import DEFAULT_LIMITS, WIDEST, Limits, Moment, Write
from .plain_tree import Plain, is_partial, walk_plain

__all__ = ["DEFAULT_LIMITS", "Limits", "Plain", "is_partial", "snapshot", "snapshots", "walk_plain"]


class _Snapshot(Moment):
    """One that knows how each class is written."""

    __slots__ = ()

    writers = WRITERS

    @staticmethod
    def find_writer(kind: type) -> Write:
        return writer_of(kind)


def snapshot(value: Any, limits: Limits = DEFAULT_LIMITS) -> Plain:
    """What the value is now. Never raises: what cannot be looked into is opaque."""
    if value is None or value is True or value is False or (type(value) is int and value.bit_length() < WIDEST):
        return value
    try:
        moment = _Snapshot(limits)
        plain = moment.write(value, 0)
        moment.finish()
    except Exception as error:  # noqa: BLE001  the interpreter may be out of stack or memory, too much so to say of what
        return ["opaque", "?:?", type(error).__name__]
    return plain


def snapshots(values: Iterable[Any], limits: Limits = DEFAULT_LIMITS) -> list[Plain]:
    """Of values at the same moment: what several of them hold has one number. Each has all of the limits for itself."""
    moment = _Snapshot(limits)
    found = []
    for value in values:
        moment.refill()
        try:
            found.append(moment.write(value, 0))
        except Exception as error:  # noqa: BLE001  as above
            found.append(opaque(value, type(error).__name__))
    moment.finish()
    return found
