"""Decides where the standard streams go: nothing is read from the user, nothing reaches the terminal."""

from __future__ import annotations

import os
from contextlib import suppress

__all__ = ["close_inherited", "detach_input", "discard_output"]

_MOST_DESCRIPTORS = 4096  # the supervisor has a dozen; the system's own limit may be a billion


def detach_input() -> None:
    _point_at_null(0, os.O_RDONLY)


def discard_output() -> None:
    _point_at_null(1, os.O_WRONLY)
    _point_at_null(2, os.O_WRONLY)


def close_inherited(keep: int) -> None:
    """Close all descriptors above 2 except one: the supervisor's own are not for code under test."""
    for descriptor in _open_descriptors():
        if descriptor > 2 and descriptor != keep:
            with suppress(OSError):  # the one that listed the folder is gone already
                os.close(descriptor)


def _open_descriptors() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        return list(range(_MOST_DESCRIPTORS))


def _point_at_null(descriptor: int, flags: int) -> None:
    null = os.open(os.devnull, flags)
    os.dup2(null, descriptor, inheritable=True)
    if null != descriptor:
        os.close(null)
