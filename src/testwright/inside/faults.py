"""Decides whether an interpreter's complaint shows a fault of the module itself, whatever it was given."""

from __future__ import annotations

import os
import types

__all__ = ["is_own_fault"]

OWN = "testwright_inside"


def is_own_fault(error: BaseException, path: str) -> bool:
    """A name that the module at `path` uses and never bound: no input could have helped."""
    if not issubclass(type(error), NameError):
        return False
    innermost: types.FrameType | None = None
    trace = _TRACEBACK.__get__(error)
    while trace is not None:
        if OWN not in str(trace.tb_frame.f_globals.get("__name__", "")):
            innermost = trace.tb_frame
        trace = trace.tb_next
    if innermost is None:
        return False
    file = innermost.f_code.co_filename
    return file == path or os.path.realpath(file) == os.path.realpath(path)


_TRACEBACK = vars(BaseException)["__traceback__"]
"""Past whatever the exception's class does when it is asked for an attribute."""
