"""Decides which of the interpreter's complaints are the module's doing: its own faults, and operands that it refuses."""

from __future__ import annotations

import os
import re
import types

from .recipes import Operation
from .scenario import Scenario

__all__ = ["is_own_fault", "is_refused_operand"]

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


def is_refused_operand(error: BaseException, scenario: Scenario) -> bool:
    """An operator found that no operand's method wanted the other one, and it is such a method that is under test."""
    last = scenario.steps[-1].recipe
    if type(error) is not TypeError or not isinstance(last, Operation) or last.right is None:
        return False
    if not scenario.target.endswith("__") or not _REFUSED.search(str(error)):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename.startswith(_HERE)


_REFUSED = re.compile(r"unsupported operand type\(s\) for|not supported between instances of")
_HERE = os.path.dirname(__file__)
_TRACEBACK = vars(BaseException)["__traceback__"]
"""Past whatever the exception's class does when it is asked for an attribute."""
